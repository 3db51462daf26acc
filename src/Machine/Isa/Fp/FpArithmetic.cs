using System;

namespace GdbHost.Machine.Isa.Fp;

/// <summary>The basic operations (DDI 0487, FPAdd, FPSub, FPMul, FPMulX, FPDiv, FPSqrt, FPMulAdd).</summary>
internal static class FpArithmetic
{
    public static ulong Add<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        control.IsHostMode && F.TryAdd(a, b, ref raised, out ulong sum) ? sum : AddExact<F>(a, b, control, ref raised);

    public static ulong Subtract<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        // A NaN keeps its sign: only a number is negated.
        ulong negated = FpBits<F>.IsNaN(b) ? b : b ^ FpBits<F>.SignMask;
        return Add<F>(a, negated, control, ref raised);
    }

    public static ulong Multiply<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        control.IsHostMode && F.TryMultiply(a, b, ref raised, out ulong product)
            ? product
            : MultiplyExact<F>(a, b, extended: false, control, ref raised);

    /// <summary>FMULX: as a product, but infinity times zero is two.</summary>
    public static ulong MultiplyExtended<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        control.IsHostMode && F.TryMultiply(a, b, ref raised, out ulong product)
            ? product
            : MultiplyExact<F>(a, b, extended: true, control, ref raised);

    public static ulong Divide<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        control.IsHostMode && F.TryDivide(a, b, ref raised, out ulong quotient) ? quotient : DivideExact<F>(a, b, control, ref raised);

    public static ulong SquareRoot<F>(ulong a, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        control.IsHostMode && F.TrySquareRoot(a, ref raised, out ulong root) ? root : SquareRootExact<F>(a, control, ref raised);

    /// <summary>addend + a * b, rounded once.</summary>
    public static ulong MultiplyAdd<F>(ulong addend, ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic =>
        control.IsHostMode && F.TryMultiplyAdd(addend, a, b, ref raised, out ulong sum)
            ? sum
            : MultiplyAddExact<F>(addend, a, b, control, ref raised);

    private static ulong AddExact<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        FpUnpacked y = FpUnpacked.From<F>(b, control, ref raised);
        if (x.Kind == FpKind.NaN || y.Kind == FpKind.NaN)
        {
            return FpNaN.Process<F>(a, b, control, ref raised);
        }

        if (x.IsInfinity || y.IsInfinity)
        {
            return x.IsInfinity && y.IsInfinity && x.Sign != y.Sign
                ? FpNaN.Invalid<F>(ref raised)
                : FpBits<F>.Infinity(x.IsInfinity ? x.Sign : y.Sign);
        }

        return x.IsZero && y.IsZero && x.Sign == y.Sign
            ? FpBits<F>.Zero(x.Sign)
            : FpRound.PackSum<F>(FpReal.Sum(FpReal.From(x), FpReal.From(y)), control, ref raised);
    }

    private static ulong MultiplyExact<F>(ulong a, ulong b, bool extended, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        FpUnpacked y = FpUnpacked.From<F>(b, control, ref raised);
        if (x.Kind == FpKind.NaN || y.Kind == FpKind.NaN)
        {
            return FpNaN.Process<F>(a, b, control, ref raised);
        }

        bool sign = x.Sign != y.Sign;
        bool isZero = x.IsZero || y.IsZero;
        if (x.IsInfinity || y.IsInfinity)
        {
            if (isZero)
            {
                return extended ? FpBits<F>.Constant(sign, 1, 0) : FpNaN.Invalid<F>(ref raised);
            }

            return FpBits<F>.Infinity(sign);
        }

        return isZero ? FpBits<F>.Zero(sign) : FpRound.Pack<F>(FpReal.Product(x, y), control, control.RMode, ref raised);
    }

    private static ulong DivideExact<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        FpUnpacked y = FpUnpacked.From<F>(b, control, ref raised);
        if (x.Kind == FpKind.NaN || y.Kind == FpKind.NaN)
        {
            return FpNaN.Process<F>(a, b, control, ref raised);
        }

        bool sign = x.Sign != y.Sign;
        if ((x.IsInfinity && y.IsInfinity) || (x.IsZero && y.IsZero))
        {
            return FpNaN.Invalid<F>(ref raised);
        }

        if (x.IsInfinity || y.IsZero)
        {
            raised |= x.IsInfinity ? FpExceptions.None : FpExceptions.DivideByZero;
            return FpBits<F>.Infinity(sign);
        }

        if (x.IsZero || y.IsInfinity)
        {
            return FpBits<F>.Zero(sign);
        }

        (UInt128 quotient, UInt128 remainder) = UInt128.DivRem((UInt128)x.Significand << 63, y.Significand);
        quotient = (quotient << 1) | (remainder != UInt128.Zero ? UInt128.One : UInt128.Zero);

        // The quotient of two significands in [1, 2) has its units at bit 64 here, and FpReal has them at bit 126.
        FpReal real = FpReal.Normalize(sign, x.Exponent - y.Exponent + 62, quotient);
        return FpRound.Pack<F>(real, control, control.RMode, ref raised);
    }

    private static ulong SquareRootExact<F>(ulong a, FpControl control, ref FpExceptions raised)
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

        if (x.Sign)
        {
            return FpNaN.Invalid<F>(ref raised);
        }

        if (x.IsInfinity)
        {
            return FpBits<F>.Infinity(sign: false);
        }

        int half = x.Exponent >> 1;
        ulong root = IntegerRoot((UInt128)x.Significand << (63 + (x.Exponent & 1)));
        return FpRound.Pack<F>(sign: false, half, root, control, control.RMode, ref raised);
    }

    // The root of a number in [2^126, 2^128), bit by bit; its last bit is far below any format's and becomes sticky.
    private static ulong IntegerRoot(UInt128 radicand)
    {
        ulong root = 0;
        for (int bit = 63; bit >= 0; bit--)
        {
            ulong candidate = root | (1ul << bit);
            ulong high = Math.BigMul(candidate, candidate, out ulong low);
            root = new UInt128(high, low) <= radicand ? candidate : root;
        }

        ulong squareHigh = Math.BigMul(root, root, out ulong squareLow);
        return new UInt128(squareHigh, squareLow) == radicand ? root : root | 1;
    }

    private static ulong MultiplyAddExact<F>(ulong addend, ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpArithmetic
    {
        FpUnpacked z = FpUnpacked.From<F>(addend, control, ref raised);
        FpUnpacked x = FpUnpacked.From<F>(a, control, ref raised);
        FpUnpacked y = FpUnpacked.From<F>(b, control, ref raised);
        bool isInvalidProduct = (x.IsInfinity && y.IsZero) || (x.IsZero && y.IsInfinity);
        if (z.Kind == FpKind.NaN || x.Kind == FpKind.NaN || y.Kind == FpKind.NaN)
        {
            return isInvalidProduct && !FpBits<F>.IsSignalingNaN(addend)
                ? FpNaN.Invalid<F>(ref raised)
                : FpNaN.Process<F>(addend, a, b, control, ref raised);
        }

        bool productSign = x.Sign != y.Sign;
        bool isInfinite = x.IsInfinity || y.IsInfinity;
        if (isInvalidProduct || (z.IsInfinity && isInfinite && z.Sign != productSign))
        {
            return FpNaN.Invalid<F>(ref raised);
        }

        if (z.IsInfinity || isInfinite)
        {
            return FpBits<F>.Infinity(z.IsInfinity ? z.Sign : productSign);
        }

        bool isZeroProduct = x.IsZero || y.IsZero;
        return z.IsZero && isZeroProduct && z.Sign == productSign
            ? FpBits<F>.Zero(z.Sign)
            : FpRound.PackSum<F>(FpReal.Sum(FpReal.From(z), isZeroProduct ? default : FpReal.Product(x, y)), control, ref raised);
    }
}
