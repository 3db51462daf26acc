using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>UZP1, UZP2: even or odd elements of the pair. <c>imm</c> is the number of bytes of an operand, 8 or 16.</summary>
internal readonly struct Unzip<TOdd> : ILanes2
    where TOdd : struct, IFlag
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Vector128<byte> first = imm == 16 ? a.AsByte() : JoinHalves.Do(a.AsByte(), b.AsByte(), 0);
        Vector128<byte> places = TOdd.Value ? Alternate<T>.Odd : Alternate<T>.Even;
        Vector128<byte> lower = Vector128.Shuffle(first, places);
        Vector128<byte> upper = Vector128.Shuffle(b.AsByte(), places);
        return JoinHalves.Do(lower, upper, 0).As<byte, T>();
    }
}

/// <summary>The bytes of every other element of a vector, as indices in the lower half.</summary>
internal static class Alternate<T>
    where T : unmanaged
{
    public static readonly Vector128<byte> Even = From(0);
    public static readonly Vector128<byte> Odd = From(Unsafe.SizeOf<T>());

    private static Vector128<byte> From(int first)
    {
        int size = Unsafe.SizeOf<T>();
        Vector128<byte> places = default;
        for (int place = 0; place < 8; place++)
        {
            Lanes.At(ref places, place) = (byte)(first + (place / size * 2 * size) + (place % size));
        }

        return places;
    }
}

/// <summary>TRN1, TRN2: even or odd elements of the first and the second in turn.</summary>
internal readonly struct Transpose<TOdd> : ILanes2
    where TOdd : struct, IFlag
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        int odd = TOdd.Value ? 1 : 0;
        Vector128<T> result = default;
        for (int lane = 0; lane < Vector128<T>.Count; lane += 2)
        {
            Lanes.At(ref result, lane) = Lanes.At(ref a, lane + odd);
            Lanes.At(ref result, lane + 1) = Lanes.At(ref b, lane + odd);
        }

        return result;
    }
}

/// <summary>ZIP1, ZIP2: elements of the lower or upper halves in turn. <c>imm</c> is the number of bytes of an operand, 8 or 16.</summary>
internal readonly struct Zip<TUpper> : ILanes2
    where TUpper : struct, IFlag
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        int first = TUpper.Value ? imm / Unsafe.SizeOf<T>() / 2 : 0;
        Vector128<T> result = default;
        for (int lane = 0; lane < Vector128<T>.Count / 2; lane++)
        {
            Lanes.At(ref result, 2 * lane) = Lanes.At(ref a, first + lane);
            Lanes.At(ref result, (2 * lane) + 1) = Lanes.At(ref b, first + lane);
        }

        return result;
    }
}

/// <summary>REV64, REV32, REV16: <c>imm</c> is the number of elements in a container less one.</summary>
internal readonly struct ReverseElements : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        // The number of a container and the place in an element keep their bits of a byte's index; those between are inverted.
        Vector128<byte> inverted = Vector128.Create((byte)(imm * Unsafe.SizeOf<T>()));
        return Vector128.Shuffle(a.AsByte(), Vector128<byte>.Indices ^ inverted).As<byte, T>();
    }
}

/// <summary>EXT of 128-bit operands: 16 bytes of the pair from byte <c>imm</c> on.</summary>
internal readonly struct Extract : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<byte> places = Vector128<byte>.Indices + Vector128.Create((byte)imm);
        return TableLookup.Do(TableLookup.Do(default, a, places, 0), b, places, 16);
    }
}

/// <summary>EXT of 64-bit operands: 8 bytes of the pair from byte <c>imm</c> on.</summary>
internal readonly struct ExtractHalf : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Extract.Do(JoinHalves.Do(a, b, 0), default, imm);
}

/// <summary>
/// One register of a TBL or TBX table, which holds the indices from <c>imm</c> to <c>imm</c> + 15: bytes whose index is
/// among them are replaced.
/// </summary>
internal readonly struct TableLookup : IVector3
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<byte> place = b - Vector128.Create((byte)imm);
        Vector128<byte> here = Vector128.LessThan(place, Vector128.Create((byte)16));
        return Vector128.ConditionalSelect(here, Vector128.Shuffle(a, place), d);
    }
}
