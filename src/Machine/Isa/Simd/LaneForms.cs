using System.Numerics;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>An operation applied to each element of one vector.</summary>
internal readonly struct Each1<TOp> : ILanes1
    where TOp : struct, IElement1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Vector128<T> result = default;
        for (int lane = 0; lane < Vector128<T>.Count; lane++)
        {
            Lanes.At(ref result, lane) = TOp.Do(Lanes.At(ref a, lane));
        }

        return result;
    }
}

/// <summary>An operation applied to each pair of elements at the same place of two vectors.</summary>
internal readonly struct Each2<TOp> : ILanes2
    where TOp : struct, IElement2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Vector128<T> result = default;
        for (int lane = 0; lane < Vector128<T>.Count; lane++)
        {
            Lanes.At(ref result, lane) = TOp.Do(Lanes.At(ref a, lane), Lanes.At(ref b, lane));
        }

        return result;
    }
}

/// <summary>An operation on one vector of elements of type T.</summary>
internal readonly struct Same1<TOp, T> : IVector1
    where TOp : struct, ILanes1
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) => TOp.Do(a.As<byte, T>(), imm).AsByte();
}

/// <summary>An operation on two vectors of elements of type T.</summary>
internal readonly struct Same2<TOp, T> : IVector2
    where TOp : struct, ILanes2
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) =>
        TOp.Do(a.As<byte, T>(), b.As<byte, T>(), imm).AsByte();
}

/// <summary>An operation on two vectors and the old destination, all of elements of type T.</summary>
internal readonly struct Same3<TOp, T> : IVector3
    where TOp : struct, ILanes3
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm) =>
        TOp.Do(d.As<byte, T>(), a.As<byte, T>(), b.As<byte, T>()).AsByte();
}

/// <summary>Long form: the elements of the low half are extended from T to W, then operated on.</summary>
internal readonly struct Long1<TOp, T, W> : IVector1
    where TOp : struct, ILanes1
    where T : unmanaged, IBinaryInteger<T>
    where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) => TOp.Do(Lanes.Widen<T, W>(a), imm).AsByte();
}

/// <summary>Long form of two operands: the elements of both low halves are extended from T to W, then operated on.</summary>
internal readonly struct Long2<TOp, T, W> : IVector2
    where TOp : struct, ILanes2
    where T : unmanaged, IBinaryInteger<T>
    where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) =>
        TOp.Do(Lanes.Widen<T, W>(a), Lanes.Widen<T, W>(b), imm).AsByte();
}

/// <summary>Long form of two operands and the old destination, which is wide already.</summary>
internal readonly struct Long3<TOp, T, W> : IVector3
    where TOp : struct, ILanes3
    where T : unmanaged, IBinaryInteger<T>
    where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm) =>
        TOp.Do(d.As<byte, W>(), Lanes.Widen<T, W>(a), Lanes.Widen<T, W>(b)).AsByte();
}

/// <summary>Wide form: the first operand is wide already, the low half of the second is extended.</summary>
internal readonly struct Wide2<TOp, T, W> : IVector2
    where TOp : struct, ILanes2
    where T : unmanaged, IBinaryInteger<T>
    where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) =>
        TOp.Do(a.As<byte, W>(), Lanes.Widen<T, W>(b), imm).AsByte();
}

/// <summary>Narrow form of two wide operands: the high half of each result element.</summary>
internal readonly struct HighNarrow2<TOp, W, N> : IVector2
    where TOp : struct, ILanes2
    where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
    where N : unmanaged, IBinaryInteger<N>
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Lanes.Narrow<W, N>(TOp.Do(a.As<byte, W>(), b.As<byte, W>(), imm) >> Element<N>.Bits);
}

/// <summary>Narrow form of one wide operand that never saturates.</summary>
internal readonly struct Narrow1<TOp, W, N> : IVector1
    where TOp : struct, ILanes1
    where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
    where N : unmanaged, IBinaryInteger<N>
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) => Lanes.Narrow<W, N>(TOp.Do(a.As<byte, W>(), imm));
}
