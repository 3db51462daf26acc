using System;

namespace GdbHost.Machine.Isa.Fp;

/// <summary>Single precision; products and remainders of two singles are exact in the host's double, which tells Inexact.</summary>
internal readonly struct FpSingle : IFpArithmetic
{
    private const int Fraction = 23;
    private const uint ExponentOnes = 0xFF;

    public static int Width => 32;

    public static int FractionBits => Fraction;

    public static bool TryAdd(ulong a, ulong b, ref FpExceptions raised, out ulong result)
    {
        float x = From(a);
        float y = From(b);
        float sum = x + y;
        result = To(sum);
        if (Exponent(result) >= ExponentOnes - 1)
        {
            return false;
        }

        if ((raised & FpExceptions.Inexact) == 0)
        {
            // Knuth's two-sum: the rounding error of an addition is a number of the same format.
            float second = sum - x;
            float error = (x - (sum - second)) + (y - second);
            raised |= error != 0 ? FpExceptions.Inexact : FpExceptions.None;
        }

        return true;
    }

    public static bool TryMultiply(ulong a, ulong b, ref FpExceptions raised, out ulong result)
    {
        double exact = (double)From(a) * From(b);
        float product = (float)exact;
        result = To(product);
        return exact == 0 || FinishNormal(result, product != exact, ref raised);
    }

    public static bool TryDivide(ulong a, ulong b, ref FpExceptions raised, out ulong result)
    {
        float x = From(a);
        float y = From(b);
        float quotient = x / y;
        result = To(quotient);
        return FinishNormal(result, (double)quotient * y != x, ref raised);
    }

    public static bool TrySquareRoot(ulong a, ref FpExceptions raised, out ulong result)
    {
        float x = From(a);
        float root = MathF.Sqrt(x);
        result = To(root);
        return FinishNormal(result, (double)root * root != x, ref raised);
    }

    public static bool TryMultiplyAdd(ulong addend, ulong a, ulong b, ref FpExceptions raised, out ulong result)
    {
        float x = From(a);
        float y = From(b);
        float z = From(addend);
        float fused = MathF.FusedMultiplyAdd(x, y, z);
        result = To(fused);
        double product = (double)x * y;
        double sum = product + z;
        double second = sum - product;
        double error = (product - (sum - second)) + (z - second);
        return FinishNormal(result, error != 0 || fused != sum, ref raised);
    }

    // The smallest normal exponent is left out: such a result can be tiny before rounding, which is an underflow.
    private static bool FinishNormal(ulong result, bool inexact, ref FpExceptions raised)
    {
        if (Exponent(result) - 2 >= ExponentOnes - 2)
        {
            return false;
        }

        raised |= inexact ? FpExceptions.Inexact : FpExceptions.None;
        return true;
    }

    private static uint Exponent(ulong bits) => (uint)(bits >> Fraction) & ExponentOnes;

    private static float From(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static ulong To(float value) => BitConverter.SingleToUInt32Bits(value);
}
