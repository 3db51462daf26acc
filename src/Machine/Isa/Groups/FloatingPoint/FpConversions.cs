using GdbHost.Machine.Isa.Fp;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>
/// Conversion between floating-point formats, and between floating point and general registers as integers or fixed
/// point, DDI 0487. FJCVTZS is later than Armv8.0.
/// </summary>
internal static class FpConversions
{
    public static readonly Row[] Rows =
    [
        // Floating-point data-processing (1 source): FCVT by source and destination format
        new("000 11110 00 1 000101 10000 Rn:5 Rd:5", "FCVT (single to double)", Format<FpSingle, FpDouble>),
        new("000 11110 00 1 000111 10000 Rn:5 Rd:5", "FCVT (single to half)", Format<FpSingle, FpHalf>),
        new("000 11110 01 1 000100 10000 Rn:5 Rd:5", "FCVT (double to single)", Format<FpDouble, FpSingle>),
        new("000 11110 01 1 000111 10000 Rn:5 Rd:5", "FCVT (double to half)", Format<FpDouble, FpHalf>),
        new("000 11110 11 1 000100 10000 Rn:5 Rd:5", "FCVT (half to single)", Format<FpHalf, FpSingle>),
        new("000 11110 11 1 000101 10000 Rn:5 Rd:5", "FCVT (half to double)", Format<FpHalf, FpDouble>),

        // Conversion between floating-point and integer
        new("sf 00 11110 ftype:2 1 00 000 000000 Rn:5 Rd:5", "FCVTNS (scalar)", To<Nearest, No>),
        new("sf 00 11110 ftype:2 1 00 001 000000 Rn:5 Rd:5", "FCVTNU (scalar)", To<Nearest, Yes>),
        new("sf 00 11110 ftype:2 1 00 010 000000 Rn:5 Rd:5", "SCVTF (scalar, integer)", From<No>),
        new("sf 00 11110 ftype:2 1 00 011 000000 Rn:5 Rd:5", "UCVTF (scalar, integer)", From<Yes>),
        new("sf 00 11110 ftype:2 1 00 100 000000 Rn:5 Rd:5", "FCVTAS (scalar)", To<Away, No>),
        new("sf 00 11110 ftype:2 1 00 101 000000 Rn:5 Rd:5", "FCVTAU (scalar)", To<Away, Yes>),
        new("sf 00 11110 ftype:2 1 01 000 000000 Rn:5 Rd:5", "FCVTPS (scalar)", To<Plus, No>),
        new("sf 00 11110 ftype:2 1 01 001 000000 Rn:5 Rd:5", "FCVTPU (scalar)", To<Plus, Yes>),
        new("sf 00 11110 ftype:2 1 10 000 000000 Rn:5 Rd:5", "FCVTMS (scalar)", To<Minus, No>),
        new("sf 00 11110 ftype:2 1 10 001 000000 Rn:5 Rd:5", "FCVTMU (scalar)", To<Minus, Yes>),
        new("sf 00 11110 ftype:2 1 11 000 000000 Rn:5 Rd:5", "FCVTZS (scalar, integer)", To<Truncate, No>),
        new("sf 00 11110 ftype:2 1 11 001 000000 Rn:5 Rd:5", "FCVTZU (scalar, integer)", To<Truncate, Yes>),
        new("0 00 11110 00 1 00 110 000000 Rn:5 Rd:5", "FMOV (general), S to W", MoveTo<W32>),
        new("0 00 11110 00 1 00 111 000000 Rn:5 Rd:5", "FMOV (general), W to S", MoveFrom<W32>),
        new("1 00 11110 01 1 00 110 000000 Rn:5 Rd:5", "FMOV (general), D to X", MoveTo<W64>),
        new("1 00 11110 01 1 00 111 000000 Rn:5 Rd:5", "FMOV (general), X to D", MoveFrom<W64>),
        new("1 00 11110 10 1 01 110 000000 Rn:5 Rd:5", "FMOV (general), D[1] to X", MoveToTop),
        new("1 00 11110 10 1 01 111 000000 Rn:5 Rd:5", "FMOV (general), X to D[1]", MoveFromTop),

        // Conversion between floating-point and fixed-point
        new("sf 00 11110 ftype:2 0 00 010 scale:6 Rn:5 Rd:5", "SCVTF (scalar, fixed-point)", FixedFrom<No>),
        new("sf 00 11110 ftype:2 0 00 011 scale:6 Rn:5 Rd:5", "UCVTF (scalar, fixed-point)", FixedFrom<Yes>),
        new("sf 00 11110 ftype:2 0 11 000 scale:6 Rn:5 Rd:5", "FCVTZS (scalar, fixed-point)", FixedTo<No>),
        new("sf 00 11110 ftype:2 0 11 001 scale:6 Rn:5 Rd:5", "FCVTZU (scalar, fixed-point)", FixedTo<Yes>),
    ];

    private static Routine Format<TFrom, TTo>(A64Word w, ref Instruction i)
        where TFrom : struct, IFpFormat
        where TTo : struct, IFpFormat
    {
        FpForms.Registers(w, ref i);
        i.Imm2 = RoundingChoice.Of<ByFpcr>().Raw;
        return Routine.OfFp<One<ConvertFormat<TFrom, TTo>>>();
    }

    private static Routine? To<TMode, TUnsigned>(A64Word w, ref Instruction i)
        where TMode : struct, IRoundingMode
        where TUnsigned : struct, IFlag
    {
        i.Rd = w.RdOrZr;
        i.Rn = w.Rn;
        i.Imm2 = RoundingChoice.Of<TMode>(TUnsigned.Value).Raw;
        return w.Sf
            ? FpForms.Pick<ToGeneral<GeneralFrom<FpSingle, W64>>, ToGeneral<GeneralFrom<FpDouble, W64>>>(w)
            : FpForms.Pick<ToGeneral<GeneralFrom<FpSingle, W32>>, ToGeneral<GeneralFrom<FpDouble, W32>>>(w);
    }

    private static Routine? From<TUnsigned>(A64Word w, ref Instruction i)
        where TUnsigned : struct, IFlag
    {
        i.Rd = w.Rd;
        i.Rn = w.RnOrZr;
        i.Imm2 = RoundingChoice.Of<ByFpcr>(TUnsigned.Value).Raw;
        return w.Sf
            ? FpForms.Pick<FromGeneral<GeneralTo<FpSingle, W64>>, FromGeneral<GeneralTo<FpDouble, W64>>>(w)
            : FpForms.Pick<FromGeneral<GeneralTo<FpSingle, W32>>, FromGeneral<GeneralTo<FpDouble, W32>>>(w);
    }

    private static Routine? FixedTo<TUnsigned>(A64Word w, ref Instruction i)
        where TUnsigned : struct, IFlag => Fixed(w, ref i, To<Truncate, TUnsigned>(w, ref i));

    private static Routine? FixedFrom<TUnsigned>(A64Word w, ref Instruction i)
        where TUnsigned : struct, IFlag => Fixed(w, ref i, From<TUnsigned>(w, ref i));

    // A 32-bit number has at most 32 fraction bits: the other scales are reserved.
    private static Routine? Fixed(A64Word w, ref Instruction i, Routine? routine)
    {
        int fractionBits = 64 - w.Scale;
        i.Imm2 = new RoundingChoice(i.Imm2).WithFractionBits(fractionBits).Raw;
        return !w.Sf && fractionBits > 32 ? null : routine;
    }

    private static Routine MoveTo<W>(A64Word w, ref Instruction i)
        where W : struct, IWidth
    {
        i.Rd = w.RdOrZr;
        i.Rn = w.Rn;
        return Routine.OfFp<CopyToGeneral<W>>();
    }

    private static Routine MoveFrom<W>(A64Word w, ref Instruction i)
        where W : struct, IWidth
    {
        i.Rd = w.Rd;
        i.Rn = w.RnOrZr;
        return Routine.OfFp<CopyFromGeneral<W>>();
    }

    private static Routine MoveToTop(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        i.Rn = w.Rn;
        return Routine.OfFp<TopToGeneral>();
    }

    private static Routine MoveFromTop(A64Word w, ref Instruction i)
    {
        i.Rd = w.Rd;
        i.Rn = w.RnOrZr;
        return Routine.OfFp<TopFromGeneral>();
    }

    internal readonly struct GeneralFrom<F, W> : IFpScalar1
        where F : struct, IFpArithmetic
        where W : struct, IWidth
    {
        public static ulong Do(ulong a, int imm, ref FpStatus status)
        {
            RoundingChoice choice = new(imm);
            FpControl control = status.Control;
            return FpInteger.ToFixed<F>(
                FpLane.Low<F>(a), W.Is64 ? 64 : 32, choice.FractionBits, choice.Unsigned, choice.Mode(control), control, ref status.Raised);
        }
    }

    internal readonly struct GeneralTo<F, W> : IFpScalar1
        where F : struct, IFpArithmetic
        where W : struct, IWidth
    {
        public static ulong Do(ulong a, int imm, ref FpStatus status)
        {
            RoundingChoice choice = new(imm);
            FpControl control = status.Control;
            ulong narrow = choice.Unsigned ? (uint)a : (ulong)(int)a;
            return FpInteger.FromFixed<F>(
                W.Is64 ? a : narrow, choice.FractionBits, choice.Unsigned, control.RMode, control, ref status.Raised);
        }
    }

    internal readonly struct Top : IVectorToScalar
    {
        public static ulong Do(Vector a, int imm, ref FpStatus status) => FpLane.Get<FpDouble>(ref a, 1);
    }

    internal readonly struct WithTop : IScalarToVector
    {
        public static Vector Do(Vector d, ulong a, int imm, ref FpStatus status)
        {
            FpLane.Set<FpDouble>(ref d, 1, a);
            return d;
        }
    }

    private readonly struct ToGeneral<TOp> : IRoutine
        where TOp : struct, IFpScalar1
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.FpScalar<TOp>(e.D(i.Rn), i.Imm2));
            return Flow.Next;
        }
    }

    private readonly struct FromGeneral<TOp> : IRoutine
        where TOp : struct, IFpScalar1
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetD(i.Rd, e.FpScalar<TOp>(e.X(i.Rn), i.Imm2));
            return Flow.Next;
        }
    }

    private readonly struct CopyToGeneral<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, W.Is64 ? e.D(i.Rn) : e.ZeroExtend(e.D(i.Rn), 32));
            return Flow.Next;
        }
    }

    private readonly struct CopyFromGeneral<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetD(i.Rd, W.Is64 ? e.X(i.Rn) : e.ZeroExtend(e.X(i.Rn), 32));
            return Flow.Next;
        }
    }

    private readonly struct TopToGeneral : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.ToScalar<Top>(e.Q(i.Rn), 0));
            return Flow.Next;
        }
    }

    private readonly struct TopFromGeneral : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetQ(i.Rd, e.FromScalar<WithTop>(e.Q(i.Rd), e.X(i.Rn), 0));
            return Flow.Next;
        }
    }
}
