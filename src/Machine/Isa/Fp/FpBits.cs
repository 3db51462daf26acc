using System.Runtime.CompilerServices;

namespace GdbHost.Machine.Isa.Fp;

/// <summary>The constants and special values of a format (DDI 0487, FPZero, FPInfinity, FPMaxNormal, FPDefaultNaN).</summary>
internal static class FpBits<F>
    where F : struct, IFpFormat
{
    public static int ExponentOnes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (1 << (F.Width - 1 - F.FractionBits)) - 1;
    }

    public static int Bias
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ExponentOnes >> 1;
    }

    /// <summary>The exponent of the least normal number.</summary>
    public static int MinExponent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1 - Bias;
    }

    public static ulong SignMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1ul << (F.Width - 1);
    }

    public static ulong MagnitudeMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => SignMask - 1;
    }

    public static ulong FractionMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (1ul << F.FractionBits) - 1;
    }

    public static ulong QuietBit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1ul << (F.FractionBits - 1);
    }

    public static ulong PositiveInfinity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ulong)ExponentOnes << F.FractionBits;
    }

    public static ulong DefaultNaN
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PositiveInfinity | QuietBit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Zero(bool sign) => sign ? SignMask : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Infinity(bool sign) => Zero(sign) | PositiveInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MaxNormal(bool sign) => Zero(sign) | (PositiveInfinity - 1);

    /// <summary>The number (1 + quarters / 4) * 2^exponent, for the few constants the manual's functions return.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Constant(bool sign, int exponent, uint quarters) =>
        Zero(sign) | ((ulong)(exponent + Bias) << F.FractionBits) | ((ulong)quarters << (F.FractionBits - 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNaN(ulong bits) => (bits & MagnitudeMask) > PositiveInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSignalingNaN(ulong bits) => IsNaN(bits) && (bits & QuietBit) == 0;

    /// <summary>Replaces a denormal operand by a zero of its sign when FPCR.FZ says so, and records it (FPUnpack's first step).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong FlushInput(ulong bits, FpControl control, ref FpExceptions raised)
    {
        if (!control.Fz || (bits & PositiveInfinity) != 0 || (bits & FractionMask) == 0)
        {
            return bits;
        }

        raised |= FpExceptions.InputDenormal;
        return bits & SignMask;
    }
}
