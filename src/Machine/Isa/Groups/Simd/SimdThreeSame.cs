using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD three same and scalar three same, integer (DDI 0487). Size selects the operation in the bitwise rows; the
/// scalar forms that do not saturate exist for 64 bits only.
/// </summary>
internal static class SimdThreeSame
{
    public static readonly Row[] Rows =
    [
        new("0 Q 0 01110 size:2 1 Rm:5 00000 1 Rn:5 Rd:5", "SHADD", SignedBhs<HalvingAdd>),
        new("0 Q 1 01110 size:2 1 Rm:5 00000 1 Rn:5 Rd:5", "UHADD", UnsignedBhs<HalvingAdd>),
        new("0 Q 0 01110 size:2 1 Rm:5 00001 1 Rn:5 Rd:5", "SQADD", SaturatingSigned<SaturatingAdd>),
        new("0 Q 1 01110 size:2 1 Rm:5 00001 1 Rn:5 Rd:5", "UQADD", SaturatingUnsigned<SaturatingAdd>),
        new("0 Q 0 01110 size:2 1 Rm:5 00010 1 Rn:5 Rd:5", "SRHADD", SignedBhs<RoundingHalvingAdd>),
        new("0 Q 1 01110 size:2 1 Rm:5 00010 1 Rn:5 Rd:5", "URHADD", UnsignedBhs<RoundingHalvingAdd>),
        new("0 Q 0 01110 00 1 Rm:5 00011 1 Rn:5 Rd:5", "AND (vector)", Bitwise<And>),
        new("0 Q 0 01110 01 1 Rm:5 00011 1 Rn:5 Rd:5", "BIC (vector, register)", Bitwise<AndNot>),
        new("0 Q 0 01110 10 1 Rm:5 00011 1 Rn:5 Rd:5", "ORR (vector, register)", Bitwise<Or>),
        new("0 Q 0 01110 11 1 Rm:5 00011 1 Rn:5 Rd:5", "ORN (vector)", Bitwise<OrNot>),
        new("0 Q 1 01110 00 1 Rm:5 00011 1 Rn:5 Rd:5", "EOR (vector)", Bitwise<Xor>),
        new("0 Q 1 01110 01 1 Rm:5 00011 1 Rn:5 Rd:5", "BSL", BitwiseSelect<Select>),
        new("0 Q 1 01110 10 1 Rm:5 00011 1 Rn:5 Rd:5", "BIT", BitwiseSelect<InsertIfTrue>),
        new("0 Q 1 01110 11 1 Rm:5 00011 1 Rn:5 Rd:5", "BIF", BitwiseSelect<InsertIfFalse>),
        new("0 Q 0 01110 size:2 1 Rm:5 00100 1 Rn:5 Rd:5", "SHSUB", SignedBhs<HalvingSubtract>),
        new("0 Q 1 01110 size:2 1 Rm:5 00100 1 Rn:5 Rd:5", "UHSUB", UnsignedBhs<HalvingSubtract>),
        new("0 Q 0 01110 size:2 1 Rm:5 00101 1 Rn:5 Rd:5", "SQSUB", SaturatingSigned<SaturatingSubtract>),
        new("0 Q 1 01110 size:2 1 Rm:5 00101 1 Rn:5 Rd:5", "UQSUB", SaturatingUnsigned<SaturatingSubtract>),
        new("0 Q 0 01110 size:2 1 Rm:5 00110 1 Rn:5 Rd:5", "CMGT (register)", Signed<Greater>),
        new("0 Q 1 01110 size:2 1 Rm:5 00110 1 Rn:5 Rd:5", "CMHI (register)", Unsigned<Greater>),
        new("0 Q 0 01110 size:2 1 Rm:5 00111 1 Rn:5 Rd:5", "CMGE (register)", Signed<GreaterOrEqual>),
        new("0 Q 1 01110 size:2 1 Rm:5 00111 1 Rn:5 Rd:5", "CMHS (register)", Unsigned<GreaterOrEqual>),
        new("0 Q 0 01110 size:2 1 Rm:5 01000 1 Rn:5 Rd:5", "SSHL", Signed<Each2<ShiftBy>>),
        new("0 Q 1 01110 size:2 1 Rm:5 01000 1 Rn:5 Rd:5", "USHL", Unsigned<Each2<ShiftBy>>),
        new("0 Q 0 01110 size:2 1 Rm:5 01001 1 Rn:5 Rd:5", "SQSHL (register)", SaturatingSigned<SaturatingShiftBy>),
        new("0 Q 1 01110 size:2 1 Rm:5 01001 1 Rn:5 Rd:5", "UQSHL (register)", SaturatingUnsigned<SaturatingShiftBy>),
        new("0 Q 0 01110 size:2 1 Rm:5 01010 1 Rn:5 Rd:5", "SRSHL", Signed<Each2<RoundingShiftBy>>),
        new("0 Q 1 01110 size:2 1 Rm:5 01010 1 Rn:5 Rd:5", "URSHL", Unsigned<Each2<RoundingShiftBy>>),
        new("0 Q 0 01110 size:2 1 Rm:5 01011 1 Rn:5 Rd:5", "SQRSHL", SaturatingSigned<SaturatingRoundingShiftBy>),
        new("0 Q 1 01110 size:2 1 Rm:5 01011 1 Rn:5 Rd:5", "UQRSHL", SaturatingUnsigned<SaturatingRoundingShiftBy>),
        new("0 Q 0 01110 size:2 1 Rm:5 01100 1 Rn:5 Rd:5", "SMAX", SignedBhs<Maximum>),
        new("0 Q 1 01110 size:2 1 Rm:5 01100 1 Rn:5 Rd:5", "UMAX", UnsignedBhs<Maximum>),
        new("0 Q 0 01110 size:2 1 Rm:5 01101 1 Rn:5 Rd:5", "SMIN", SignedBhs<Minimum>),
        new("0 Q 1 01110 size:2 1 Rm:5 01101 1 Rn:5 Rd:5", "UMIN", UnsignedBhs<Minimum>),
        new("0 Q 0 01110 size:2 1 Rm:5 01110 1 Rn:5 Rd:5", "SABD", SignedBhs<AbsoluteDifference>),
        new("0 Q 1 01110 size:2 1 Rm:5 01110 1 Rn:5 Rd:5", "UABD", UnsignedBhs<AbsoluteDifference>),
        new("0 Q 0 01110 size:2 1 Rm:5 01111 1 Rn:5 Rd:5", "SABA", SignedAccumulate<AbsoluteDifferenceAdd>),
        new("0 Q 1 01110 size:2 1 Rm:5 01111 1 Rn:5 Rd:5", "UABA", UnsignedAccumulate<AbsoluteDifferenceAdd>),
        new("0 Q 0 01110 size:2 1 Rm:5 10000 1 Rn:5 Rd:5", "ADD (vector)", Unsigned<Add>),
        new("0 Q 1 01110 size:2 1 Rm:5 10000 1 Rn:5 Rd:5", "SUB (vector)", Unsigned<Subtract>),
        new("0 Q 0 01110 size:2 1 Rm:5 10001 1 Rn:5 Rd:5", "CMTST", Unsigned<CommonBits>),
        new("0 Q 1 01110 size:2 1 Rm:5 10001 1 Rn:5 Rd:5", "CMEQ (register)", Unsigned<Same>),
        new("0 Q 0 01110 size:2 1 Rm:5 10010 1 Rn:5 Rd:5", "MLA (vector)", UnsignedAccumulate<MultiplyAdd>),
        new("0 Q 1 01110 size:2 1 Rm:5 10010 1 Rn:5 Rd:5", "MLS (vector)", UnsignedAccumulate<MultiplySubtract>),
        new("0 Q 0 01110 size:2 1 Rm:5 10011 1 Rn:5 Rd:5", "MUL (vector)", UnsignedBhs<Multiply>),
        new("0 Q 1 01110 size:2 1 Rm:5 10011 1 Rn:5 Rd:5", "PMUL", UnsignedB<PolynomialMultiply>),
        new("0 Q 0 01110 size:2 1 Rm:5 10100 1 Rn:5 Rd:5", "SMAXP", SignedPairwise<Maximum>),
        new("0 Q 1 01110 size:2 1 Rm:5 10100 1 Rn:5 Rd:5", "UMAXP", UnsignedPairwise<Maximum>),
        new("0 Q 0 01110 size:2 1 Rm:5 10101 1 Rn:5 Rd:5", "SMINP", SignedPairwise<Minimum>),
        new("0 Q 1 01110 size:2 1 Rm:5 10101 1 Rn:5 Rd:5", "UMINP", UnsignedPairwise<Minimum>),
        new("0 Q 0 01110 size:2 1 Rm:5 10110 1 Rn:5 Rd:5", "SQDMULH (vector)", DoublingHigh<DoublingMultiplyHigh>),
        new("0 Q 1 01110 size:2 1 Rm:5 10110 1 Rn:5 Rd:5", "SQRDMULH (vector)", DoublingHigh<RoundingDoublingMultiplyHigh>),
        new("0 Q 0 01110 size:2 1 Rm:5 10111 1 Rn:5 Rd:5", "ADDP (vector)", AnyPairwise<Add>),

        // Advanced SIMD scalar three same.
        new("01 0 11110 size:2 1 Rm:5 00001 1 Rn:5 Rd:5", "SQADD, scalar", ScalarSaturatingSigned<SaturatingAdd>),
        new("01 1 11110 size:2 1 Rm:5 00001 1 Rn:5 Rd:5", "UQADD, scalar", ScalarSaturatingUnsigned<SaturatingAdd>),
        new("01 0 11110 size:2 1 Rm:5 00101 1 Rn:5 Rd:5", "SQSUB, scalar", ScalarSaturatingSigned<SaturatingSubtract>),
        new("01 1 11110 size:2 1 Rm:5 00101 1 Rn:5 Rd:5", "UQSUB, scalar", ScalarSaturatingUnsigned<SaturatingSubtract>),
        new("01 0 11110 11 1 Rm:5 00110 1 Rn:5 Rd:5", "CMGT (register), scalar", ScalarSigned<Greater>),
        new("01 1 11110 11 1 Rm:5 00110 1 Rn:5 Rd:5", "CMHI (register), scalar", ScalarUnsigned<Greater>),
        new("01 0 11110 11 1 Rm:5 00111 1 Rn:5 Rd:5", "CMGE (register), scalar", ScalarSigned<GreaterOrEqual>),
        new("01 1 11110 11 1 Rm:5 00111 1 Rn:5 Rd:5", "CMHS (register), scalar", ScalarUnsigned<GreaterOrEqual>),
        new("01 0 11110 11 1 Rm:5 01000 1 Rn:5 Rd:5", "SSHL, scalar", ScalarSigned<Each2<ShiftBy>>),
        new("01 1 11110 11 1 Rm:5 01000 1 Rn:5 Rd:5", "USHL, scalar", ScalarUnsigned<Each2<ShiftBy>>),
        new("01 0 11110 size:2 1 Rm:5 01001 1 Rn:5 Rd:5", "SQSHL (register), scalar", ScalarSaturatingSigned<SaturatingShiftBy>),
        new("01 1 11110 size:2 1 Rm:5 01001 1 Rn:5 Rd:5", "UQSHL (register), scalar", ScalarSaturatingUnsigned<SaturatingShiftBy>),
        new("01 0 11110 11 1 Rm:5 01010 1 Rn:5 Rd:5", "SRSHL, scalar", ScalarSigned<Each2<RoundingShiftBy>>),
        new("01 1 11110 11 1 Rm:5 01010 1 Rn:5 Rd:5", "URSHL, scalar", ScalarUnsigned<Each2<RoundingShiftBy>>),
        new("01 0 11110 size:2 1 Rm:5 01011 1 Rn:5 Rd:5", "SQRSHL, scalar", ScalarSaturatingSigned<SaturatingRoundingShiftBy>),
        new("01 1 11110 size:2 1 Rm:5 01011 1 Rn:5 Rd:5", "UQRSHL, scalar", ScalarSaturatingUnsigned<SaturatingRoundingShiftBy>),
        new("01 0 11110 11 1 Rm:5 10000 1 Rn:5 Rd:5", "ADD (vector), scalar", ScalarUnsigned<Add>),
        new("01 1 11110 11 1 Rm:5 10000 1 Rn:5 Rd:5", "SUB (vector), scalar", ScalarUnsigned<Subtract>),
        new("01 0 11110 11 1 Rm:5 10001 1 Rn:5 Rd:5", "CMTST, scalar", ScalarUnsigned<CommonBits>),
        new("01 1 11110 11 1 Rm:5 10001 1 Rn:5 Rd:5", "CMEQ (register), scalar", ScalarUnsigned<Same>),
        new("01 0 11110 size:2 1 Rm:5 10110 1 Rn:5 Rd:5", "SQDMULH (vector), scalar", ScalarDoublingHigh<DoublingMultiplyHigh>),
        new("01 1 11110 size:2 1 Rm:5 10110 1 Rn:5 Rd:5", "SQRDMULH (vector), scalar", ScalarDoublingHigh<RoundingDoublingMultiplyHigh>),
    ];

    private static Routine Bitwise<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IVector2
    {
        Bytes(w, ref i);
        return Routine.OfFp<Binary<TOp, Whole, Whole, Kept>>();
    }

    private static Routine BitwiseSelect<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IVector3
    {
        Bytes(w, ref i);
        return Routine.OfFp<Ternary<TOp, Whole, Whole>>();
    }

    private static void Bytes(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Option = OperandFields.VectorBytes(w);
    }

    private static Routine? Signed<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Vector(w, ref i, Sizes.All) ? Pick.Signed<SameShape2<TOp>>(w.VectorSize) : null;

    private static Routine? Unsigned<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Vector(w, ref i, Sizes.All) ? Pick.Unsigned<SameShape2<TOp>>(w.VectorSize) : null;

    private static Routine? SignedBhs<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Vector(w, ref i, Sizes.BHS) ? Pick.Signed<SameShape2<TOp>>(w.VectorSize) : null;

    private static Routine? UnsignedBhs<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Vector(w, ref i, Sizes.BHS) ? Pick.Unsigned<SameShape2<TOp>>(w.VectorSize) : null;

    private static Routine? UnsignedB<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Vector(w, ref i, Sizes.B) ? Pick.Unsigned<SameShape2<TOp>>(w.VectorSize) : null;

    private static Routine? SignedAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes3 => Vector(w, ref i, Sizes.BHS) ? Pick.Signed<SameShape3<TOp>>(w.VectorSize) : null;

    private static Routine? UnsignedAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes3 => Vector(w, ref i, Sizes.BHS) ? Pick.Unsigned<SameShape3<TOp>>(w.VectorSize) : null;

    private static Routine? SaturatingSigned<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Vector(w, ref i, Sizes.All) ? Pick.Signed<SaturatingShape2<TOp>>(w.VectorSize) : null;

    private static Routine? SaturatingUnsigned<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Vector(w, ref i, Sizes.All) ? Pick.Unsigned<SaturatingShape2<TOp>>(w.VectorSize) : null;

    private static Routine? DoublingHigh<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Vector(w, ref i, Sizes.HS) ? Pick.Signed<SaturatingShape2<TOp>>(w.VectorSize) : null;

    private static Routine? SignedPairwise<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Pairs(w, ref i, Sizes.BHS) ? Pick.Signed<SameShape2<Pairwise<TOp>>>(w.VectorSize) : null;

    private static Routine? UnsignedPairwise<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Pairs(w, ref i, Sizes.BHS) ? Pick.Unsigned<SameShape2<Pairwise<TOp>>>(w.VectorSize) : null;

    private static Routine? AnyPairwise<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Pairs(w, ref i, Sizes.All) ? Pick.Unsigned<SameShape2<Pairwise<TOp>>>(w.VectorSize) : null;

    private static Routine? ScalarSigned<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Scalar(w, ref i, Sizes.D) ? SameShape2<TOp>.Of<long>() : null;

    private static Routine? ScalarUnsigned<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Scalar(w, ref i, Sizes.D) ? SameShape2<TOp>.Of<ulong>() : null;

    private static Routine? ScalarSaturatingSigned<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Scalar(w, ref i, Sizes.All) ? Pick.Signed<SaturatingShape2<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarSaturatingUnsigned<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Scalar(w, ref i, Sizes.All) ? Pick.Unsigned<SaturatingShape2<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarDoublingHigh<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Scalar(w, ref i, Sizes.HS) ? Pick.Signed<SaturatingShape2<TOp>>(w.VectorSize) : null;

    private static bool Vector(A64Word w, ref Instruction i, int sizes)
    {
        OperandFields.Registers(w, ref i);
        return OperandFields.Vector(w, ref i, sizes);
    }

    private static bool Pairs(A64Word w, ref Instruction i, int sizes)
    {
        i.Amount = OperandFields.VectorBytes(w);
        return Vector(w, ref i, sizes);
    }

    private static bool Scalar(A64Word w, ref Instruction i, int sizes)
    {
        OperandFields.Registers(w, ref i);
        return OperandFields.Scalar(w, ref i, sizes);
    }
}
