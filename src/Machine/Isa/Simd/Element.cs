using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>Facts and exact arithmetic of one element type.</summary>
internal static class Element<T>
    where T : unmanaged, IBinaryInteger<T>
{
    /// <summary>Width in bits.</summary>
    public static int Bits => Unsafe.SizeOf<T>() * 8;

    /// <summary>Right shift by any amount from 0 up, arithmetic where T is signed.</summary>
    public static T ShiftRight(T a, int amount) =>
        amount < Bits ? a >> amount : T.IsNegative(a) ? -T.One : T.Zero;

    /// <summary>Right shift by any amount from 1 up, rounding half up.</summary>
    public static T RoundingShiftRight(T a, int amount) =>
        ShiftRight(a, amount) + (ShiftRight(a, amount - 1) & T.One);

    /// <summary>Left shift by any amount from 0 up.</summary>
    public static T ShiftLeft(T a, int amount) => amount < Bits ? a << amount : T.Zero;

    /// <summary>The bits of the element as an unsigned number.</summary>
    public static Int128 Unsigned(T a) => Int128.CreateTruncating(a) & ((Int128.One << Bits) - Int128.One);

    /// <summary>The bits of the element as a signed number.</summary>
    public static Int128 Signed(T a) => (Int128.CreateTruncating(a) << (128 - Bits)) >> (128 - Bits);
}

/// <summary>Saturation of exact results (DDI 0487, SatQ).</summary>
internal static class Saturation
{
    /// <summary>The nearest value that T has; notes whether it differs.</summary>
    public static T To<T>(Int128 exact, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>
    {
        T result = T.CreateSaturating(exact);
        saturated |= Int128.CreateTruncating(result) != exact;
        return result;
    }

    /// <summary>Left shift of a signed or unsigned number by any amount from 0 up, saturated to T.</summary>
    public static T ShiftLeft<T>(Int128 a, int amount, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>
    {
        // From the width of T on, every number but zero is out of range: its sign is all that matters.
        Int128 shifted = amount < Element<T>.Bits ? a << amount : (Int128)Int128.Sign(a) << Element<T>.Bits;
        return To<T>(shifted, ref saturated);
    }
}
