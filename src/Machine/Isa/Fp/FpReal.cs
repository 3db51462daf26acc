using System;

namespace GdbHost.Machine.Isa.Fp;

/// <summary>
/// A real number between unpacking and rounding: Significand * 2^(Exponent - 126). Bit 126 is the leading one, or all is zero;
/// bit 0 is sticky. Two operands' product fits exactly, so that sums of products round once.
/// </summary>
internal readonly record struct FpReal(bool Sign, int Exponent, UInt128 Significand)
{
    private const int LeadingBit = 126;

    public bool IsZero => Significand == UInt128.Zero;

    public static FpReal From(in FpUnpacked value) => new(value.Sign, value.Exponent, (UInt128)value.Significand << (LeadingBit - 63));

    public static FpReal Product(in FpUnpacked a, in FpUnpacked b)
    {
        ulong high = Math.BigMul(a.Significand, b.Significand, out ulong low);
        return Normalize(a.Sign != b.Sign, a.Exponent + b.Exponent, new(high, low));
    }

    public static FpReal Sum(in FpReal a, in FpReal b)
    {
        if (a.IsZero || b.IsZero)
        {
            return a.IsZero ? b : a;
        }

        bool swap = a.Exponent < b.Exponent || (a.Exponent == b.Exponent && a.Significand < b.Significand);
        (FpReal large, FpReal small) = swap ? (b, a) : (a, b);
        UInt128 aligned = ShiftRightJam(small.Significand, large.Exponent - small.Exponent);
        UInt128 sum = large.Sign == small.Sign ? large.Significand + aligned : large.Significand - aligned;
        return Normalize(large.Sign, large.Exponent, sum);
    }

    /// <summary>Moves the leading one of any significand to its place.</summary>
    public static FpReal Normalize(bool sign, int exponent, UInt128 significand)
    {
        if (significand == UInt128.Zero)
        {
            return default;
        }

        int zeros = (int)UInt128.LeadingZeroCount(significand);
        return zeros == 0
            ? new(sign, exponent + 1, ShiftRightJam(significand, 1))
            : new(sign, exponent - (zeros - 1), significand << (zeros - 1));
    }

    /// <summary>The leading 64 bits, the last of them sticky.</summary>
    public ulong Top64() => (ulong)ShiftRightJam(Significand, LeadingBit - 63);

    private static UInt128 ShiftRightJam(UInt128 value, int count)
    {
        if (count >= 128)
        {
            return UInt128.One;
        }

        UInt128 kept = value >> count;
        return kept << count == value ? kept : kept | UInt128.One;
    }
}
