using System;
using System.Numerics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>SQSHL, UQSHL (register): the low byte of the second operand is a signed amount to the left.</summary>
internal readonly struct SaturatingShiftBy : ISaturating2
{
    public static T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        int amount = sbyte.CreateTruncating(b);
        return amount >= 0
            ? Saturation.ShiftLeft<T>(Int128.CreateTruncating(a), amount, ref saturated)
            : Element<T>.ShiftRight(a, -amount);
    }
}

/// <summary>SQRSHL, UQRSHL: as <see cref="SaturatingShiftBy"/>, rounding what goes out to the right.</summary>
internal readonly struct SaturatingRoundingShiftBy : ISaturating2
{
    public static T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        int amount = sbyte.CreateTruncating(b);
        return amount >= 0
            ? Saturation.ShiftLeft<T>(Int128.CreateTruncating(a), amount, ref saturated)
            : Element<T>.RoundingShiftRight(a, -amount);
    }
}

/// <summary>SQSHL, UQSHL (immediate).</summary>
internal readonly struct SaturatingShiftLeft : ISaturating1
{
    public static T Do<T>(T a, int imm, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Saturation.ShiftLeft<T>(Int128.CreateTruncating(a), imm, ref saturated);
}

/// <summary>SQSHLU: from signed to unsigned elements.</summary>
internal readonly struct SaturatingShiftLeftUnsigned : ISaturating1
{
    public static T Do<T>(T a, int imm, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Saturation.ShiftLeft<T>(Element<T>.Signed(a), imm, ref saturated);
}

/// <summary>SQXTN, UQXTN, SQXTUN (no shift), SQSHRN, UQSHRN, SQSHRUN: the types say from what to what.</summary>
internal readonly struct ShiftRightNarrow : INarrowing
{
    public static N Do<W, N>(W a, int imm, ref bool saturated)
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
        where N : unmanaged, IBinaryInteger<N>, IMinMaxValue<N> =>
        Saturation.To<N>(Int128.CreateTruncating(a) >> imm, ref saturated);
}

/// <summary>SQRSHRN, UQRSHRN, SQRSHRUN.</summary>
internal readonly struct RoundingShiftRightNarrow : INarrowing
{
    public static N Do<W, N>(W a, int imm, ref bool saturated)
        where W : unmanaged, IBinaryInteger<W>, IMinMaxValue<W>
        where N : unmanaged, IBinaryInteger<N>, IMinMaxValue<N> =>
        Saturation.To<N>((Int128.CreateTruncating(a) + (Int128.One << (imm - 1))) >> imm, ref saturated);
}
