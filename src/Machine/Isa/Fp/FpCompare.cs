using System.Runtime.CompilerServices;

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
        if (!TryOrder<F>(a, b, signalAll, control, ref raised, out long left, out long right))
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
        where F : struct, IFpFormat =>
        TryOrder<F>(a, b, signalAll: false, control, ref raised, out long left, out long right) && left == right;

    public static bool IsGreaterOrEqual<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat =>
        TryOrder<F>(a, b, signalAll: true, control, ref raised, out long left, out long right) && left >= right;

    public static bool IsGreater<F>(ulong a, ulong b, FpControl control, ref FpExceptions raised)
        where F : struct, IFpFormat =>
        TryOrder<F>(a, b, signalAll: true, control, ref raised, out long left, out long right) && left > right;

    /// <summary>An integer that orders as the number does; both zeros are 0. Of a NaN it means nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Key<F>(ulong bits)
        where F : struct, IFpFormat
    {
        long magnitude = (long)(bits & FpBits<F>.MagnitudeMask);
        return (bits & FpBits<F>.SignMask) != 0 ? -magnitude : magnitude;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryOrder<F>(
        ulong a, ulong b, bool signalAll, FpControl control, ref FpExceptions raised, out long left, out long right)
        where F : struct, IFpFormat
    {
        // Also before a NaN is looked at: unpacking flushes and records both operands.
        a = FpBits<F>.FlushInput(a, control, ref raised);
        b = FpBits<F>.FlushInput(b, control, ref raised);
        left = Key<F>(a);
        right = Key<F>(b);
        if (!FpBits<F>.IsNaN(a) && !FpBits<F>.IsNaN(b))
        {
            return true;
        }

        if (signalAll || FpBits<F>.IsSignalingNaN(a) || FpBits<F>.IsSignalingNaN(b))
        {
            raised |= FpExceptions.InvalidOperation;
        }

        return false;
    }
}
