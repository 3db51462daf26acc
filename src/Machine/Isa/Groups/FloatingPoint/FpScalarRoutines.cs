using System.Runtime.CompilerServices;
using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>An operation on the low element of one register.</summary>
internal readonly struct Scalar1<F, TOp> : IFpScalar1
    where F : struct, IFpArithmetic
    where TOp : struct, IFpUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Do(ulong a, int imm, ref FpStatus status) =>
        TOp.Do<F>(FpLane.Low<F>(a), imm, status.Control, ref status.Raised);
}

/// <summary>An operation on the low elements of two registers.</summary>
internal readonly struct Scalar2<F, TOp> : IFpScalar2
    where F : struct, IFpArithmetic
    where TOp : struct, IFpBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Do(ulong a, ulong b, ref FpStatus status) =>
        TOp.Do<F>(FpLane.Low<F>(a), FpLane.Low<F>(b), status.Control, ref status.Raised);
}

/// <summary>An operation on the low elements of three registers, the addend first.</summary>
internal readonly struct Scalar3<F, TOp> : IFpScalar3
    where F : struct, IFpArithmetic
    where TOp : struct, IFpTernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Do(ulong addend, ulong a, ulong b, ref FpStatus status) =>
        TOp.Do<F>(FpLane.Low<F>(addend), FpLane.Low<F>(a), FpLane.Low<F>(b), status.Control, ref status.Raised);
}

/// <summary>From one format to another, for values in the low elements; <c>imm</c> is a <see cref="RoundingChoice"/>.</summary>
internal readonly struct ConvertFormat<TFrom, TTo> : IFpScalar1
    where TFrom : struct, IFpFormat
    where TTo : struct, IFpFormat
{
    public static ulong Do(ulong a, int imm, ref FpStatus status)
    {
        FpControl control = status.Control;
        return FpConvert.Convert<TFrom, TTo>(FpLane.Low<TFrom>(a), new RoundingChoice(imm).Mode(control), control, ref status.Raised);
    }
}

/// <summary>Vd = op(Vn).</summary>
internal readonly struct One<TOp> : IRoutine
    where TOp : struct, IFpScalar1
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetD(i.Rd, e.FpScalar<TOp>(e.D(i.Rn), i.Imm2));
        return Flow.Next;
    }
}

/// <summary>Vd = op(Vn, Vm).</summary>
internal readonly struct Two<TOp> : IRoutine
    where TOp : struct, IFpScalar2
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetD(i.Rd, e.FpScalar<TOp>(e.D(i.Rn), e.D(i.Rm)));
        return Flow.Next;
    }
}

/// <summary>Vd = op(Va, Vn, Vm), Va the addend.</summary>
internal readonly struct Three<TOp> : IRoutine
    where TOp : struct, IFpScalar3
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetD(i.Rd, e.FpScalar<TOp>(e.D(i.Ra), e.D(i.Rn), e.D(i.Rm)));
        return Flow.Next;
    }
}

/// <summary>Vd = op(Vn, Vm[index]).</summary>
internal readonly struct TwoByElement<F, TOp> : IRoutine
    where F : struct, IFpArithmetic
    where TOp : struct, IFpScalar2
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetD(i.Rd, e.FpScalar<TOp>(e.D(i.Rn), e.ToScalar<Element<F>>(e.Q(i.Rm), i.Amount)));
        return Flow.Next;
    }
}

/// <summary>Vd = op(Vd, Vn, Vm[index]).</summary>
internal readonly struct ThreeByElement<F, TOp> : IRoutine
    where F : struct, IFpArithmetic
    where TOp : struct, IFpScalar3
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetD(i.Rd, e.FpScalar<TOp>(e.D(i.Rd), e.D(i.Rn), e.ToScalar<Element<F>>(e.Q(i.Rm), i.Amount)));
        return Flow.Next;
    }
}

/// <summary>Vd = op over the elements of Vn: pairwise scalar and across lanes.</summary>
internal readonly struct Reduce<TOp> : IRoutine
    where TOp : struct, IVectorToScalar
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetD(i.Rd, e.ToScalar<TOp>(e.Q(i.Rn), i.Imm2));
        return Flow.Next;
    }
}
