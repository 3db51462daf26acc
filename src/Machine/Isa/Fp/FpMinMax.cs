namespace GdbHost.Machine.Isa.Fp;

/// <summary>Maximum and minimum (DDI 0487, FPMax, FPMin, FPMaxNum, FPMinNum); +0 is greater than -0.</summary>
internal static class FpMinMax
{
    public static ulong Max<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        ulong x = FpBits<F>.FlushInput(a, control, ref raised);
        ulong y = FpBits<F>.FlushInput(b, control, ref raised);
        if (FpBits<F>.IsNaN(a) || FpBits<F>.IsNaN(b))
        {
            return FpNaN.Process<F>(a, b, control, ref raised);
        }

        long left = FpCompare.Key<F>(x);
        long right = FpCompare.Key<F>(y);
        return left == 0 && right == 0 ? x & y : Select(left > right, x, y);
    }

    public static ulong Min<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        ulong x = FpBits<F>.FlushInput(a, control, ref raised);
        ulong y = FpBits<F>.FlushInput(b, control, ref raised);
        if (FpBits<F>.IsNaN(a) || FpBits<F>.IsNaN(b))
        {
            return FpNaN.Process<F>(a, b, control, ref raised);
        }

        long left = FpCompare.Key<F>(x);
        long right = FpCompare.Key<F>(y);
        return left == 0 && right == 0 ? x | y : Select(left < right, x, y);
    }

    /// <summary>FMAXNM: a quiet NaN yields to a number.</summary>
    public static ulong MaxNumber<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        (a, b) = YieldQuiet<F>(a, b, FpBits<F>.Infinity(sign: true));
        return Max<F>(a, b, control, ref raised);
    }

    /// <summary>FMINNM: a quiet NaN yields to a number.</summary>
    public static ulong MinNumber<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        (a, b) = YieldQuiet<F>(a, b, FpBits<F>.Infinity(sign: false));
        return Min<F>(a, b, control, ref raised);
    }

    private static (ulong A, ulong B) YieldQuiet<F>(ulong a, ulong b, ulong weakest)
        where F : struct, IFpFormat
    {
        bool isQuietA = FpBits<F>.IsNaN(a) && !FpBits<F>.IsSignalingNaN(a);
        bool isQuietB = FpBits<F>.IsNaN(b) && !FpBits<F>.IsSignalingNaN(b);
        if (isQuietA == isQuietB)
        {
            return (a, b);
        }

        return isQuietA ? (weakest, b) : (a, weakest);
    }

    private static ulong Select(bool first, ulong x, ulong y) => first ? x : y;
}
