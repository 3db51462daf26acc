using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD three different and scalar three different (DDI 0487). Size is that of the narrow elements.
/// </summary>
internal static class SimdThreeDifferent
{
    public static readonly Row[] Rows =
    [
        new("0 Q 0 01110 size:2 1 Rm:5 0000 00 Rn:5 Rd:5", "SADDL, SADDL2", Signed<LongShape2<Add>>),
        new("0 Q 1 01110 size:2 1 Rm:5 0000 00 Rn:5 Rd:5", "UADDL, UADDL2", Unsigned<LongShape2<Add>>),
        new("0 Q 0 01110 size:2 1 Rm:5 0001 00 Rn:5 Rd:5", "SADDW, SADDW2", Signed<WideShape2<Add>>),
        new("0 Q 1 01110 size:2 1 Rm:5 0001 00 Rn:5 Rd:5", "UADDW, UADDW2", Unsigned<WideShape2<Add>>),
        new("0 Q 0 01110 size:2 1 Rm:5 0010 00 Rn:5 Rd:5", "SSUBL, SSUBL2", Signed<LongShape2<Subtract>>),
        new("0 Q 1 01110 size:2 1 Rm:5 0010 00 Rn:5 Rd:5", "USUBL, USUBL2", Unsigned<LongShape2<Subtract>>),
        new("0 Q 0 01110 size:2 1 Rm:5 0011 00 Rn:5 Rd:5", "SSUBW, SSUBW2", Signed<WideShape2<Subtract>>),
        new("0 Q 1 01110 size:2 1 Rm:5 0011 00 Rn:5 Rd:5", "USUBW, USUBW2", Unsigned<WideShape2<Subtract>>),
        new("0 Q 0 01110 size:2 1 Rm:5 0100 00 Rn:5 Rd:5", "ADDHN, ADDHN2", Unsigned<HighNarrowShape2<Add>>),
        new("0 Q 1 01110 size:2 1 Rm:5 0100 00 Rn:5 Rd:5", "RADDHN, RADDHN2", Unsigned<HighNarrowShape2<RoundingAdd>>),
        new("0 Q 0 01110 size:2 1 Rm:5 0101 00 Rn:5 Rd:5", "SABAL, SABAL2", Signed<LongShape3<AbsoluteDifferenceAdd>>),
        new("0 Q 1 01110 size:2 1 Rm:5 0101 00 Rn:5 Rd:5", "UABAL, UABAL2", Unsigned<LongShape3<AbsoluteDifferenceAdd>>),
        new("0 Q 0 01110 size:2 1 Rm:5 0110 00 Rn:5 Rd:5", "SUBHN, SUBHN2", Unsigned<HighNarrowShape2<Subtract>>),
        new("0 Q 1 01110 size:2 1 Rm:5 0110 00 Rn:5 Rd:5", "RSUBHN, RSUBHN2", Unsigned<HighNarrowShape2<RoundingSubtract>>),
        new("0 Q 0 01110 size:2 1 Rm:5 0111 00 Rn:5 Rd:5", "SABDL, SABDL2", Signed<LongShape2<AbsoluteDifference>>),
        new("0 Q 1 01110 size:2 1 Rm:5 0111 00 Rn:5 Rd:5", "UABDL, UABDL2", Unsigned<LongShape2<AbsoluteDifference>>),
        new("0 Q 0 01110 size:2 1 Rm:5 1000 00 Rn:5 Rd:5", "SMLAL, SMLAL2 (vector)", Signed<LongShape3<MultiplyAdd>>),
        new("0 Q 1 01110 size:2 1 Rm:5 1000 00 Rn:5 Rd:5", "UMLAL, UMLAL2 (vector)", Unsigned<LongShape3<MultiplyAdd>>),
        new("0 Q 0 01110 size:2 1 Rm:5 1001 00 Rn:5 Rd:5", "SQDMLAL, SQDMLAL2 (vector)", DoublingInto<DoublingMultiplyAdd>),
        new("0 Q 0 01110 size:2 1 Rm:5 1010 00 Rn:5 Rd:5", "SMLSL, SMLSL2 (vector)", Signed<LongShape3<MultiplySubtract>>),
        new("0 Q 1 01110 size:2 1 Rm:5 1010 00 Rn:5 Rd:5", "UMLSL, UMLSL2 (vector)", Unsigned<LongShape3<MultiplySubtract>>),
        new("0 Q 0 01110 size:2 1 Rm:5 1011 00 Rn:5 Rd:5", "SQDMLSL, SQDMLSL2 (vector)", DoublingInto<DoublingMultiplySubtract>),
        new("0 Q 0 01110 size:2 1 Rm:5 1100 00 Rn:5 Rd:5", "SMULL, SMULL2 (vector)", Signed<LongShape2<Multiply>>),
        new("0 Q 1 01110 size:2 1 Rm:5 1100 00 Rn:5 Rd:5", "UMULL, UMULL2 (vector)", Unsigned<LongShape2<Multiply>>),
        new("0 Q 0 01110 size:2 1 Rm:5 1101 00 Rn:5 Rd:5", "SQDMULL, SQDMULL2 (vector)", Doubling<DoublingMultiply>),
        new("0 Q 0 01110 00 1 Rm:5 1110 00 Rn:5 Rd:5", "PMULL, PMULL2, 8-bit", Unsigned<LongShape2<PolynomialMultiply>>),
        new("0 Q 0 01110 11 1 Rm:5 1110 00 Rn:5 Rd:5", "PMULL, PMULL2, 64-bit", PolynomialLong),

        // Advanced SIMD scalar three different.
        new("01 0 11110 size:2 1 Rm:5 1001 00 Rn:5 Rd:5", "SQDMLAL (vector), scalar", ScalarDoublingInto<DoublingMultiplyAdd>),
        new("01 0 11110 size:2 1 Rm:5 1011 00 Rn:5 Rd:5", "SQDMLSL (vector), scalar", ScalarDoublingInto<DoublingMultiplySubtract>),
        new("01 0 11110 size:2 1 Rm:5 1101 00 Rn:5 Rd:5", "SQDMULL (vector), scalar", ScalarDoubling<DoublingMultiply>),
    ];

    private static Routine? Signed<TShape>(A64Word w, ref Instruction i)
        where TShape : struct, IWideningShape => Long(w, ref i, Sizes.BHS) ? Pick.SignedWidening<TShape>(w.VectorSize) : null;

    private static Routine? Unsigned<TShape>(A64Word w, ref Instruction i)
        where TShape : struct, IWideningShape => Long(w, ref i, Sizes.BHS) ? Pick.UnsignedWidening<TShape>(w.VectorSize) : null;

    private static Routine? Doubling<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 =>
        Long(w, ref i, Sizes.HS) ? Pick.SignedWidening<SaturatingLongShape2<TOp>>(w.VectorSize) : null;

    private static Routine? DoublingInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating3 =>
        Long(w, ref i, Sizes.HS) ? Pick.SignedWidening<SaturatingLongShape3<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarDoubling<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 =>
        Scalar(w, ref i) ? Pick.SignedWidening<SaturatingScalarLongShape2<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarDoublingInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating3 =>
        Scalar(w, ref i) ? Pick.SignedWidening<SaturatingScalarLongShape3<TOp>>(w.VectorSize) : null;

    private static Routine PolynomialLong(A64Word w, ref Instruction i)
    {
        Long(w, ref i, Sizes.All);
        return Routine.OfFp<Binary<PolynomialMultiplyLong, Half, Half, Kept>>();
    }

    private static bool Scalar(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        return OperandFields.ScalarLong(w, ref i);
    }

    private static bool Long(A64Word w, ref Instruction i, int sizes)
    {
        OperandFields.Registers(w, ref i);
        return OperandFields.Long(w, ref i, sizes);
    }
}
