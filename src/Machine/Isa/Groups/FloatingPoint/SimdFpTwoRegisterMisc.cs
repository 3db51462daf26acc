using GdbHost.Machine.Isa.Fp;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>
/// Advanced SIMD two-register miscellaneous, floating-point opcodes, vector and scalar, DDI 0487. URECPE and URSQRTE are
/// here too: they are integer instructions but stand among these and share their tables.
/// </summary>
internal static class SimdFpTwoRegisterMisc
{
    public static readonly Row[] Rows =
    [
        // Advanced SIMD two-register miscellaneous
        new("0 Q 0 01110 0 sz 10000 10110 10 Rn:5 Rd:5", "FCVTN", Narrow),
        new("0 Q 0 01110 0 sz 10000 10111 10 Rn:5 Rd:5", "FCVTL", Widen),
        new("0 Q 0 01110 0 sz 10000 11000 10 Rn:5 Rd:5", "FRINTN (vector)", Round<Nearest, No>),
        new("0 Q 0 01110 0 sz 10000 11001 10 Rn:5 Rd:5", "FRINTM (vector)", Round<Minus, No>),
        new("0 Q 0 01110 0 sz 10000 11010 10 Rn:5 Rd:5", "FCVTNS (vector)", To<Nearest, No>),
        new("0 Q 0 01110 0 sz 10000 11011 10 Rn:5 Rd:5", "FCVTMS (vector)", To<Minus, No>),
        new("0 Q 0 01110 0 sz 10000 11100 10 Rn:5 Rd:5", "FCVTAS (vector)", To<Away, No>),
        new("0 Q 0 01110 0 sz 10000 11101 10 Rn:5 Rd:5", "SCVTF (vector, integer)", From<No>),
        new("0 Q 0 01110 1 sz 10000 01100 10 Rn:5 Rd:5", "FCMGT (zero, vector)", FpForms.Simd1<WithZero<Greater>>),
        new("0 Q 0 01110 1 sz 10000 01101 10 Rn:5 Rd:5", "FCMEQ (zero, vector)", FpForms.Simd1<WithZero<Equal>>),
        new("0 Q 0 01110 1 sz 10000 01110 10 Rn:5 Rd:5", "FCMLT (zero, vector)", FpForms.Simd1<ZeroWith<Greater>>),
        new("0 Q 0 01110 1 sz 10000 01111 10 Rn:5 Rd:5", "FABS (vector)", FpForms.Simd1<AbsoluteValue>),
        new("0 Q 0 01110 1 sz 10000 11000 10 Rn:5 Rd:5", "FRINTP (vector)", Round<Plus, No>),
        new("0 Q 0 01110 1 sz 10000 11001 10 Rn:5 Rd:5", "FRINTZ (vector)", Round<Truncate, No>),
        new("0 Q 0 01110 1 sz 10000 11010 10 Rn:5 Rd:5", "FCVTPS (vector)", To<Plus, No>),
        new("0 Q 0 01110 1 sz 10000 11011 10 Rn:5 Rd:5", "FCVTZS (vector, integer)", To<Truncate, No>),
        new("0 Q 0 01110 10 10000 11100 10 Rn:5 Rd:5", "URECPE", Estimate<UnsignedReciprocal>),
        new("0 Q 0 01110 1 sz 10000 11101 10 Rn:5 Rd:5", "FRECPE (vector)", FpForms.Simd1<ReciprocalEstimate>),
        new("0 Q 1 01110 01 10000 10110 10 Rn:5 Rd:5", "FCVTXN (vector)", NarrowOdd),
        new("0 Q 1 01110 0 sz 10000 11000 10 Rn:5 Rd:5", "FRINTA (vector)", Round<Away, No>),
        new("0 Q 1 01110 0 sz 10000 11001 10 Rn:5 Rd:5", "FRINTX (vector)", Round<ByFpcr, Yes>),
        new("0 Q 1 01110 0 sz 10000 11010 10 Rn:5 Rd:5", "FCVTNU (vector)", To<Nearest, Yes>),
        new("0 Q 1 01110 0 sz 10000 11011 10 Rn:5 Rd:5", "FCVTMU (vector)", To<Minus, Yes>),
        new("0 Q 1 01110 0 sz 10000 11100 10 Rn:5 Rd:5", "FCVTAU (vector)", To<Away, Yes>),
        new("0 Q 1 01110 0 sz 10000 11101 10 Rn:5 Rd:5", "UCVTF (vector, integer)", From<Yes>),
        new("0 Q 1 01110 1 sz 10000 01100 10 Rn:5 Rd:5", "FCMGE (zero, vector)", FpForms.Simd1<WithZero<GreaterOrEqual>>),
        new("0 Q 1 01110 1 sz 10000 01101 10 Rn:5 Rd:5", "FCMLE (zero, vector)", FpForms.Simd1<ZeroWith<GreaterOrEqual>>),
        new("0 Q 1 01110 1 sz 10000 01111 10 Rn:5 Rd:5", "FNEG (vector)", FpForms.Simd1<Negate>),
        new("0 Q 1 01110 1 sz 10000 11001 10 Rn:5 Rd:5", "FRINTI (vector)", Round<ByFpcr, No>),
        new("0 Q 1 01110 1 sz 10000 11010 10 Rn:5 Rd:5", "FCVTPU (vector)", To<Plus, Yes>),
        new("0 Q 1 01110 1 sz 10000 11011 10 Rn:5 Rd:5", "FCVTZU (vector, integer)", To<Truncate, Yes>),
        new("0 Q 1 01110 10 10000 11100 10 Rn:5 Rd:5", "URSQRTE", Estimate<UnsignedReciprocalSquareRoot>),
        new("0 Q 1 01110 1 sz 10000 11101 10 Rn:5 Rd:5", "FRSQRTE (vector)", FpForms.Simd1<ReciprocalSquareRootEstimate>),
        new("0 Q 1 01110 1 sz 10000 11111 10 Rn:5 Rd:5", "FSQRT (vector)", FpForms.Simd1<SquareRoot>),

        // Advanced SIMD scalar two-register miscellaneous
        new("01 0 11110 0 sz 10000 11010 10 Rn:5 Rd:5", "FCVTNS (vector, scalar)", ScalarTo<Nearest, No>),
        new("01 0 11110 0 sz 10000 11011 10 Rn:5 Rd:5", "FCVTMS (vector, scalar)", ScalarTo<Minus, No>),
        new("01 0 11110 0 sz 10000 11100 10 Rn:5 Rd:5", "FCVTAS (vector, scalar)", ScalarTo<Away, No>),
        new("01 0 11110 0 sz 10000 11101 10 Rn:5 Rd:5", "SCVTF (vector, integer, scalar)", ScalarFrom<No>),
        new("01 0 11110 1 sz 10000 01100 10 Rn:5 Rd:5", "FCMGT (zero, scalar)", FpForms.SimdScalar1<WithZero<Greater>>),
        new("01 0 11110 1 sz 10000 01101 10 Rn:5 Rd:5", "FCMEQ (zero, scalar)", FpForms.SimdScalar1<WithZero<Equal>>),
        new("01 0 11110 1 sz 10000 01110 10 Rn:5 Rd:5", "FCMLT (zero, scalar)", FpForms.SimdScalar1<ZeroWith<Greater>>),
        new("01 0 11110 1 sz 10000 11010 10 Rn:5 Rd:5", "FCVTPS (vector, scalar)", ScalarTo<Plus, No>),
        new("01 0 11110 1 sz 10000 11011 10 Rn:5 Rd:5", "FCVTZS (vector, integer, scalar)", ScalarTo<Truncate, No>),
        new("01 0 11110 1 sz 10000 11101 10 Rn:5 Rd:5", "FRECPE (scalar)", FpForms.SimdScalar1<ReciprocalEstimate>),
        new("01 0 11110 1 sz 10000 11111 10 Rn:5 Rd:5", "FRECPX", FpForms.SimdScalar1<ReciprocalExponent>),
        new("01 1 11110 01 10000 10110 10 Rn:5 Rd:5", "FCVTXN (scalar)", ScalarNarrowOdd),
        new("01 1 11110 0 sz 10000 11010 10 Rn:5 Rd:5", "FCVTNU (vector, scalar)", ScalarTo<Nearest, Yes>),
        new("01 1 11110 0 sz 10000 11011 10 Rn:5 Rd:5", "FCVTMU (vector, scalar)", ScalarTo<Minus, Yes>),
        new("01 1 11110 0 sz 10000 11100 10 Rn:5 Rd:5", "FCVTAU (vector, scalar)", ScalarTo<Away, Yes>),
        new("01 1 11110 0 sz 10000 11101 10 Rn:5 Rd:5", "UCVTF (vector, integer, scalar)", ScalarFrom<Yes>),
        new("01 1 11110 1 sz 10000 01100 10 Rn:5 Rd:5", "FCMGE (zero, scalar)", FpForms.SimdScalar1<WithZero<GreaterOrEqual>>),
        new("01 1 11110 1 sz 10000 01101 10 Rn:5 Rd:5", "FCMLE (zero, scalar)", FpForms.SimdScalar1<ZeroWith<GreaterOrEqual>>),
        new("01 1 11110 1 sz 10000 11010 10 Rn:5 Rd:5", "FCVTPU (vector, scalar)", ScalarTo<Plus, Yes>),
        new("01 1 11110 1 sz 10000 11011 10 Rn:5 Rd:5", "FCVTZU (vector, integer, scalar)", ScalarTo<Truncate, Yes>),
        new("01 1 11110 1 sz 10000 11101 10 Rn:5 Rd:5", "FRSQRTE (scalar)", FpForms.SimdScalar1<ReciprocalSquareRootEstimate>),
    ];

    private static Routine? Round<TMode, TInexact>(A64Word w, ref Instruction i)
        where TMode : struct, IRoundingMode
        where TInexact : struct, IFlag =>
        FpForms.Simd1<RoundToIntegral>(w, ref i, RoundingChoice.Of<TMode>(inexact: TInexact.Value));

    private static Routine? To<TMode, TUnsigned>(A64Word w, ref Instruction i)
        where TMode : struct, IRoundingMode
        where TUnsigned : struct, IFlag => FpForms.Simd1<ToInteger>(w, ref i, RoundingChoice.Of<TMode>(TUnsigned.Value));

    private static Routine? From<TUnsigned>(A64Word w, ref Instruction i)
        where TUnsigned : struct, IFlag => FpForms.Simd1<FromInteger>(w, ref i, RoundingChoice.Of<ByFpcr>(TUnsigned.Value));

    private static Routine ScalarTo<TMode, TUnsigned>(A64Word w, ref Instruction i)
        where TMode : struct, IRoundingMode
        where TUnsigned : struct, IFlag => FpForms.SimdScalar1<ToInteger>(w, ref i, RoundingChoice.Of<TMode>(TUnsigned.Value));

    private static Routine ScalarFrom<TUnsigned>(A64Word w, ref Instruction i)
        where TUnsigned : struct, IFlag => FpForms.SimdScalar1<FromInteger>(w, ref i, RoundingChoice.Of<ByFpcr>(TUnsigned.Value));

    private static Routine Narrow(A64Word w, ref Instruction i)
    {
        FpForms.Registers(w, ref i);
        i.Imm2 = RoundingChoice.Of<ByFpcr>().Raw;
        return w.Q
            ? FpForms.PickSz<VectorOneInto<NarrowInto<FpSingle, FpHalf, Yes>>, VectorOneInto<NarrowInto<FpDouble, FpSingle, Yes>>>(w)
            : FpForms.PickSz<VectorOneInto<NarrowInto<FpSingle, FpHalf, No>>, VectorOneInto<NarrowInto<FpDouble, FpSingle, No>>>(w);
    }

    private static Routine NarrowOdd(A64Word w, ref Instruction i)
    {
        FpForms.Registers(w, ref i);
        i.Imm2 = RoundingChoice.Of<ToOdd>().Raw;
        return w.Q
            ? Routine.OfFp<VectorOneInto<NarrowInto<FpDouble, FpSingle, Yes>>>()
            : Routine.OfFp<VectorOneInto<NarrowInto<FpDouble, FpSingle, No>>>();
    }

    private static Routine ScalarNarrowOdd(A64Word w, ref Instruction i)
    {
        FpForms.Registers(w, ref i);
        i.Imm2 = RoundingChoice.Of<ToOdd>().Raw;
        return Routine.OfFp<One<ConvertFormat<FpDouble, FpSingle>>>();
    }

    private static Routine Widen(A64Word w, ref Instruction i)
    {
        FpForms.Registers(w, ref i);
        return w.Q
            ? FpForms.PickSz<VectorOne<WidenFrom<FpHalf, FpSingle, Yes>>, VectorOne<WidenFrom<FpSingle, FpDouble, Yes>>>(w)
            : FpForms.PickSz<VectorOne<WidenFrom<FpHalf, FpSingle, No>>, VectorOne<WidenFrom<FpSingle, FpDouble, No>>>(w);
    }

    private static Routine Estimate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpUnary
    {
        FpForms.Lanes(w, ref i, 0);
        return Routine.OfFp<VectorOne<EachLane1<FpSingle, TOp>>>();
    }

    /// <summary>Narrows all elements into the lower half, clearing the upper, or into the upper half, keeping the lower.</summary>
    private readonly struct NarrowInto<TFrom, TTo, TUpper> : IFpVector2
        where TFrom : struct, IFpFormat
        where TTo : struct, IFpFormat
        where TUpper : struct, IFlag
    {
        public static Vector Do(Vector d, Vector a, int imm, ref FpStatus status)
        {
            FpControl control = status.Control;
            FpRounding mode = new RoundingChoice(imm).Mode(control);
            int count = 128 / TFrom.Width;
            Vector result = default;
            if (TUpper.Value)
            {
                FpLane.Set<FpDouble>(ref result, 0, FpLane.Get<FpDouble>(ref d, 0));
            }

            for (int lane = 0; lane < count; lane++)
            {
                ulong value = FpConvert.Convert<TFrom, TTo>(FpLane.Get<TFrom>(ref a, lane), mode, control, ref status.Raised);
                FpLane.Set<TTo>(ref result, TUpper.Value ? count + lane : lane, value);
            }

            return result;
        }
    }

    /// <summary>Widens the elements of the lower or the upper half.</summary>
    private readonly struct WidenFrom<TFrom, TTo, TUpper> : IFpVector1
        where TFrom : struct, IFpFormat
        where TTo : struct, IFpFormat
        where TUpper : struct, IFlag
    {
        public static Vector Do(Vector a, int imm, ref FpStatus status)
        {
            FpControl control = status.Control;
            int count = 128 / TTo.Width;
            Vector result = default;
            for (int lane = 0; lane < count; lane++)
            {
                ulong source = FpLane.Get<TFrom>(ref a, TUpper.Value ? count + lane : lane);
                FpLane.Set<TTo>(ref result, lane, FpConvert.Convert<TFrom, TTo>(source, control.RMode, control, ref status.Raised));
            }

            return result;
        }
    }

    private readonly struct UnsignedReciprocal : IFpUnary
    {
        public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
            where F : struct, IFpArithmetic => FpEstimate.UnsignedReciprocal((uint)a);
    }

    private readonly struct UnsignedReciprocalSquareRoot : IFpUnary
    {
        public static ulong Do<F>(ulong a, int imm, FpControl control, ref FpExceptions raised)
            where F : struct, IFpArithmetic => FpEstimate.UnsignedReciprocalSquareRoot((uint)a);
    }
}
