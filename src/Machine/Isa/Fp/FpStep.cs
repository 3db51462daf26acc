namespace GdbHost.Machine.Isa.Fp;

/// <summary>The Newton-Raphson steps (DDI 0487, FPRecipStepFused and FPRSqrtStepFused).</summary>
internal static class FpStep
{
    /// <summary>FRECPS: 2 - a * b, rounded once; infinity times zero gives 2.</summary>
    public static ulong Reciprocal<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        Step<F>(FpBits<F>.Constant(sign: false, 1, 0), 0, FpBits<F>.Constant(sign: false, 1, 0), a, b, control, ref raised);

    /// <summary>FRSQRTS: (3 - a * b) / 2, rounded once; infinity times zero gives 1.5.</summary>
    public static ulong ReciprocalSquareRoot<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        Step<F>(FpBits<F>.Constant(sign: false, 1, 2), 1, FpBits<F>.Constant(sign: false, 0, 2), a, b, control, ref raised);

    private static ulong Step<F>(
        ulong minuend, int halvings, ulong ofInvalid, ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        // The manual negates the first operand before it looks at NaNs, so a NaN there changes its sign.
        a ^= FpBits<F>.SignMask;
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        FpUnpacked y = FpUnpacked.From<F>(b, control, ref raised);
        if (x.Kind == FpKind.NaN || y.Kind == FpKind.NaN)
        {
            return FpNaN.Process<F>(a, b, control, ref raised);
        }

        bool isZero = x.IsZero || y.IsZero;
        if (x.IsInfinity || y.IsInfinity)
        {
            return isZero ? ofInvalid : FpBits<F>.Infinity(x.Sign != y.Sign);
        }

        FpReal constant = FpReal.From(FpUnpacked.From<F>(minuend, control, ref raised));
        FpReal sum = FpReal.Sum(constant, isZero ? default : FpReal.Product(x, y));
        return FpRound.PackSum<F>(sum with { Exponent = sum.Exponent - halvings }, control, ref raised);
    }
}
