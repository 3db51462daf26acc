namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>An operation of two general values at a width: what many encodings share but for where the operands come from.</summary>
internal interface IBinary
{
    static abstract ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth;
}

/// <summary>a + b.</summary>
internal readonly struct AddOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.Add<W>(a, b);
}

/// <summary>a - b.</summary>
internal readonly struct SubOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.Sub<W>(a, b);
}

/// <summary>a + b, setting NZCV.</summary>
internal readonly struct AddsOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.AddFlags<W>(a, b);
}

/// <summary>a - b, setting NZCV.</summary>
internal readonly struct SubsOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.SubFlags<W>(a, b);
}

/// <summary>a + b + C.</summary>
internal readonly struct AdcOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.AddWithCarry<W>(a, b);
}

/// <summary>a + b + C, setting NZCV.</summary>
internal readonly struct AdcsOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.AddWithCarryFlags<W>(a, b);
}

/// <summary>a - b - 1 + C.</summary>
internal readonly struct SbcOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.AddWithCarry<W>(a, e.Not<W>(b));
}

/// <summary>a - b - 1 + C, setting NZCV.</summary>
internal readonly struct SbcsOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.AddWithCarryFlags<W>(a, e.Not<W>(b));
}

/// <summary>a AND b.</summary>
internal readonly struct AndOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.And<W>(a, b);
}

/// <summary>a OR b.</summary>
internal readonly struct OrrOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.Or<W>(a, b);
}

/// <summary>a XOR b.</summary>
internal readonly struct EorOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.Xor<W>(a, b);
}

/// <summary>a AND b, setting NZCV.</summary>
internal readonly struct AndsOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.AndFlags<W>(a, b);
}

/// <summary>a AND NOT b.</summary>
internal readonly struct BicOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.And<W>(a, e.Not<W>(b));
}

/// <summary>a OR NOT b.</summary>
internal readonly struct OrnOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.Or<W>(a, e.Not<W>(b));
}

/// <summary>a XOR NOT b.</summary>
internal readonly struct EonOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.Xor<W>(a, e.Not<W>(b));
}

/// <summary>a AND NOT b, setting NZCV.</summary>
internal readonly struct BicsOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.AndFlags<W>(a, e.Not<W>(b));
}

/// <summary>Unsigned division.</summary>
internal readonly struct UdivOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.UDiv<W>(a, b);
}

/// <summary>Signed division.</summary>
internal readonly struct SdivOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.SDiv<W>(a, b);
}

/// <summary>Left shift by a register.</summary>
internal readonly struct LslvOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.LslBy<W>(a, b);
}

/// <summary>Logical right shift by a register.</summary>
internal readonly struct LsrvOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.LsrBy<W>(a, b);
}

/// <summary>Arithmetic right shift by a register.</summary>
internal readonly struct AsrvOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.AsrBy<W>(a, b);
}

/// <summary>Rotation by a register.</summary>
internal readonly struct RorvOp : IBinary
{
    public static ulong Do<E, W>(ref E e, ulong a, ulong b)
        where E : struct, IEngine
        where W : struct, IWidth => e.RorBy<W>(a, b);
}

/// <summary>Rd = op(Rn, Imm).</summary>
internal readonly struct WithImmediate<TOp, W> : IRoutine
    where TOp : struct, IBinary
    where W : struct, IWidth
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetX(i.Rd, TOp.Do<E, W>(ref e, e.X(i.Rn), e.Const(i.Imm)));
        return Flow.Next;
    }
}

/// <summary>Rd = op(Rn, Rm).</summary>
internal readonly struct WithRegister<TOp, W> : IRoutine
    where TOp : struct, IBinary
    where W : struct, IWidth
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetX(i.Rd, TOp.Do<E, W>(ref e, e.X(i.Rn), e.X(i.Rm)));
        return Flow.Next;
    }
}

/// <summary>Rd = op(Rn, Rm shifted left by Amount): the shift that compilers use most.</summary>
internal readonly struct WithLslRegister<TOp, W> : IRoutine
    where TOp : struct, IBinary
    where W : struct, IWidth
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetX(i.Rd, TOp.Do<E, W>(ref e, e.X(i.Rn), e.Lsl<W>(e.X(i.Rm), i.Amount)));
        return Flow.Next;
    }
}

/// <summary>Rd = op(Rn, Rm shifted by Amount in the way of Option: 0 LSL, 1 LSR, 2 ASR, 3 ROR).</summary>
internal readonly struct WithShiftedRegister<TOp, W> : IRoutine
    where TOp : struct, IBinary
    where W : struct, IWidth
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        ulong m = e.X(i.Rm);
        ulong shifted = i.Option switch
        {
            0 => e.Lsl<W>(m, i.Amount),
            1 => e.Lsr<W>(m, i.Amount),
            2 => e.Asr<W>(m, i.Amount),
            _ => e.Ror<W>(m, i.Amount),
        };
        e.SetX(i.Rd, TOp.Do<E, W>(ref e, e.X(i.Rn), shifted));
        return Flow.Next;
    }
}

/// <summary>Rd = op(Rn, Rm extended in the way of Option and shifted left by Amount).</summary>
internal readonly struct WithExtendedRegister<TOp, W> : IRoutine
    where TOp : struct, IBinary
    where W : struct, IWidth
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        ulong extended = Extension.Of(ref e, e.X(i.Rm), i.Option, i.Amount);
        e.SetX(i.Rd, TOp.Do<E, W>(ref e, e.X(i.Rn), extended));
        return Flow.Next;
    }
}

/// <summary>The extend operand of DDI 0487, ExtendReg.</summary>
internal static class Extension
{
    /// <param name="option">0 to 7: UXTB, UXTH, UXTW, UXTX, SXTB, SXTH, SXTW, SXTX.</param>
    public static ulong Of<E>(ref E e, ulong value, int option, int shift)
        where E : struct, IEngine
    {
        ulong extended = option switch
        {
            0 => e.ZeroExtend(value, 8),
            1 => e.ZeroExtend(value, 16),
            2 => e.ZeroExtend(value, 32),
            4 => e.SignExtend<W64>(value, 8),
            5 => e.SignExtend<W64>(value, 16),
            6 => e.SignExtend<W64>(value, 32),
            _ => value,
        };
        return e.Lsl<W64>(extended, shift);
    }
}
