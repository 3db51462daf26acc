using System;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Cpu.Translate.X64;

/// <summary>128-bit constants that generated code finds in <see cref="TranslatedState"/>.</summary>
internal enum HostConstant
{
    // Of a float: all but its sign, and its sign.
    MagnitudeSingle,
    MagnitudeDouble,
    SignSingle,
    SignDouble,

    // What is added to twice a float, and what the sum, as a signed word, must not exceed. See FpChecks.
    FiniteBias,
    FiniteLimit4S,
    FiniteLimit2S,
    FiniteLimit2D,
    NormalBiasSingle,
    NormalBiasDouble,
    NormalLimit4S,
    NormalLimit2S,
    NormalLimit2D,

    // The largest number below one half.
    BelowHalfSingle,
    BelowHalfDouble,

    // The low half of each element of 16, 32 or 64 bits.
    LowBytes,
    LowHalfwords,
    LowWords,

    // One, and the top bit, in each element.
    OneB,
    OneH,
    OneS,
    OneD,
    SignB,
    SignH,

    // Byte-wise tables by nibbles: number of ones, and the bits reversed, in the low or the high half of a byte.
    Nibble,
    OnesOfNibble,
    ReversedToLow,
    ReversedToHigh,

    /// <summary>Added with saturation to a byte index, makes all from 16 on negative.</summary>
    IndexLimit,

    // The index of each byte, with the bits of the name inverted.
    Reverse1,
    Reverse2,
    Reverse3,
    Reverse4,
    Reverse6,
    Reverse7,

    // The first element alone.
    FirstB,
    FirstH,

    // The polynomial of CRC32, reflected, with its highest power as bit 0, and its inverse modulo x^64.
    Crc32Divisor,
    Crc32Inverse,

    // Byte masks: what a shift of bytes by 0 to 8 leaves, and where it leaves the sign.
    AfterLeft0,
    AfterRight0 = AfterLeft0 + 9,
    SignAfterRight0 = AfterRight0 + 9,

    Count = SignAfterRight0 + 9,
}

/// <summary>The values of <see cref="HostConstant"/>.</summary>
internal static class HostConstants
{
    private const uint Never = 0x7fff_ffff;

    public static Vector128<byte> Of(HostConstant constant) => constant switch
    {
        HostConstant.MagnitudeSingle => Words(0x7fff_ffff),
        HostConstant.MagnitudeDouble => Longs(0x7fff_ffff_ffff_ffff),
        HostConstant.SignSingle or HostConstant.FiniteBias => Words(0x8000_0000),
        HostConstant.SignDouble => Longs(0x8000_0000_0000_0000),
        HostConstant.FiniteLimit4S => Words(0x7eff_ffff),
        HostConstant.FiniteLimit2S => Words(0x7eff_ffff, 0x7eff_ffff, Never, Never),
        HostConstant.FiniteLimit2D => Words(Never, 0x7fdf_ffff, Never, 0x7fdf_ffff),
        HostConstant.NormalBiasSingle => Words(0x7e00_0000),
        HostConstant.NormalBiasDouble => Words(0x7fc0_0000),
        HostConstant.NormalLimit4S => Words(0x7cff_ffff),
        HostConstant.NormalLimit2S => Words(0x7cff_ffff, 0x7cff_ffff, Never, Never),
        HostConstant.NormalLimit2D => Words(Never, 0x7f9f_ffff, Never, 0x7f9f_ffff),
        HostConstant.BelowHalfSingle => Words(0x3eff_ffff),
        HostConstant.BelowHalfDouble => Longs(0x3fdf_ffff_ffff_ffff),
        HostConstant.LowBytes => Words(0x00ff_00ff),
        HostConstant.LowHalfwords => Words(0x0000_ffff),
        HostConstant.LowWords => Longs(0xffff_ffff),
        HostConstant.OneB => Words(0x0101_0101),
        HostConstant.OneH => Words(0x0001_0001),
        HostConstant.OneS => Words(1),
        HostConstant.OneD => Longs(1),
        HostConstant.SignB => Words(0x8080_8080),
        HostConstant.SignH => Words(0x8000_8000),
        HostConstant.IndexLimit => Words(0x7070_7070),
        HostConstant.Crc32Divisor => Longs(0x1_db71_0641),
        HostConstant.Crc32Inverse => Longs(0xb4e5_b025_f701_1641),
        HostConstant.FirstB => Words(0xff, 0, 0, 0),
        HostConstant.FirstH => Words(0xffff, 0, 0, 0),
        >= HostConstant.Reverse1 and <= HostConstant.Reverse7 => Reversed(constant),
        >= HostConstant.AfterLeft0 => Shifted(constant),
        _ => ByNibble(constant),
    };

    private static Vector128<byte> Words(uint word) => Vector128.Create(word).AsByte();

    private static Vector128<byte> Words(uint a, uint b, uint c, uint d) => Vector128.Create(a, b, c, d).AsByte();

    private static Vector128<byte> Longs(ulong value) => Vector128.Create(value).AsByte();

    private static Vector128<byte> Bytes(Func<int, int> value)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (int k = 0; k < bytes.Length; k++)
        {
            bytes[k] = (byte)value(k);
        }

        return Vector128.Create<byte>(bytes);
    }

    private static Vector128<byte> Reversed(HostConstant constant)
    {
        int inverted = constant switch
        {
            HostConstant.Reverse1 => 1,
            HostConstant.Reverse2 => 2,
            HostConstant.Reverse3 => 3,
            HostConstant.Reverse4 => 4,
            HostConstant.Reverse6 => 6,
            _ => 7,
        };
        return Bytes(k => k ^ inverted);
    }

    private static Vector128<byte> Shifted(HostConstant constant)
    {
        int amount = (constant - HostConstant.AfterLeft0) % 9;
        return constant < HostConstant.AfterRight0 ? Bytes(_ => 0xff << amount)
            : constant < HostConstant.SignAfterRight0 ? Bytes(_ => 0xff >> amount)
            : Bytes(_ => 0x80 >> amount);
    }

    private static Vector128<byte> ByNibble(HostConstant constant) => constant switch
    {
        HostConstant.Nibble => Words(0x0f0f_0f0f),
        HostConstant.OnesOfNibble => Bytes(static k => (k & 1) + (k >> 1 & 1) + (k >> 2 & 1) + (k >> 3)),
        HostConstant.ReversedToLow => Bytes(ReverseNibble),
        _ => Bytes(static k => ReverseNibble(k) << 4),
    };

    private static int ReverseNibble(int k) => ((k & 1) << 3) | ((k & 2) << 1) | ((k & 4) >> 1) | (k >> 3);
}
