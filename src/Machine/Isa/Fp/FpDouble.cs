using System;

namespace GdbHost.Machine.Isa.Fp;

/// <summary>Double precision; the host's fused multiply-add gives the remainder of an operation, which tells Inexact.</summary>
internal readonly struct FpDouble : IFpArithmetic
{
    private const int Fraction = 52;
    private const uint ExponentOnes = 0x7FF;

    // A remainder of a number with this exponent or more is itself representable: 2 * 53 bits above the least subnormal.
    private const uint ExactRemainder = 64;

    public static int Width => 64;

    public static int FractionBits => Fraction;

    public static bool TryAdd(ulong a, ulong b, ref FpExceptions raised, out ulong result)
    {
        double x = From(a);
        double y = From(b);
        double sum = x + y;
        result = To(sum);
        if (Exponent(result) >= ExponentOnes - 1)
        {
            return false;
        }

        if ((raised & FpExceptions.Inexact) == 0)
        {
            // Knuth's two-sum: the rounding error of an addition is a number of the same format.
            double second = sum - x;
            double error = (x - (sum - second)) + (y - second);
            raised |= error != 0 ? FpExceptions.Inexact : FpExceptions.None;
        }

        return true;
    }

    public static bool TryMultiply(ulong a, ulong b, ref FpExceptions raised, out ulong result)
    {
        double x = From(a);
        double y = From(b);
        double product = x * y;
        result = To(product);
        if (!IsBetween(result, ExactRemainder))
        {
            return product == 0 && (x == 0 || y == 0);
        }

        if ((raised & FpExceptions.Inexact) == 0)
        {
            raised |= InexactIf(Math.FusedMultiplyAdd(x, y, -product) != 0);
        }

        return true;
    }

    public static bool TryDivide(ulong a, ulong b, ref FpExceptions raised, out ulong result)
    {
        double x = From(a);
        double y = From(b);
        double quotient = x / y;
        result = To(quotient);
        if (!IsBetween(result, 2) || !IsBetween(a, ExactRemainder))
        {
            return false;
        }

        if ((raised & FpExceptions.Inexact) == 0)
        {
            raised |= InexactIf(Math.FusedMultiplyAdd(-quotient, y, x) != 0);
        }

        return true;
    }

    public static bool TrySquareRoot(ulong a, ref FpExceptions raised, out ulong result)
    {
        double x = From(a);
        double root = Math.Sqrt(x);
        result = To(root);
        if (!IsBetween(result, 2) || !IsBetween(a, ExactRemainder))
        {
            return false;
        }

        if ((raised & FpExceptions.Inexact) == 0)
        {
            raised |= InexactIf(Math.FusedMultiplyAdd(-root, root, x) != 0);
        }

        return true;
    }

    // The error of a fused operation takes two doubles; once Inexact stands nobody needs it, and until then the exact path is used.
    public static bool TryMultiplyAdd(ulong addend, ulong a, ulong b, ref FpExceptions raised, out ulong result)
    {
        if ((raised & FpExceptions.Inexact) == 0)
        {
            result = 0;
            return false;
        }

        result = To(Math.FusedMultiplyAdd(From(a), From(b), From(addend)));
        return IsBetween(result, 2);
    }

    // Finite, and with a biased exponent of at least the given one; 2 excludes results that were tiny before rounding.
    private static bool IsBetween(ulong bits, uint least) => Exponent(bits) - least < ExponentOnes - least;

    private static FpExceptions InexactIf(bool inexact) => inexact ? FpExceptions.Inexact : FpExceptions.None;

    private static uint Exponent(ulong bits) => (uint)(bits >> Fraction) & ExponentOnes;

    private static double From(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    private static ulong To(double value) => BitConverter.DoubleToUInt64Bits(value);
}
