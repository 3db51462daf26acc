namespace GdbHost.Machine.Isa.Fp;

/// <summary>Comparisons (DDI 0487, FPCompare, FPCompareEQ, FPCompareGE, FPCompareGT).</summary>
internal static class FpCompare
{
    private const uint Less = 0b1000;
    private const uint Same = 0b0110;
    private const uint Greater = 0b0010;
    private const uint Unordered = 0b0011;

    /// <summary>FCMP and FCMPE: N, Z, C, V as bits 3 to 0; with signalAll every NaN is invalid, else only a signaling one.</summary>
    public static uint Flags<F>(ulong a, ulong b, bool signalAll, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        (long left, long right) = Keys<F>(a, b, control, ref raised);
        if (IsUnordered<F>(a, b, signalAll, ref raised))
        {
            return Unordered;
        }

        if (left == right)
        {
            return Same;
        }

        return left < right ? Less : Greater;
    }

    public static bool IsEqual<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        (long left, long right) = Keys<F>(a, b, control, ref raised);
        return !IsUnordered<F>(a, b, signalAll: false, ref raised) && left == right;
    }

    public static bool IsGreaterOrEqual<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        (long left, long right) = Keys<F>(a, b, control, ref raised);
        return !IsUnordered<F>(a, b, signalAll: true, ref raised) && left >= right;
    }

    public static bool IsGreater<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        (long left, long right) = Keys<F>(a, b, control, ref raised);
        return !IsUnordered<F>(a, b, signalAll: true, ref raised) && left > right;
    }

    /// <summary>An integer that orders as the number does; both zeros are 0. Of a NaN it means nothing.</summary>
    public static long Key<F>(ulong bits)
        where F : struct, IFpFormat
    {
        long magnitude = (long)(bits & FpBits<F>.MagnitudeMask);
        return (bits & FpBits<F>.SignMask) != 0 ? -magnitude : magnitude;
    }

    private static (long Left, long Right) Keys<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat =>
        (Key<F>(FpBits<F>.FlushInput(a, control, ref raised)), Key<F>(FpBits<F>.FlushInput(b, control, ref raised)));

    private static bool IsUnordered<F>(ulong a, ulong b, bool signalAll, ref FpExceptions raised)
        where F : struct, IFpFormat
    {
        if (!FpBits<F>.IsNaN(a) && !FpBits<F>.IsNaN(b))
        {
            return false;
        }

        if (signalAll || FpBits<F>.IsSignalingNaN(a) || FpBits<F>.IsSignalingNaN(b))
        {
            raised |= FpExceptions.InvalidOperation;
        }

        return true;
    }
}
