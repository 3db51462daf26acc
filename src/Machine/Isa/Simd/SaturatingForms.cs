using System.Numerics;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>A saturating operation on each element of one vector.</summary>
internal readonly struct SaturatingEach1<TOp, T> : IFpVector1
    where TOp : struct, ISaturating1
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm, ref FpStatus status)
    {
        Vector128<T> from = a.As<byte, T>();
        Vector128<T> result = default;
        bool saturated = false;
        for (int lane = 0; lane < Vector128<T>.Count; lane++)
        {
            Lanes.At(ref result, lane) = TOp.Do(Lanes.At(ref from, lane), imm, ref saturated);
        }

        Lanes.Record(saturated, ref status);
        return result.AsByte();
    }
}

/// <summary>A saturating operation on each pair of elements of two vectors.</summary>
internal readonly struct SaturatingEach2<TOp, T> : IFpVector2
    where TOp : struct, ISaturating2
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm, ref FpStatus status) =>
        SaturatingPair<TOp, T>.Each(a.As<byte, T>(), b.As<byte, T>(), ref status);
}

/// <summary>Long form of a saturating operation on two vectors; T is extended to W first.</summary>
internal readonly struct SaturatingLong2<TOp, T, W> : IFpVector2
    where TOp : struct, ISaturating2
    where T : unmanaged, IBinaryInteger<T>
    where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm, ref FpStatus status) =>
        SaturatingPair<TOp, W>.Each(Lanes.Widen<T, W>(a), Lanes.Widen<T, W>(b), ref status);
}

/// <summary>The loop that both two-operand forms share.</summary>
file static class SaturatingPair<TOp, T>
    where TOp : struct, ISaturating2
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static Vector128<byte> Each(Vector128<T> a, Vector128<T> b, ref FpStatus status)
    {
        Vector128<T> result = default;
        bool saturated = false;
        for (int lane = 0; lane < Vector128<T>.Count; lane++)
        {
            Lanes.At(ref result, lane) = TOp.Do(Lanes.At(ref a, lane), Lanes.At(ref b, lane), ref saturated);
        }

        Lanes.Record(saturated, ref status);
        return result.AsByte();
    }
}

/// <summary>Long form of a saturating operation on two vectors and the old destination, which is wide already.</summary>
internal readonly struct SaturatingLong3<TOp, T, W> : IFpVector3
    where TOp : struct, ISaturating3
    where T : unmanaged, IBinaryInteger<T>
    where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm, ref FpStatus status)
    {
        Vector128<W> old = d.As<byte, W>();
        Vector128<W> first = Lanes.Widen<T, W>(a);
        Vector128<W> second = Lanes.Widen<T, W>(b);
        Vector128<W> result = default;
        bool saturated = false;
        for (int lane = 0; lane < Vector128<W>.Count; lane++)
        {
            Lanes.At(ref result, lane) =
                TOp.Do(Lanes.At(ref old, lane), Lanes.At(ref first, lane), Lanes.At(ref second, lane), ref saturated);
        }

        Lanes.Record(saturated, ref status);
        return result.AsByte();
    }
}

/// <summary>A saturating operation from elements W to elements N of half the width, which fill the low half.</summary>
internal readonly struct SaturatingNarrow1<TOp, W, N> : IFpVector1
    where TOp : struct, INarrowing
    where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
    where N : unmanaged, IBinaryInteger<N>, IMinMaxValue<N>
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm, ref FpStatus status)
    {
        Vector128<W> from = a.As<byte, W>();
        Vector128<N> result = default;
        bool saturated = false;
        for (int lane = 0; lane < Vector128<W>.Count; lane++)
        {
            Lanes.At(ref result, lane) = TOp.Do<W, N>(Lanes.At(ref from, lane), imm, ref saturated);
        }

        Lanes.Record(saturated, ref status);
        return result.AsByte();
    }
}
