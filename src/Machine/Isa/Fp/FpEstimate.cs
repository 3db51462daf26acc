namespace GdbHost.Machine.Isa.Fp;

/// <summary>
/// The estimates (DDI 0487, FPRecipEstimate, FPRSqrtEstimate, FPRecpX, UnsignedRecipEstimate, UnsignedRSqrtEstimate):
/// eight fraction bits, the same on every Arm processor.
/// </summary>
internal static class FpEstimate
{
    /// <summary>FRECPE.</summary>
    public static ulong Reciprocal<F>(ulong a, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        switch (x.Kind)
        {
            case FpKind.NaN:
                return FpNaN.Process<F>(a, control, ref raised);
            case FpKind.Infinity:
                return FpBits<F>.Zero(x.Sign);
            case FpKind.Zero:
                raised |= FpExceptions.DivideByZero;
                return FpBits<F>.Infinity(x.Sign);
        }

        if (x.Exponent < FpBits<F>.MinExponent - 2)
        {
            raised |= FpExceptions.Overflow | FpExceptions.Inexact;
            return FpRound.OverflowValue<F>(x.Sign, control.RMode);
        }

        // 1/x lies in (2^-(e+1), 2^-e]: the estimate has the exponent -e - 1 and its fraction below the leading one.
        int exponent = -x.Exponent - 1;
        if (control.Fz && exponent < FpBits<F>.MinExponent)
        {
            raised |= FpExceptions.Underflow;
            return FpBits<F>.Zero(x.Sign);
        }

        return Assemble<F>(x.Sign, exponent, ReciprocalOf((uint)(x.Significand >> 55)));
    }

    /// <summary>FRSQRTE.</summary>
    public static ulong ReciprocalSquareRoot<F>(ulong a, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        if (x.Kind == FpKind.NaN)
        {
            return FpNaN.Process<F>(a, control, ref raised);
        }

        if (x.IsZero)
        {
            raised |= FpExceptions.DivideByZero;
            return FpBits<F>.Infinity(x.Sign);
        }

        if (x.Sign)
        {
            return FpNaN.Invalid<F>(ref raised);
        }

        if (x.IsInfinity)
        {
            return FpBits<F>.Zero(sign: false);
        }

        // x is m * 4^h with m in [1/4, 1): an even exponent takes m below one half.
        bool isEven = (x.Exponent & 1) == 0;
        uint scaled = (uint)(x.Significand >> (isEven ? 56 : 55));
        return Assemble<F>(sign: false, -((x.Exponent >> 1) + 1), SquareRootOf(scaled));
    }

    /// <summary>FRECPX: the exponent inverted and the fraction cleared, a scale factor for a reciprocal.</summary>
    public static ulong ReciprocalExponent<F>(ulong a, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        if (x.Kind == FpKind.NaN)
        {
            return FpNaN.Process<F>(a, control, ref raised);
        }

        ulong exponent = a & FpBits<F>.PositiveInfinity;
        ulong largest = FpBits<F>.PositiveInfinity - (1ul << F.FractionBits);
        return FpBits<F>.Zero(x.Sign) | (exponent == 0 ? largest : exponent ^ FpBits<F>.PositiveInfinity);
    }

    /// <summary>URECPE on one element.</summary>
    public static uint UnsignedReciprocal(uint operand) =>
        (operand & 0x8000_0000) == 0 ? uint.MaxValue : ReciprocalOf(operand >> 23) << 23;

    /// <summary>URSQRTE on one element.</summary>
    public static uint UnsignedReciprocalSquareRoot(uint operand) =>
        (operand & 0xC000_0000) == 0 ? uint.MaxValue : SquareRootOf(operand >> 23) << 23;

    // DDI 0487, RecipEstimate: 256..511 stands for [0.5, 1), the result for [1, 2).
    private static uint ReciprocalOf(uint scaled) => (((1u << 19) / ((scaled * 2) + 1)) + 1) / 2;

    // DDI 0487, RecipSqrtEstimate: 128..511 stands for [0.25, 1), the result for [1, 2).
    private static uint SquareRootOf(uint scaled)
    {
        uint middle = scaled < 256 ? (scaled * 2) + 1 : (scaled | 1) * 2;
        uint root = 512;
        while (middle * (root + 1) * (root + 1) < 1u << 28)
        {
            root++;
        }

        return (root + 1) / 2;
    }

    private static ulong Assemble<F>(bool sign, int exponent, uint estimate)
        where F : struct, IFpArithmetic
    {
        // A denormal estimate loses nothing: it has nine bits, and at most two places to go down.
        ulong significand = (ulong)estimate << (F.FractionBits - 8);
        int below = FpBits<F>.MinExponent - exponent;
        return FpBits<F>.Zero(sign) | (below > 0
            ? significand >> below
            : ((ulong)(exponent + FpBits<F>.Bias) << F.FractionBits) | (significand & FpBits<F>.FractionMask));
    }
}
