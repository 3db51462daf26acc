using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>Elements of vectors, and the moves between element widths that the Long, Wide and Narrow instructions share.</summary>
internal static class Lanes
{
    /// <summary>FPSR.QC, cumulative saturation (DDI 0487, FPSR).</summary>
    private const uint Qc = 1u << 27;

    /// <summary>One element of a vector, as a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T At<T>(ref Vector128<T> vector, int lane)
        where T : unmanaged => ref Unsafe.Add(ref Unsafe.As<Vector128<T>, T>(ref vector), lane);

    /// <summary>Extends each element of the low half to twice its width, with the sign that T has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<W> Widen<T, W>(Vector128<byte> vector)
        where T : unmanaged, IBinaryInteger<T>
        where W : unmanaged, IBinaryInteger<W>
    {
        Vector128<T> from = vector.As<byte, T>();
        Vector128<W> to = default;
        for (int lane = 0; lane < Vector128<W>.Count; lane++)
        {
            At(ref to, lane) = W.CreateTruncating(At(ref from, lane));
        }

        return to;
    }

    /// <summary>Takes the low half of each element; the results fill the low half of the vector, the upper half is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Narrow<W, N>(Vector128<W> from)
        where W : unmanaged, IBinaryInteger<W>
        where N : unmanaged, IBinaryInteger<N>
    {
        Vector128<N> to = default;
        for (int lane = 0; lane < Vector128<W>.Count; lane++)
        {
            At(ref to, lane) = N.CreateTruncating(At(ref from, lane));
        }

        return to.AsByte();
    }

    /// <summary>Records in FPSR.QC that an element saturated.</summary>
    public static void Record(bool saturated, ref FpStatus status) => status.Fpsr |= saturated ? Qc : 0;
}

/// <summary>Every bit pattern of the low 1, 2, 4, 8 or 16 bytes; the rest is zero. <c>imm</c> is their number.</summary>
internal readonly struct KeepLow : IVector1
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) =>
        a & Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)imm));
}

/// <summary>The upper half moved to the lower; the upper is zero.</summary>
internal readonly struct UpperHalf : IVector1
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) => Vector128.Create(a.GetUpper(), Vector64<byte>.Zero);
}

/// <summary>The low half of the first and, above it, the low half of the second.</summary>
internal readonly struct JoinHalves : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) => Vector128.Create(a.GetLower(), b.GetLower());
}

/// <summary>Element <c>imm</c> in every element.</summary>
internal readonly struct Duplicate<T> : IVector1
    where T : unmanaged
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) => Vector128.Create(a.As<byte, T>().GetElement(imm)).AsByte();
}

/// <summary>A general value in every element.</summary>
internal readonly struct Broadcast<T> : IScalarToVector
    where T : unmanaged, IBinaryInteger<T>
{
    public static Vector128<byte> Do(Vector128<byte> d, ulong a, int imm, ref FpStatus status) =>
        Vector128.Create(T.CreateTruncating(a)).AsByte();
}

/// <summary>A general value in element <c>imm</c>, the others kept.</summary>
internal readonly struct InsertValue<T> : IScalarToVector
    where T : unmanaged, IBinaryInteger<T>
{
    public static Vector128<byte> Do(Vector128<byte> d, ulong a, int imm, ref FpStatus status) =>
        d.As<byte, T>().WithElement(imm, T.CreateTruncating(a)).AsByte();
}

/// <summary>Element <c>imm</c>, extended as its type says.</summary>
internal readonly struct ElementValue<T> : IVectorToScalar
    where T : unmanaged, IBinaryInteger<T>
{
    public static ulong Do(Vector128<byte> a, int imm, ref FpStatus status) =>
        ulong.CreateTruncating(a.As<byte, T>().GetElement(imm));
}
