using System;

namespace GdbHost.Machine.Isa.Fp;

/// <summary>Rounding of a real number to a format (DDI 0487, FPRound and, for half precision, FPRoundCV).</summary>
internal static class FpRound
{
    /// <summary>Rounds Significand * 2^(exponent - 63); bit 63 is set, and bit 0 is sticky: set when anything below was lost.</summary>
    public static ulong Pack<F>(
        bool sign, int exponent, ulong significand, FpControl control, FpRounding rounding, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        int biased = exponent + FpBits<F>.Bias;
        if (biased <= 0)
        {
            if (control.Fz && F.Width != 16)
            {
                raised |= FpExceptions.Underflow;
                return FpBits<F>.Zero(sign);
            }

            significand = ShiftRightJam(significand, 1 - biased);
            biased = 0;
        }

        int drop = 63 - F.FractionBits;
        ulong rest = significand << (64 - drop);
        ulong packed = ((ulong)Math.Min(biased, FpBits<F>.ExponentOnes + 1) << F.FractionBits)
            + ((significand >> drop) & FpBits<F>.FractionMask);
        if (rest != 0)
        {
            raised |= biased == 0 ? FpExceptions.Underflow | FpExceptions.Inexact : FpExceptions.None;
            packed += RoundsUp(rounding, sign, (packed & 1) != 0, rest) ? 1ul : 0;
            packed |= rounding == FpRounding.Odd ? 1ul : 0;
        }

        int limit = F.Width == 16 && control.Ahp ? FpBits<F>.ExponentOnes + 1 : FpBits<F>.ExponentOnes;
        if ((int)(packed >> F.FractionBits) >= limit)
        {
            return Overflow<F>(sign, control, rounding, ref raised);
        }

        raised |= rest != 0 ? FpExceptions.Inexact : FpExceptions.None;
        return FpBits<F>.Zero(sign) | packed;
    }

    public static ulong Pack<F>(in FpReal value, FpControl control, FpRounding rounding, ref FpExceptions raised)
        where F : struct, IFpFormat =>
        Pack<F>(value.Sign, value.Exponent, value.Top64(), control, rounding, ref raised);

    /// <summary>Packs a sum whose sign, when it is exactly zero, follows from the rounding mode.</summary>
    public static ulong PackSum<F>(in FpReal value, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat =>
        value.IsZero
            ? FpBits<F>.Zero(control.RMode == FpRounding.NegativeInfinity)
            : Pack<F>(value, control, control.RMode, ref raised);

    /// <summary>Whether a magnitude goes up, given its last kept bit and the rest as a fraction of 2^64; the rest is not zero.</summary>
    public static bool RoundsUp(FpRounding rounding, bool sign, bool isOdd, ulong rest)
    {
        const ulong Half = 1ul << 63;
        return rounding switch
        {
            FpRounding.TieEven => rest > Half || (rest == Half && isOdd),
            FpRounding.TieAway => rest >= Half,
            FpRounding.PositiveInfinity => !sign,
            FpRounding.NegativeInfinity => sign,
            _ => false,
        };
    }

    /// <summary>What an overflow gives: infinity, or the largest number where the rounding mode points back to zero.</summary>
    public static ulong OverflowValue<F>(bool sign, FpRounding rounding)
        where F : struct, IFpFormat
    {
        bool toInfinity = rounding switch
        {
            FpRounding.TieEven or FpRounding.TieAway => true,
            FpRounding.PositiveInfinity => !sign,
            FpRounding.NegativeInfinity => sign,
            _ => false,
        };
        return toInfinity ? FpBits<F>.Infinity(sign) : FpBits<F>.MaxNormal(sign);
    }

    public static ulong ShiftRightJam(ulong value, int count)
    {
        if (count >= 64)
        {
            return value != 0 ? 1ul : 0;
        }

        ulong lost = value & ((1ul << count) - 1);
        return (value >> count) | (lost != 0 ? 1ul : 0);
    }

    private static ulong Overflow<F>(bool sign, FpControl control, FpRounding rounding, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        if (F.Width == 16 && control.Ahp)
        {
            raised |= FpExceptions.InvalidOperation;
            return FpBits<F>.Zero(sign) | FpBits<F>.MagnitudeMask;
        }

        raised |= FpExceptions.Overflow | FpExceptions.Inexact;
        return OverflowValue<F>(sign, rounding);
    }
}
