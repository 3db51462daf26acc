using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>Floating-point compare, conditional compare, conditional select and immediate, DDI 0487.</summary>
internal static class FpComparisons
{
    // What a conditional compare is given in place of flags when it is to compare.
    private const ulong DoCompare = 0x10;

    public static readonly Row[] Rows =
    [
        // Floating-point compare; Rm should be zero in the forms that compare with zero, and is ignored.
        new("000 11110 ftype:2 1 Rm:5 00 1000 Rn:5 00 000", "FCMP (register)", Compare<No>),
        new("000 11110 ftype:2 1 Rm:5 00 1000 Rn:5 01 000", "FCMP (zero)", CompareZero<No>),
        new("000 11110 ftype:2 1 Rm:5 00 1000 Rn:5 10 000", "FCMPE (register)", Compare<Yes>),
        new("000 11110 ftype:2 1 Rm:5 00 1000 Rn:5 11 000", "FCMPE (zero)", CompareZero<Yes>),

        // Floating-point conditional compare
        new("000 11110 ftype:2 1 Rm:5 cond:4 01 Rn:5 0 nzcv:4", "FCCMP", ConditionalCompare<No>),
        new("000 11110 ftype:2 1 Rm:5 cond:4 01 Rn:5 1 nzcv:4", "FCCMPE", ConditionalCompare<Yes>),

        // Floating-point conditional select
        new("000 11110 ftype:2 1 Rm:5 cond:4 11 Rn:5 Rd:5", "FCSEL", Select),

        // Floating-point immediate
        new("000 11110 ftype:2 1 imm8:8 100 00000 Rd:5", "FMOV (scalar, immediate)", Immediate),
    ];

    private static Routine? Compare<TSignal>(A64Word w, ref Instruction i)
        where TSignal : struct, IFlag
    {
        FpForms.Registers(w, ref i);
        return FpForms.Pick<SetFlags<Flags<FpSingle, TSignal>>, SetFlags<Flags<FpDouble, TSignal>>>(w);
    }

    private static Routine? CompareZero<TSignal>(A64Word w, ref Instruction i)
        where TSignal : struct, IFlag
    {
        FpForms.Registers(w, ref i);
        return FpForms.Pick<SetFlagsZero<Flags<FpSingle, TSignal>>, SetFlagsZero<Flags<FpDouble, TSignal>>>(w);
    }

    private static Routine? ConditionalCompare<TSignal>(A64Word w, ref Instruction i)
        where TSignal : struct, IFlag
    {
        FpForms.Registers(w, ref i);
        i.Option = w.Cond;
        i.Imm = w.Nzcv;
        return FpForms.Pick<SetFlagsIf<FlagsIf<FpSingle, TSignal>>, SetFlagsIf<FlagsIf<FpDouble, TSignal>>>(w);
    }

    private static Routine? Select(A64Word w, ref Instruction i)
    {
        FpForms.Registers(w, ref i);
        i.Option = w.Cond;
        return FpForms.Pick<SelectElement<W32>, SelectElement<W64>>(w);
    }

    private static Routine? Immediate(A64Word w, ref Instruction i)
    {
        i.Rd = w.Rd;
        i.Imm = w.Ftype == 0 ? FpImmediate.Expand<FpSingle>(w.Imm8) : FpImmediate.Expand<FpDouble>(w.Imm8);
        return FpForms.Pick<SetConstant, SetConstant>(w);
    }

    /// <summary>NZCV of a comparison, in bits 31:28.</summary>
    internal readonly struct Flags<F, TSignal> : IFpScalar2
        where F : struct, IFpArithmetic
        where TSignal : struct, IFlag
    {
        public static ulong Do(ulong a, ulong b, ref FpStatus status) =>
            (ulong)FpCompare.Flags<F>(FpLane.Low<F>(a), FpLane.Low<F>(b), TSignal.Value, status.Control, ref status.Raised) << 28;
    }

    /// <summary>NZCV of a comparison, or the flags given instead: a comparison that does not take place raises nothing.</summary>
    internal readonly struct FlagsIf<F, TSignal> : IFpScalar3
        where F : struct, IFpArithmetic
        where TSignal : struct, IFlag
    {
        public static ulong Do(ulong a, ulong b, ulong flags, ref FpStatus status) =>
            flags == DoCompare ? Flags<F, TSignal>.Do(a, b, ref status) : flags << 28;
    }

    private readonly struct SetFlags<TOp> : IRoutine
        where TOp : struct, IFpScalar2
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetNzcv(e.FpScalar<TOp>(e.D(i.Rn), e.D(i.Rm)));
            return Flow.Next;
        }
    }

    private readonly struct SetFlagsZero<TOp> : IRoutine
        where TOp : struct, IFpScalar2
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetNzcv(e.FpScalar<TOp>(e.D(i.Rn), e.Const(0)));
            return Flow.Next;
        }
    }

    private readonly struct SetFlagsIf<TOp> : IRoutine
        where TOp : struct, IFpScalar3
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong flags = e.Select<W64>(e.Cond(i.Option), e.Const(DoCompare), e.Const(i.Imm));
            e.SetNzcv(e.FpScalar<TOp>(e.D(i.Rn), e.D(i.Rm), flags));
            return Flow.Next;
        }
    }

    private readonly struct SelectElement<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetD(i.Rd, e.Select<W>(e.Cond(i.Option), e.D(i.Rn), e.D(i.Rm)));
            return Flow.Next;
        }
    }

    private readonly struct SetConstant : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetD(i.Rd, e.Const(i.Imm));
            return Flow.Next;
        }
    }
}
