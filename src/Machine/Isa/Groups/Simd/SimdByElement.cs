using GdbHost.Machine.Common;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD vector and scalar by indexed element, integer (DDI 0487).
/// </summary>
internal static class SimdByElement
{
    public static readonly Row[] Rows =
    [
        new("0 Q 1 01111 size:2 L M Rm:4 0000 H 0 Rn:5 Rd:5", "MLA (by element)", VectorAccumulate<MultiplyAdd>),
        new("0 Q 0 01111 size:2 L M Rm:4 0010 H 0 Rn:5 Rd:5", "SMLAL, SMLAL2 (by element)", SignedLongAccumulate<MultiplyAdd>),
        new("0 Q 1 01111 size:2 L M Rm:4 0010 H 0 Rn:5 Rd:5", "UMLAL, UMLAL2 (by element)", UnsignedLongAccumulate<MultiplyAdd>),
        new("0 Q 0 01111 size:2 L M Rm:4 0011 H 0 Rn:5 Rd:5", "SQDMLAL, SQDMLAL2 (by element)", DoublingInto<DoublingMultiplyAdd>),
        new("0 Q 1 01111 size:2 L M Rm:4 0100 H 0 Rn:5 Rd:5", "MLS (by element)", VectorAccumulate<MultiplySubtract>),
        new("0 Q 0 01111 size:2 L M Rm:4 0110 H 0 Rn:5 Rd:5", "SMLSL, SMLSL2 (by element)", SignedLongAccumulate<MultiplySubtract>),
        new("0 Q 1 01111 size:2 L M Rm:4 0110 H 0 Rn:5 Rd:5", "UMLSL, UMLSL2 (by element)", UnsignedLongAccumulate<MultiplySubtract>),
        new("0 Q 0 01111 size:2 L M Rm:4 0111 H 0 Rn:5 Rd:5", "SQDMLSL, SQDMLSL2 (by element)", DoublingInto<DoublingMultiplySubtract>),
        new("0 Q 0 01111 size:2 L M Rm:4 1000 H 0 Rn:5 Rd:5", "MUL (by element)", Vector<Multiply>),
        new("0 Q 0 01111 size:2 L M Rm:4 1010 H 0 Rn:5 Rd:5", "SMULL, SMULL2 (by element)", SignedLong<Multiply>),
        new("0 Q 1 01111 size:2 L M Rm:4 1010 H 0 Rn:5 Rd:5", "UMULL, UMULL2 (by element)", UnsignedLong<Multiply>),
        new("0 Q 0 01111 size:2 L M Rm:4 1011 H 0 Rn:5 Rd:5", "SQDMULL, SQDMULL2 (by element)", Doubling<DoublingMultiply>),
        new("0 Q 0 01111 size:2 L M Rm:4 1100 H 0 Rn:5 Rd:5", "SQDMULH (by element)", DoublingHigh<DoublingMultiplyHigh>),
        new("0 Q 0 01111 size:2 L M Rm:4 1101 H 0 Rn:5 Rd:5", "SQRDMULH (by element)", DoublingHigh<RoundingDoublingMultiplyHigh>),

        // Advanced SIMD scalar by indexed element.
        new("01 0 11111 size:2 L M Rm:4 0011 H 0 Rn:5 Rd:5", "SQDMLAL (by element), scalar", ScalarDoublingInto<DoublingMultiplyAdd>),
        new("01 0 11111 size:2 L M Rm:4 0111 H 0 Rn:5 Rd:5", "SQDMLSL (by element), scalar", ScalarDoublingInto<DoublingMultiplySubtract>),
        new("01 0 11111 size:2 L M Rm:4 1011 H 0 Rn:5 Rd:5", "SQDMULL (by element), scalar", ScalarDoubling<DoublingMultiply>),
        new("01 0 11111 size:2 L M Rm:4 1100 H 0 Rn:5 Rd:5", "SQDMULH (by element), scalar", ScalarHigh<DoublingMultiplyHigh>),
        new("01 0 11111 size:2 L M Rm:4 1101 H 0 Rn:5 Rd:5", "SQRDMULH (by element), scalar", ScalarHigh<RoundingDoublingMultiplyHigh>),
    ];

    private static Routine? Vector<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Vector(w, ref i) ? Pick.Unsigned<ElementShape2<TOp>>(w.VectorSize) : null;

    private static Routine? VectorAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes3 => Vector(w, ref i) ? Pick.Unsigned<ElementShape3<TOp>>(w.VectorSize) : null;

    private static Routine? DoublingHigh<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Vector(w, ref i) ? Pick.Signed<SaturatingElementShape2<TOp>>(w.VectorSize) : null;

    private static Routine? SignedLong<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Long(w, ref i) ? Pick.SignedWidening<LongElementShape2<TOp>>(w.VectorSize) : null;

    private static Routine? SignedLongAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes3 => Long(w, ref i) ? Pick.SignedWidening<LongElementShape3<TOp>>(w.VectorSize) : null;

    private static Routine? UnsignedLong<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => Long(w, ref i) ? Pick.UnsignedWidening<LongElementShape2<TOp>>(w.VectorSize) : null;

    private static Routine? UnsignedLongAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes3 => Long(w, ref i) ? Pick.UnsignedWidening<LongElementShape3<TOp>>(w.VectorSize) : null;

    private static Routine? Doubling<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Long(w, ref i) ? Pick.SignedWidening<SaturatingLongElementShape2<TOp>>(w.VectorSize) : null;

    private static Routine? DoublingInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating3 => Long(w, ref i) ? Pick.SignedWidening<SaturatingLongElementShape3<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarHigh<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => Scalar(w, ref i) ? Pick.Signed<SaturatingElementShape2<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarDoubling<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating2 => ScalarLong(w, ref i) ? Pick.SignedWidening<ScalarLongElementShape2<TOp>>(w.VectorSize) : null;

    private static Routine? ScalarDoublingInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating3 => ScalarLong(w, ref i) ? Pick.SignedWidening<ScalarLongElementShape3<TOp>>(w.VectorSize) : null;

    private static bool Vector(A64Word w, ref Instruction i)
    {
        Element(w, ref i);
        return OperandFields.Vector(w, ref i, Sizes.HS);
    }

    private static bool Long(A64Word w, ref Instruction i)
    {
        Element(w, ref i);
        return OperandFields.Long(w, ref i, Sizes.HS);
    }

    private static bool Scalar(A64Word w, ref Instruction i)
    {
        Element(w, ref i);
        return OperandFields.Scalar(w, ref i, Sizes.HS);
    }

    private static bool ScalarLong(A64Word w, ref Instruction i)
    {
        Element(w, ref i);
        return OperandFields.ScalarLong(w, ref i);
    }

    // Of 16-bit elements the index is H:L:M and only V0 to V15 can be Vm; of 32-bit elements it is H:L and M:Rm is Vm.
    private static void Element(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        uint hl = (w.Raw.Field(11, 11) << 1) | w.Raw.Field(21, 21);
        bool halfwords = w.VectorSize == 1;
        i.Amount = (byte)(halfwords ? (hl << 1) | w.Raw.Field(20, 20) : hl);
        i.Rm = (byte)(halfwords ? w.Rm & 15 : w.Rm);
    }
}
