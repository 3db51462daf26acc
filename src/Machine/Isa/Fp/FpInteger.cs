using System;
using System.Numerics;

namespace GdbHost.Machine.Isa.Fp;

/// <summary>Integers and fixed point (DDI 0487, FPRoundInt, FPToFixed, FixedToFP).</summary>
internal static class FpInteger
{
    /// <summary>FRINT*: to an integral number in the same format; only FRINTX raises Inexact.</summary>
    public static ulong RoundToIntegral<F>(
        ulong a, FpRounding rounding, bool raiseInexact, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        if (x.Kind == FpKind.NaN)
        {
            return FpNaN.Process<F>(a, control, ref raised);
        }

        if (x.IsZero)
        {
            return FpBits<F>.Zero(x.Sign);
        }

        if (x.IsInfinity || x.Exponent >= F.FractionBits)
        {
            return a;
        }

        ulong magnitude = RoundMagnitude(x, x.Exponent, rounding, out bool inexact);
        if (inexact && raiseInexact)
        {
            raised |= FpExceptions.Inexact;
        }

        return magnitude == 0 ? FpBits<F>.Zero(x.Sign) : PackInteger<F>(x.Sign, magnitude, 0, control, FpRounding.Zero, ref raised);
    }

    /// <summary>FCVT* to an integer of 32 or 64 bits with fractionBits below its point; out of range saturates and is invalid.</summary>
    public static ulong ToFixed<F>(
        ulong a, int width, int fractionBits, bool isUnsigned, FpRounding rounding, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        if (x.Kind is FpKind.Zero or FpKind.NaN)
        {
            raised |= x.IsZero ? FpExceptions.None : FpExceptions.InvalidOperation;
            return 0;
        }

        ulong mask = ulong.MaxValue >> (64 - width);
        ulong limit = (isUnsigned, x.Sign) switch
        {
            (true, false) => mask,
            (true, true) => 0,
            (false, false) => mask >> 1,
            (false, true) => (mask >> 1) + 1,
        };
        bool inexact = false;
        int exponent = x.Exponent + fractionBits;
        bool isTooLarge = x.IsInfinity || exponent > 63;
        ulong magnitude = isTooLarge ? ulong.MaxValue : RoundMagnitude(x, exponent, rounding, out inexact);
        if (isTooLarge || magnitude > limit)
        {
            raised |= FpExceptions.InvalidOperation;
            magnitude = limit;
        }
        else if (inexact)
        {
            raised |= FpExceptions.Inexact;
        }

        return (x.Sign ? 0 - magnitude : magnitude) & mask;
    }

    /// <summary>SCVTF and UCVTF: the value has been extended to 64 bits as its signedness says.</summary>
    public static ulong FromFixed<F>(
        ulong value, int fractionBits, bool isUnsigned, FpRounding rounding, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        if (value == 0)
        {
            return 0;
        }

        bool sign = !isUnsigned && (long)value < 0;
        return PackInteger<F>(sign, sign ? 0 - value : value, fractionBits, control, rounding, ref raised);
    }

    private static ulong PackInteger<F>(
        bool sign, ulong magnitude, int fractionBits, FpControl control, FpRounding rounding, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        int zeros = BitOperations.LeadingZeroCount(magnitude);
        return FpRound.Pack<F>(sign, 63 - zeros - fractionBits, magnitude << zeros, control, rounding, ref raised);
    }

    // The magnitude of significand * 2^(exponent - 63) as an integer, for exponents up to 63.
    private static ulong RoundMagnitude(in FpUnpacked x, int exponent, FpRounding rounding, out bool inexact)
    {
        ulong whole = exponent < 0 ? 0 : x.Significand >> (63 - exponent);
        ulong rest = exponent switch
        {
            63 => 0,
            >= 0 => x.Significand << (exponent + 1),
            _ => FpRound.ShiftRightJam(x.Significand, Math.Min(-1 - exponent, 64)),
        };
        inexact = rest != 0;
        return inexact && FpRound.RoundsUp(rounding, x.Sign, (whole & 1) != 0, rest) ? whole + 1 : whole;
    }
}
