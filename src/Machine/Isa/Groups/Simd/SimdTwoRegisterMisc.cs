using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD two-register miscellaneous, scalar two-register miscellaneous and scalar pairwise, integer (DDI 0487). URECPE
/// and URSQRTE are with the floating-point estimates.
/// </summary>
internal static class SimdTwoRegisterMisc
{
    public static readonly Row[] Rows =
    [
        new("0 Q 0 01110 size:2 10000 00000 10 Rn:5 Rd:5", "REV64", Reverse64),
        new("0 Q 1 01110 size:2 10000 00000 10 Rn:5 Rd:5", "REV32 (vector)", Reverse32),
        new("0 Q 0 01110 size:2 10000 00001 10 Rn:5 Rd:5", "REV16 (vector)", Reverse16),
        new("0 Q 0 01110 size:2 10000 00010 10 Rn:5 Rd:5", "SADDLP", PairwiseSigned<AddLongPairwise>),
        new("0 Q 1 01110 size:2 10000 00010 10 Rn:5 Rd:5", "UADDLP", PairwiseUnsigned<AddLongPairwise>),
        new("0 Q 0 01110 size:2 10000 00011 10 Rn:5 Rd:5", "SUQADD", SignedAccumulate<AddUnsigned>),
        new("0 Q 1 01110 size:2 10000 00011 10 Rn:5 Rd:5", "USQADD", UnsignedAccumulate<AddSigned>),
        new("0 Q 0 01110 size:2 10000 00100 10 Rn:5 Rd:5", "CLS (vector)", SignedBhs<Each1<CountLeadingSignBits>>),
        new("0 Q 1 01110 size:2 10000 00100 10 Rn:5 Rd:5", "CLZ (vector)", SignedBhs<Each1<CountLeadingZeros>>),
        new("0 Q 0 01110 size:2 10000 00101 10 Rn:5 Rd:5", "CNT", UnsignedB<Each1<CountOnes>>),
        new("0 Q 1 01110 00 10000 00101 10 Rn:5 Rd:5", "NOT", Bytes<Not>),
        new("0 Q 1 01110 01 10000 00101 10 Rn:5 Rd:5", "RBIT (vector)", Bytes<Same1<Each1<ReverseBits>, byte>>),
        new("0 Q 0 01110 size:2 10000 00110 10 Rn:5 Rd:5", "SADALP", PairwiseSignedAdd<AddLongPairwiseAdd>),
        new("0 Q 1 01110 size:2 10000 00110 10 Rn:5 Rd:5", "UADALP", PairwiseUnsignedAdd<AddLongPairwiseAdd>),
        new("0 Q 0 01110 size:2 10000 00111 10 Rn:5 Rd:5", "SQABS", Saturating<SaturatingAbsolute>),
        new("0 Q 1 01110 size:2 10000 00111 10 Rn:5 Rd:5", "SQNEG", Saturating<SaturatingNegate>),
        new("0 Q 0 01110 size:2 10000 01000 10 Rn:5 Rd:5", "CMGT (zero)", Signed<GreaterThanZero>),
        new("0 Q 1 01110 size:2 10000 01000 10 Rn:5 Rd:5", "CMGE (zero)", Signed<GreaterOrEqualZero>),
        new("0 Q 0 01110 size:2 10000 01001 10 Rn:5 Rd:5", "CMEQ (zero)", Signed<EqualZero>),
        new("0 Q 1 01110 size:2 10000 01001 10 Rn:5 Rd:5", "CMLE (zero)", Signed<LessOrEqualZero>),
        new("0 Q 0 01110 size:2 10000 01010 10 Rn:5 Rd:5", "CMLT (zero)", Signed<LessThanZero>),
        new("0 Q 0 01110 size:2 10000 01011 10 Rn:5 Rd:5", "ABS", Signed<Absolute>),
        new("0 Q 1 01110 size:2 10000 01011 10 Rn:5 Rd:5", "NEG (vector)", Signed<Negate>),
        new("0 Q 0 01110 size:2 10000 10010 10 Rn:5 Rd:5", "XTN, XTN2", Narrow),
        new("0 Q 1 01110 size:2 10000 10010 10 Rn:5 Rd:5", "SQXTUN, SQXTUN2", SignedToUnsignedNarrow),
        new("0 Q 1 01110 size:2 10000 10011 10 Rn:5 Rd:5", "SHLL, SHLL2", LongShift),
        new("0 Q 0 01110 size:2 10000 10100 10 Rn:5 Rd:5", "SQXTN, SQXTN2", SignedNarrow),
        new("0 Q 1 01110 size:2 10000 10100 10 Rn:5 Rd:5", "UQXTN, UQXTN2", UnsignedNarrow),

        // Advanced SIMD scalar two-register miscellaneous.
        new("01 0 11110 size:2 10000 00011 10 Rn:5 Rd:5", "SUQADD, scalar", ScalarSignedAccumulate<AddUnsigned>),
        new("01 1 11110 size:2 10000 00011 10 Rn:5 Rd:5", "USQADD, scalar", ScalarUnsignedAccumulate<AddSigned>),
        new("01 0 11110 size:2 10000 00111 10 Rn:5 Rd:5", "SQABS, scalar", ScalarSaturating<SaturatingAbsolute>),
        new("01 1 11110 size:2 10000 00111 10 Rn:5 Rd:5", "SQNEG, scalar", ScalarSaturating<SaturatingNegate>),
        new("01 0 11110 11 10000 01000 10 Rn:5 Rd:5", "CMGT (zero), scalar", Scalar<GreaterThanZero>),
        new("01 1 11110 11 10000 01000 10 Rn:5 Rd:5", "CMGE (zero), scalar", Scalar<GreaterOrEqualZero>),
        new("01 0 11110 11 10000 01001 10 Rn:5 Rd:5", "CMEQ (zero), scalar", Scalar<EqualZero>),
        new("01 1 11110 11 10000 01001 10 Rn:5 Rd:5", "CMLE (zero), scalar", Scalar<LessOrEqualZero>),
        new("01 0 11110 11 10000 01010 10 Rn:5 Rd:5", "CMLT (zero), scalar", Scalar<LessThanZero>),
        new("01 0 11110 11 10000 01011 10 Rn:5 Rd:5", "ABS, scalar", Scalar<Absolute>),
        new("01 1 11110 11 10000 01011 10 Rn:5 Rd:5", "NEG (vector), scalar", Scalar<Negate>),
        new("01 1 11110 size:2 10000 10010 10 Rn:5 Rd:5", "SQXTUN, scalar", ScalarSignedToUnsignedNarrow),
        new("01 0 11110 size:2 10000 10100 10 Rn:5 Rd:5", "SQXTN, scalar", ScalarSignedNarrow),
        new("01 1 11110 size:2 10000 10100 10 Rn:5 Rd:5", "UQXTN, scalar", ScalarUnsignedNarrow),

        // Advanced SIMD scalar pairwise, integer.
        new("01 0 11110 11 11000 11011 10 Rn:5 Rd:5", "ADDP (scalar)", AddPair),
    ];

    private static Routine? Signed<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Vector(w, ref i, Sizes.All) ? Pick.Signed<SameShape1<TOp>>(w.VectorSize) : null;

    private static Routine? SignedBhs<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Vector(w, ref i, Sizes.BHS) ? Pick.Signed<SameShape1<TOp>>(w.VectorSize) : null;

    private static Routine? UnsignedB<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Vector(w, ref i, Sizes.B) ? Pick.Unsigned<SameShape1<TOp>>(w.VectorSize) : null;

    private static Routine? Saturating<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating1 => Vector(w, ref i, Sizes.All) ? Pick.Signed<SaturatingShape1<TOp>>(w.VectorSize) : null;

    private static Routine? SignedAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Accumulate(w, ref i, Sizes.All) ? Pick.Signed<SaturatingShape2<TOp>>(w.VectorSize) : null;

    private static Routine? UnsignedAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Accumulate(w, ref i, Sizes.All) ? Pick.Unsigned<SaturatingShape2<TOp>>(w.VectorSize) : null;

    // Pairwise sums are twice as wide as size says; their type is what the operation is written in.
    private static Routine? PairwiseSigned<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Vector(w, ref i, Sizes.BHS) ? Pick.Signed<SameShape1<TOp>>(w.VectorSize + 1) : null;

    private static Routine? PairwiseUnsigned<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Vector(w, ref i, Sizes.BHS) ? Pick.Unsigned<SameShape1<TOp>>(w.VectorSize + 1) : null;

    private static Routine? PairwiseSignedAdd<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Accumulate(w, ref i, Sizes.BHS) ? Pick.Signed<SameShape2<TOp>>(w.VectorSize + 1) : null;

    private static Routine? PairwiseUnsignedAdd<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Accumulate(w, ref i, Sizes.BHS) ? Pick.Unsigned<SameShape2<TOp>>(w.VectorSize + 1) : null;

    private static Routine? Reverse64(A64Word w, ref Instruction i) =>
        Reverse(w, ref i, Sizes.BHS, 3);

    private static Routine? Reverse32(A64Word w, ref Instruction i) =>
        Reverse(w, ref i, Sizes.BH, 2);

    private static Routine? Reverse16(A64Word w, ref Instruction i) =>
        Reverse(w, ref i, Sizes.B, 1);

    private static Routine? Reverse(A64Word w, ref Instruction i, int sizes, int containerSize)
    {
        i.Amount = (byte)((1 << containerSize >> w.VectorSize) - 1);
        return Vector(w, ref i, sizes) ? Pick.Unsigned<SameShape1<ReverseElements>>(w.VectorSize) : null;
    }

    private static Routine Bytes<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IVector1
    {
        OperandFields.Registers(w, ref i);
        i.Option = OperandFields.VectorBytes(w);
        return Routine.OfFp<Unary<TOp, Whole, Kept>>();
    }

    private static Routine? LongShift(A64Word w, ref Instruction i)
    {
        i.Amount = (byte)(8 << w.VectorSize);
        return Halves(w, ref i) ? Pick.UnsignedWidening<LongShape1<ShiftLeft>>(w.VectorSize) : null;
    }

    private static Routine? Narrow(A64Word w, ref Instruction i) =>
        Halves(w, ref i) ? Pick.UnsignedWidening<NarrowShape1<ShiftRight>>(w.VectorSize) : null;

    private static Routine? SignedNarrow(A64Word w, ref Instruction i) =>
        Halves(w, ref i) ? Pick.SignedWidening<SaturatingNarrowShape1<ShiftRightNarrow>>(w.VectorSize) : null;

    private static Routine? UnsignedNarrow(A64Word w, ref Instruction i) =>
        Halves(w, ref i) ? Pick.UnsignedWidening<SaturatingNarrowShape1<ShiftRightNarrow>>(w.VectorSize) : null;

    private static Routine? SignedToUnsignedNarrow(A64Word w, ref Instruction i) =>
        Halves(w, ref i) ? Pick.SignedToUnsigned<SaturatingNarrowShape1<ShiftRightNarrow>>(w.VectorSize) : null;

    private static Routine? Scalar<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Scalar(w, ref i, Sizes.D) ? SameShape1<TOp>.Of<long>() : null;

    private static Routine? ScalarSaturating<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating1 => Scalar(w, ref i, Sizes.All) ? Pick.Signed<SaturatingShape1<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarSignedAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => ScalarAccumulate(w, ref i) ? Pick.Signed<SaturatingShape2<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarUnsignedAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => ScalarAccumulate(w, ref i) ? Pick.Unsigned<SaturatingShape2<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarSignedNarrow(A64Word w, ref Instruction i) =>
        Scalar(w, ref i, Sizes.BHS) ? Pick.SignedWidening<SaturatingNarrowScalarShape1<ShiftRightNarrow>>(w.VectorSize) : null;

    private static Routine? ScalarUnsignedNarrow(A64Word w, ref Instruction i) =>
        Scalar(w, ref i, Sizes.BHS) ? Pick.UnsignedWidening<SaturatingNarrowScalarShape1<ShiftRightNarrow>>(w.VectorSize) : null;

    private static Routine? ScalarSignedToUnsignedNarrow(A64Word w, ref Instruction i) =>
        Scalar(w, ref i, Sizes.BHS) ? Pick.SignedToUnsigned<SaturatingNarrowScalarShape1<ShiftRightNarrow>>(w.VectorSize) : null;

    private static Routine AddPair(A64Word w, ref Instruction i)
    {
        Scalar(w, ref i, Sizes.D);
        i.Amount = 16;
        return Routine.OfFp<Unary<Reduce<Sum, ulong, ulong>, Whole, Kept>>();
    }

    private static bool Vector(A64Word w, ref Instruction i, int sizes)
    {
        OperandFields.Registers(w, ref i);
        return OperandFields.Vector(w, ref i, sizes);
    }

    private static bool Accumulate(A64Word w, ref Instruction i, int sizes)
    {
        OperandFields.DestinationFirst(w, ref i);
        return OperandFields.Vector(w, ref i, sizes);
    }

    private static bool Halves(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        return OperandFields.Long(w, ref i, Sizes.BHS);
    }

    private static bool Scalar(A64Word w, ref Instruction i, int sizes)
    {
        OperandFields.Registers(w, ref i);
        return OperandFields.Scalar(w, ref i, sizes);
    }

    private static bool ScalarAccumulate(A64Word w, ref Instruction i)
    {
        OperandFields.DestinationFirst(w, ref i);
        return OperandFields.Scalar(w, ref i, Sizes.All);
    }
}
