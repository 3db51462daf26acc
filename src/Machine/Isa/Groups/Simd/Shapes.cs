using System.Numerics;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>A family of routines with one member for each element type.</summary>
internal interface IShape
{
    static abstract Routine Of<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}

/// <summary>A family of routines with one member for each pair of an element type and the type twice as wide.</summary>
internal interface IWideningShape
{
    static abstract Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>;
}

/// <summary>
/// Picks the member of a family by the size field (log2 of the bytes of an element, of the narrow one where there are
/// two).
/// </summary>
internal static class Pick
{
    public static Routine Signed<TShape>(int size)
        where TShape : struct, IShape => size switch
        {
            0 => TShape.Of<sbyte>(),
            1 => TShape.Of<short>(),
            2 => TShape.Of<int>(),
            _ => TShape.Of<long>(),
        };

    public static Routine Unsigned<TShape>(int size)
        where TShape : struct, IShape => size switch
        {
            0 => TShape.Of<byte>(),
            1 => TShape.Of<ushort>(),
            2 => TShape.Of<uint>(),
            _ => TShape.Of<ulong>(),
        };

    public static Routine SignedWidening<TShape>(int size)
        where TShape : struct, IWideningShape => size switch
        {
            0 => TShape.Of<sbyte, short>(),
            1 => TShape.Of<short, int>(),
            _ => TShape.Of<int, long>(),
        };

    public static Routine UnsignedWidening<TShape>(int size)
        where TShape : struct, IWideningShape => size switch
        {
            0 => TShape.Of<byte, ushort>(),
            1 => TShape.Of<ushort, uint>(),
            _ => TShape.Of<uint, ulong>(),
        };

    /// <summary>Narrow elements unsigned, wide ones signed.</summary>
    public static Routine SignedToUnsigned<TShape>(int size)
        where TShape : struct, IWideningShape => size switch
        {
            0 => TShape.Of<byte, short>(),
            1 => TShape.Of<ushort, int>(),
            _ => TShape.Of<uint, long>(),
        };
}

/// <summary>One operand, elements of one width.</summary>
internal readonly struct SameShape1<TOp> : IShape
    where TOp : struct, ILanes1
{
    public static Routine Of<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<Unary<Same1<TOp, T>, Whole, Kept>>();
}

/// <summary>Two operands, elements of one width.</summary>
internal readonly struct SameShape2<TOp> : IShape
    where TOp : struct, ILanes2
{
    public static Routine Of<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<Binary<Same2<TOp, T>, Whole, Whole, Kept>>();
}

/// <summary>Two operands and the old destination, elements of one width.</summary>
internal readonly struct SameShape3<TOp> : IShape
    where TOp : struct, ILanes3
{
    public static Routine Of<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<Ternary<Same3<TOp, T>, Whole, Whole>>();
}

/// <summary>One saturating operand.</summary>
internal readonly struct SaturatingShape1<TOp> : IShape
    where TOp : struct, ISaturating1
{
    public static Routine Of<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Routine.OfFp<SaturatingUnary<SaturatingEach1<TOp, T>, Kept, Kept>>();
}

/// <summary>Two saturating operands.</summary>
internal readonly struct SaturatingShape2<TOp> : IShape
    where TOp : struct, ISaturating2
{
    public static Routine Of<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Routine.OfFp<SaturatingBinary<SaturatingEach2<TOp, T>, Kept, Kept>>();
}

/// <summary>Two narrow operands, wide result that saturates.</summary>
internal readonly struct SaturatingLongShape2<TOp> : IWideningShape
    where TOp : struct, ISaturating2
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingBinary<SaturatingLong2<TOp, T, W>, Half, Half>>();
}

/// <summary>Two narrow operands and a wide destination that saturates.</summary>
internal readonly struct SaturatingLongShape3<TOp> : IWideningShape
    where TOp : struct, ISaturating3
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingTernary<SaturatingLong3<TOp, T, W>, Half, Half>>();
}

/// <summary>One narrow element from each operand, one wide element that saturates.</summary>
internal readonly struct SaturatingScalarLongShape2<TOp> : IWideningShape
    where TOp : struct, ISaturating2
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingBinary<SaturatingLong2<TOp, T, W>, First<T>, First<T>>>();
}

/// <summary>One narrow element from each operand and a wide destination element that saturates.</summary>
internal readonly struct SaturatingScalarLongShape3<TOp> : IWideningShape
    where TOp : struct, ISaturating3
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingTernary<SaturatingLong3<TOp, T, W>, First<T>, First<T>>>();
}

/// <summary>Narrow operand, wide result.</summary>
internal readonly struct LongShape1<TOp> : IWideningShape
    where TOp : struct, ILanes1
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> => Routine.OfFp<Unary<Long1<TOp, T, W>, Half, Kept>>();
}

/// <summary>Two narrow operands, wide result.</summary>
internal readonly struct LongShape2<TOp> : IWideningShape
    where TOp : struct, ILanes2
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> => Routine.OfFp<Binary<Long2<TOp, T, W>, Half, Half, Kept>>();
}

/// <summary>Two narrow operands and a wide destination.</summary>
internal readonly struct LongShape3<TOp> : IWideningShape
    where TOp : struct, ILanes3
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> => Routine.OfFp<Ternary<Long3<TOp, T, W>, Half, Half>>();
}

/// <summary>A wide and a narrow operand, wide result.</summary>
internal readonly struct WideShape2<TOp> : IWideningShape
    where TOp : struct, ILanes2
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> => Routine.OfFp<Binary<Wide2<TOp, T, W>, Whole, Half, Kept>>();
}

/// <summary>Two wide operands, narrow result from the high halves.</summary>
internal readonly struct HighNarrowShape2<TOp> : IWideningShape
    where TOp : struct, ILanes2
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<Binary<HighNarrow2<TOp, W, T>, Whole, Whole, NarrowHalf>>();
}

/// <summary>Wide operand, narrow result.</summary>
internal readonly struct NarrowShape1<TOp> : IWideningShape
    where TOp : struct, ILanes1
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> => Routine.OfFp<Unary<Narrow1<TOp, W, T>, Whole, NarrowHalf>>();
}

/// <summary>Wide operand, narrow result that saturates.</summary>
internal readonly struct SaturatingNarrowShape1<TOp> : IWideningShape
    where TOp : struct, INarrowing
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingUnary<SaturatingNarrow1<TOp, W, T>, Whole, NarrowHalf>>();
}

/// <summary>One wide element to one narrow element that saturates.</summary>
internal readonly struct SaturatingNarrowScalarShape1<TOp> : IWideningShape
    where TOp : struct, INarrowing
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingUnary<SaturatingNarrow1<TOp, W, T>, First<W>, Kept>>();
}
