using System.Numerics;

namespace GdbHost.Machine.Isa.Fp;

/// <summary>What kind of number an operand is (DDI 0487, FPType); denormals are <see cref="Finite"/>.</summary>
internal enum FpKind
{
    Zero,
    Finite,
    Infinity,
    NaN,
}

/// <summary>An operand taken apart: a finite one is Significand * 2^(Exponent - 63) with bit 63 of the significand set.</summary>
internal readonly record struct FpUnpacked(FpKind Kind, bool Sign, int Exponent, ulong Significand)
{
    public const ulong ImplicitBit = 1ul << 63;

    public bool IsZero => Kind == FpKind.Zero;

    public bool IsInfinity => Kind == FpKind.Infinity;

    /// <summary>DDI 0487, FPUnpack and, for half precision, FPUnpackCV: FPCR.FZ does not touch half precision, FPCR.AHP only it.</summary>
    public static FpUnpacked From<F>(ulong bits, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        bool sign = (bits & FpBits<F>.SignMask) != 0;
        int biased = (int)(bits >> F.FractionBits) & FpBits<F>.ExponentOnes;
        ulong fraction = bits & FpBits<F>.FractionMask;
        if (biased == 0)
        {
            return fraction == 0 ? new(FpKind.Zero, sign, 0, 0) : Denormal<F>(sign, fraction, control, ref raised);
        }

        if (biased == FpBits<F>.ExponentOnes && !(F.Width == 16 && control.Ahp))
        {
            return new(fraction == 0 ? FpKind.Infinity : FpKind.NaN, sign, 0, 0);
        }

        return new(FpKind.Finite, sign, biased - FpBits<F>.Bias, ImplicitBit | (fraction << (63 - F.FractionBits)));
    }

    private static FpUnpacked Denormal<F>(bool sign, ulong fraction, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        if (control.Fz && F.Width != 16)
        {
            raised |= FpExceptions.InputDenormal;
            return new(FpKind.Zero, sign, 0, 0);
        }

        int shift = BitOperations.LeadingZeroCount(fraction);
        return new(FpKind.Finite, sign, FpBits<F>.MinExponent - F.FractionBits + 63 - shift, fraction << shift);
    }
}
