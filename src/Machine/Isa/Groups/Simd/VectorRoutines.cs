namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>Vd = operation(Vn).</summary>
internal readonly struct Unary<TOp, TA, TTo> : IRoutine
    where TOp : struct, IVector1
    where TA : struct, ISource
    where TTo : struct, IResult
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        TTo.To(ref e, in i, e.Vector<TOp>(TA.Of(ref e, i.Rn, in i), i.Amount));
        return Flow.Next;
    }
}

/// <summary>Vd = operation(Vn, Vm).</summary>
internal readonly struct Binary<TOp, TA, TB, TTo> : IRoutine
    where TOp : struct, IVector2
    where TA : struct, ISource
    where TB : struct, ISource
    where TTo : struct, IResult
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        TTo.To(ref e, in i, e.Vector<TOp>(TA.Of(ref e, i.Rn, in i), TB.Of(ref e, i.Rm, in i), i.Amount));
        return Flow.Next;
    }
}

/// <summary>Vd = operation(Vd, Vn, Vm).</summary>
internal readonly struct Ternary<TOp, TA, TB> : IRoutine
    where TOp : struct, IVector3
    where TA : struct, ISource
    where TB : struct, ISource
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        Kept.To(ref e, in i, e.Vector<TOp>(e.Q(i.Rd), TA.Of(ref e, i.Rn, in i), TB.Of(ref e, i.Rm, in i), i.Amount));
        return Flow.Next;
    }
}

/// <summary>Vd = operation(Vn), which may set FPSR.QC.</summary>
internal readonly struct SaturatingUnary<TOp, TA, TTo> : IRoutine
    where TOp : struct, IFpVector1
    where TA : struct, ISource
    where TTo : struct, IResult
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        TTo.To(ref e, in i, e.FpVector<TOp>(TA.Of(ref e, i.Rn, in i), i.Amount));
        return Flow.Next;
    }
}

/// <summary>Vd = operation(Vn, Vm), which may set FPSR.QC.</summary>
internal readonly struct SaturatingBinary<TOp, TA, TB> : IRoutine
    where TOp : struct, IFpVector2
    where TA : struct, ISource
    where TB : struct, ISource
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        Kept.To(ref e, in i, e.FpVector<TOp>(TA.Of(ref e, i.Rn, in i), TB.Of(ref e, i.Rm, in i), i.Amount));
        return Flow.Next;
    }
}

/// <summary>Vd = operation(Vd, Vn, Vm), which may set FPSR.QC.</summary>
internal readonly struct SaturatingTernary<TOp, TA, TB> : IRoutine
    where TOp : struct, IFpVector3
    where TA : struct, ISource
    where TB : struct, ISource
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        Vec d = Kept.Of(ref e, i.Rd, in i);
        Kept.To(ref e, in i, e.FpVector<TOp>(d, TA.Of(ref e, i.Rn, in i), TB.Of(ref e, i.Rm, in i), i.Amount));
        return Flow.Next;
    }
}
