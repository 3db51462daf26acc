using System;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>The steps of AES (FIPS 197) as DDI 0487 divides them among its four instructions. The state is in column order.</summary>
internal static class AesSteps
{
    private static readonly byte[] SBox = MakeSBox();
    private static readonly byte[] InverseSBox = Invert(SBox);

    public static Vector128<byte> SubBytes(Vector128<byte> state) => Substitute(state, SBox);

    public static Vector128<byte> InverseSubBytes(Vector128<byte> state) => Substitute(state, InverseSBox);

    /// <summary>Row r of the state moves left by r columns.</summary>
    public static Vector128<byte> ShiftRows(Vector128<byte> state) =>
        Vector128.Shuffle(state, Vector128.Create((byte)0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11));

    public static Vector128<byte> InverseShiftRows(Vector128<byte> state) =>
        Vector128.Shuffle(state, Vector128.Create((byte)0, 13, 10, 7, 4, 1, 14, 11, 8, 5, 2, 15, 12, 9, 6, 3));

    /// <summary>Each column times 03 x^3 + 01 x^2 + 01 x + 02.</summary>
    public static Vector128<byte> MixColumns(Vector128<byte> state)
    {
        Vector128<byte> next = NextRow(state);
        Vector128<byte> pair = state ^ next;
        return Double(pair) ^ next ^ NextRow(NextRow(pair));
    }

    /// <summary>Each column times 0b x^3 + 0d x^2 + 09 x + 0e, which is 04 x^2 + 05 times the polynomial of MixColumns.</summary>
    public static Vector128<byte> InverseMixColumns(Vector128<byte> state) =>
        MixColumns(state ^ Double(Double(state ^ NextRow(NextRow(state)))));

    private static Vector128<byte> NextRow(Vector128<byte> state)
    {
        Vector128<uint> columns = state.AsUInt32();
        return ((columns >>> 8) | (columns << 24)).AsByte();
    }

    /// <summary>Times x modulo x^8 + x^4 + x^3 + x + 1.</summary>
    private static Vector128<byte> Double(Vector128<byte> state)
    {
        Vector128<byte> overflows = Vector128.LessThan(state.AsSByte(), Vector128<sbyte>.Zero).AsByte();
        return (state << 1) ^ (overflows & Vector128.Create((byte)0x1b));
    }

    private static Vector128<byte> Substitute(Vector128<byte> state, byte[] box)
    {
        for (int place = 0; place < Vector128<byte>.Count; place++)
        {
            ref byte value = ref Lanes.At(ref state, place);
            value = box[value];
        }

        return state;
    }

    /// <summary>FIPS 197, SubBytes: the multiplicative inverse, found by powers of the generator 03, then the affine map.</summary>
    private static byte[] MakeSBox()
    {
        Span<byte> powers = stackalloc byte[255];
        Span<byte> logarithms = stackalloc byte[256];
        int power = 1;
        for (int exponent = 0; exponent < 255; exponent++)
        {
            powers[exponent] = (byte)power;
            logarithms[power] = (byte)exponent;
            power ^= (power << 1) ^ (power >= 0x80 ? 0x11b : 0);
        }

        byte[] box = new byte[256];
        for (int value = 0; value < 256; value++)
        {
            uint inverse = value == 0 ? 0u : powers[(255 - logarithms[value]) % 255];
            uint twice = inverse | (inverse << 8);
            box[value] = (byte)(inverse ^ (twice >> 7) ^ (twice >> 6) ^ (twice >> 5) ^ (twice >> 4) ^ 0x63);
        }

        return box;
    }

    private static byte[] Invert(byte[] box)
    {
        byte[] inverse = new byte[256];
        for (int value = 0; value < 256; value++)
        {
            inverse[box[value]] = (byte)value;
        }

        return inverse;
    }
}

/// <summary>AESE.</summary>
internal readonly struct AesEncrypt : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) =>
        AesSteps.SubBytes(AesSteps.ShiftRows(a ^ b));
}

/// <summary>AESD.</summary>
internal readonly struct AesDecrypt : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) =>
        AesSteps.InverseSubBytes(AesSteps.InverseShiftRows(a ^ b));
}

/// <summary>AESMC.</summary>
internal readonly struct AesMixColumns : IVector1
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) => AesSteps.MixColumns(a);
}

/// <summary>AESIMC.</summary>
internal readonly struct AesInverseMixColumns : IVector1
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) => AesSteps.InverseMixColumns(a);
}
