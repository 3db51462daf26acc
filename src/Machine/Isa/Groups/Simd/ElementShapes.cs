using System.Numerics;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>A vector and one element.</summary>
internal readonly struct ElementShape2<TOp> : IShape
    where TOp : struct, ILanes2
{
    public static Routine Of<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Routine.OfFp<Binary<Same2<TOp, T>, Whole, Indexed<T>, Kept>>();
}

/// <summary>A vector, one element and the old destination.</summary>
internal readonly struct ElementShape3<TOp> : IShape
    where TOp : struct, ILanes3
{
    public static Routine Of<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Routine.OfFp<Ternary<Same3<TOp, T>, Whole, Indexed<T>>>();
}

/// <summary>A vector or a scalar and one element; the result saturates.</summary>
internal readonly struct SaturatingElementShape2<TOp> : IShape
    where TOp : struct, ISaturating2
{
    public static Routine Of<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Routine.OfFp<SaturatingBinary<SaturatingEach2<TOp, T>, Kept, Indexed<T>>>();
}

/// <summary>A narrow vector and one narrow element, wide result.</summary>
internal readonly struct LongElementShape2<TOp> : IWideningShape
    where TOp : struct, ILanes2
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<Binary<Long2<TOp, T, W>, Half, Indexed<T>, Kept>>();
}

/// <summary>A narrow vector, one narrow element and a wide destination.</summary>
internal readonly struct LongElementShape3<TOp> : IWideningShape
    where TOp : struct, ILanes3
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<Ternary<Long3<TOp, T, W>, Half, Indexed<T>>>();
}

/// <summary>A narrow vector and one narrow element, wide result that saturates.</summary>
internal readonly struct SaturatingLongElementShape2<TOp> : IWideningShape
    where TOp : struct, ISaturating2
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingBinary<SaturatingLong2<TOp, T, W>, Half, Indexed<T>>>();
}

/// <summary>A narrow vector, one narrow element and a wide destination that saturates.</summary>
internal readonly struct SaturatingLongElementShape3<TOp> : IWideningShape
    where TOp : struct, ISaturating3
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingTernary<SaturatingLong3<TOp, T, W>, Half, Indexed<T>>>();
}

/// <summary>A narrow scalar and one narrow element, wide scalar that saturates.</summary>
internal readonly struct ScalarLongElementShape2<TOp> : IWideningShape
    where TOp : struct, ISaturating2
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingBinary<SaturatingLong2<TOp, T, W>, First<T>, Indexed<T>>>();
}

/// <summary>A narrow scalar, one narrow element and a wide destination scalar that saturates.</summary>
internal readonly struct ScalarLongElementShape3<TOp> : IWideningShape
    where TOp : struct, ISaturating3
{
    public static Routine Of<T, W>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W> =>
        Routine.OfFp<SaturatingTernary<SaturatingLong3<TOp, T, W>, First<T>, Indexed<T>>>();
}
