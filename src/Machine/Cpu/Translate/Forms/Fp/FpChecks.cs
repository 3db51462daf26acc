using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Forms.Fp;

/// <summary>What a result must be for the host's arithmetic to have given what Arm's gives, flags included.</summary>
internal enum Ordinary
{
    /// <summary>Not infinite, not a NaN: for operations that are exact when they give a denormal number.</summary>
    Finite,

    /// <summary>
    /// Also not zero, not denormal and not the smallest normal exponent: Arm finds tininess before it rounds, the host after.
    /// </summary>
    Normal,
}

/// <summary>Elements of a format: how many, and which.</summary>
internal readonly record struct Shape(bool Wide, int Count)
{
}

/// <summary>
/// A result of zero, or an addend as result, is ordinary too where a factor is zero. Written in cold code; the register that
/// is <see cref="FormWriter.T0"/> then holds which elements are not ordinary, in the packed case.
/// </summary>
internal readonly unsafe record struct ZeroFactor(bool Wide, bool Packed, Xmm Result, Xmm A, Xmm B)
{
    private const byte Compare = 0xc2;
    private const int IsEqual = 0;
    private const int IsOrdered = 7;

    /// <summary>Gives the end of a jump that is taken if everything is ordinary after all.</summary>
    public byte* Write(Assembler asm)
    {
        VexOp compare = Avx.Fp(Compare, Wide, Packed);
        asm.Vex(Avx.Pxor, FormWriter.T1, FormWriter.T1, FormWriter.T1);
        asm.Vex(compare, FormWriter.T2, FormWriter.T1, A, IsEqual);
        asm.Vex(compare, FormWriter.T1, FormWriter.T1, B, IsEqual);
        asm.Vex(Avx.Por, FormWriter.T1, FormWriter.T1, FormWriter.T2);
        asm.Vex(compare, FormWriter.T2, Result, Result, IsOrdered);
        asm.Vex(Avx.Pand, FormWriter.T1, FormWriter.T1, FormWriter.T2);
        if (Packed)
        {
            asm.Vex(Avx.Pandn, FormWriter.T0, FormWriter.T1, FormWriter.T0);
            asm.Vex(Avx.Movmskps, Gpr.Rax, FormWriter.T0);
            asm.Test(false, Gpr.Rax, Gpr.Rax);
            return asm.Jump(HostCondition.Equal);
        }

        asm.VexToGeneral(HostOps.ToGeneral32, Gpr.Rax, FormWriter.T1);
        asm.Test(false, Gpr.Rax, Gpr.Rax);
        return asm.Jump(HostCondition.NotEqual);
    }
}

/// <summary>Writes checks of results and operands; each leaves for the interpreter where the host's result would not do.</summary>
internal static unsafe class FpChecks
{
    private const byte Compare = 0xc2;
    private const int IsUnordered = 3;

    /// <summary>
    /// Checks a scalar result. Twice its upper word, less what belongs to the smallest exponent allowed, is one unsigned number that must
    /// be below the distance to the first exponent that is not.
    /// </summary>
    public static void Scalar(FormWriter w, bool wide, Ordinary ordinary, Xmm result, ZeroFactor? exception)
    {
        Assembler asm = w.Asm;
        w.Unit.Flags.Forget();
        int exponent = wide ? 1 << 21 : 1 << 24;
        int below = ordinary == Ordinary.Finite ? 0 : 2;
        int from = below * exponent;
        int span = ((wide ? 0x7ff : 0xff) - below) * exponent;
        if (wide)
        {
            asm.VexToGeneral(HostOps.ToGeneral, Gpr.Rax, result);
            asm.Shift(ShiftKind.Shr, true, Gpr.Rax, 32);
        }
        else
        {
            asm.VexToGeneral(HostOps.ToGeneral32, Gpr.Rax, result);
        }

        asm.Lea(false, Gpr.Rax, new Mem(Gpr.Rax, -from, Gpr.Rax));
        asm.Alu(Alu.Cmp, false, Gpr.Rax, span);
        w.Unit.LeavesAt(asm.Jump(HostCondition.AboveOrEqual), exception: exception);
    }

    /// <summary>Checks the elements of a vector result in the same way, with signed comparisons of words.</summary>
    public static void Vector(FormWriter w, Shape shape, Ordinary ordinary, Xmm result, ZeroFactor? exception)
    {
        Assembler asm = w.Asm;
        w.Unit.Flags.Forget();
        (HostConstant bias, HostConstant limit) = (ordinary, shape.Wide, shape.Count) switch
        {
            (Ordinary.Finite, true, _) => (HostConstant.FiniteBias, HostConstant.FiniteLimit2D),
            (Ordinary.Finite, _, 4) => (HostConstant.FiniteBias, HostConstant.FiniteLimit4S),
            (Ordinary.Finite, _, _) => (HostConstant.FiniteBias, HostConstant.FiniteLimit2S),
            (_, true, _) => (HostConstant.NormalBiasDouble, HostConstant.NormalLimit2D),
            (_, _, 4) => (HostConstant.NormalBiasSingle, HostConstant.NormalLimit4S),
            _ => (HostConstant.NormalBiasSingle, HostConstant.NormalLimit2S),
        };
        w.ShiftLeft(Lane.S, FormWriter.T0, result, 1);
        w.Op(Avx.Padd[Lane.S], FormWriter.T0, FormWriter.T0, bias);
        w.Op(Avx.Pcmpgt[Lane.S], FormWriter.T0, FormWriter.T0, limit);
        asm.Vex(Avx.Movmskps, Gpr.Rax, FormWriter.T0);
        asm.Test(false, Gpr.Rax, Gpr.Rax);
        w.Unit.LeavesAt(asm.Jump(HostCondition.NotEqual), exception: exception);
    }

    /// <summary>No element of either operand is a NaN.</summary>
    public static void Ordered(FormWriter w, Shape shape, Xmm a, Xmm b)
    {
        w.Op(Avx.Fp(Compare, shape.Wide, packed: true), FormWriter.T0, a, b, IsUnordered);
        NoSign(w, shape, FormWriter.T0);
    }

    /// <summary>No element has its top bit set.</summary>
    public static void NoSign(FormWriter w, Shape shape, Xmm elements)
    {
        w.Unit.Flags.Forget();
        w.Asm.Vex(shape.Wide ? Avx.Movmskpd : Avx.Movmskps, Gpr.Rax, elements);
        w.Asm.Test(false, Gpr.Rax, (1 << shape.Count) - 1);
        w.Unit.LeavesAt(w.Asm.Jump(HostCondition.NotEqual));
    }
}
