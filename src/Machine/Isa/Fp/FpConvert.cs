namespace GdbHost.Machine.Isa.Fp;

/// <summary>Conversion between formats (DDI 0487, FPConvert and FPConvertNaN).</summary>
internal static class FpConvert
{
    /// <summary>FCVT, FCVTL, FCVTN with the mode of FPCR; FCVTXN with <see cref="FpRounding.Odd"/>.</summary>
    public static ulong Convert<TFrom, TTo>(ulong a, FpRounding rounding, FpControl control, ref FpExceptions raised)
        where TFrom : struct, IFpFormat
        where TTo : struct, IFpFormat
    {
        if (TFrom.Width == 32 && TTo.Width == 64 && IsNormal<TFrom>(a))
        {
            return Widen<TFrom, TTo>(a);
        }

        FpUnpacked x = FpUnpacked.From<TFrom>(a, control, ref raised);
        bool toAlternative = TTo.Width == 16 && control.Ahp;
        switch (x.Kind)
        {
            case FpKind.NaN:
                return ConvertNaN<TFrom, TTo>(a, x.Sign, toAlternative, control, ref raised);
            case FpKind.Infinity when toAlternative:
                raised |= FpExceptions.InvalidOperation;
                return FpBits<TTo>.Zero(x.Sign) | FpBits<TTo>.MagnitudeMask;
            case FpKind.Infinity:
                return FpBits<TTo>.Infinity(x.Sign);
            case FpKind.Zero:
                return FpBits<TTo>.Zero(x.Sign);
            default:
                return FpRound.Pack<TTo>(x.Sign, x.Exponent, x.Significand, control, rounding, ref raised);
        }
    }

    private static bool IsNormal<F>(ulong a)
        where F : struct, IFpFormat
    {
        ulong exponent = a & FpBits<F>.PositiveInfinity;
        return exponent != 0 && exponent != FpBits<F>.PositiveInfinity;
    }

    // A normal number of a smaller format is normal and exact in a larger one: only the bias and the places differ.
    private static ulong Widen<TFrom, TTo>(ulong a)
        where TFrom : struct, IFpFormat
        where TTo : struct, IFpFormat
    {
        ulong rebias = (ulong)(FpBits<TTo>.Bias - FpBits<TFrom>.Bias) << TTo.FractionBits;
        ulong magnitude = (a & FpBits<TFrom>.MagnitudeMask) << (TTo.FractionBits - TFrom.FractionBits);
        return FpBits<TTo>.Zero((a & FpBits<TFrom>.SignMask) != 0) | (magnitude + rebias);
    }

    // Alternative half precision has no NaN: a zero of the same sign stands for it.
    private static ulong ConvertNaN<TFrom, TTo>(
        ulong nan, bool sign, bool toAlternative, FpControl control, ref FpExceptions raised)
        where TFrom : struct, IFpFormat
        where TTo : struct, IFpFormat
    {
        if (toAlternative || FpBits<TFrom>.IsSignalingNaN(nan))
        {
            raised |= FpExceptions.InvalidOperation;
        }

        if (toAlternative)
        {
            return FpBits<TTo>.Zero(sign);
        }

        if (control.Dn)
        {
            return FpBits<TTo>.DefaultNaN;
        }

        ulong payload = (nan & FpBits<TFrom>.FractionMask) << (63 - TFrom.FractionBits) >> (63 - TTo.FractionBits);
        return FpBits<TTo>.Infinity(sign) | FpBits<TTo>.QuietBit | (payload & FpBits<TTo>.FractionMask);
    }
}
