using System.Numerics;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD across lanes, integer (DDI 0487).
/// </summary>
internal static class SimdAcrossLanes
{
    public static readonly Row[] Rows =
    [
        new("0 Q 0 01110 size:2 11000 00011 10 Rn:5 Rd:5", "SADDLV", SignedLong<Sum>),
        new("0 Q 1 01110 size:2 11000 00011 10 Rn:5 Rd:5", "UADDLV", UnsignedLong<Sum>),
        new("0 Q 0 01110 size:2 11000 01010 10 Rn:5 Rd:5", "SMAXV", SignedSame<Larger>),
        new("0 Q 1 01110 size:2 11000 01010 10 Rn:5 Rd:5", "UMAXV", UnsignedSame<Larger>),
        new("0 Q 0 01110 size:2 11000 11010 10 Rn:5 Rd:5", "SMINV", SignedSame<Smaller>),
        new("0 Q 1 01110 size:2 11000 11010 10 Rn:5 Rd:5", "UMINV", UnsignedSame<Smaller>),
        new("0 Q 0 01110 size:2 11000 11011 10 Rn:5 Rd:5", "ADDV", UnsignedSame<Sum>),
    ];

    private static Routine? SignedSame<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IElement2 => Same(w, ref i) ? Pick.Signed<ReduceShape<TOp>>(w.VectorSize) : null;

    private static Routine? UnsignedSame<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IElement2 => Same(w, ref i) ? Pick.Unsigned<ReduceShape<TOp>>(w.VectorSize) : null;

    private static Routine? SignedLong<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IElement2 => Long(w, ref i) ? Pick.SignedWidening<LongReduceShape<TOp>>(w.VectorSize) : null;

    private static Routine? UnsignedLong<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IElement2 => Long(w, ref i) ? Pick.UnsignedWidening<LongReduceShape<TOp>>(w.VectorSize) : null;

    private static bool Same(A64Word w, ref Instruction i) => Operands(w, ref i, 1 << w.VectorSize);

    private static bool Long(A64Word w, ref Instruction i) => Operands(w, ref i, 2 << w.VectorSize);

    // Two elements are no vector to reduce: 2S is reserved, as is any arrangement of 64-bit elements.
    private static bool Operands(A64Word w, ref Instruction i, int resultBytes)
    {
        OperandFields.Registers(w, ref i);
        i.Amount = OperandFields.VectorBytes(w);
        i.Option = (byte)resultBytes;
        return w.VectorSize < 2 || (w.VectorSize == 2 && w.Q);
    }

    private readonly struct ReduceShape<TOp> : IShape
        where TOp : struct, IElement2
    {
        public static Routine Of<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<Unary<Reduce<TOp, T, T>, Whole, Kept>>();
    }

    private readonly struct LongReduceShape<TOp> : IWideningShape
        where TOp : struct, IElement2
    {
        public static Routine Of<T, W>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> => Routine.OfFp<Unary<Reduce<TOp, T, W>, Whole, Kept>>();
    }
}
