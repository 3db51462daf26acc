using System;
using System.Numerics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>SQADD, UQADD.</summary>
internal readonly struct SaturatingAdd : ISaturating2
{
    public static T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Saturation.To<T>(Int128.CreateTruncating(a) + Int128.CreateTruncating(b), ref saturated);
}

/// <summary>SQSUB, UQSUB.</summary>
internal readonly struct SaturatingSubtract : ISaturating2
{
    public static T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Saturation.To<T>(Int128.CreateTruncating(a) - Int128.CreateTruncating(b), ref saturated);
}

/// <summary>SUQADD: a signed element, the old destination, and an unsigned one.</summary>
internal readonly struct AddUnsigned : ISaturating2
{
    public static T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Saturation.To<T>(Int128.CreateTruncating(a) + Element<T>.Unsigned(b), ref saturated);
}

/// <summary>USQADD: an unsigned element, the old destination, and a signed one.</summary>
internal readonly struct AddSigned : ISaturating2
{
    public static T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Saturation.To<T>(Int128.CreateTruncating(a) + Element<T>.Signed(b), ref saturated);
}

/// <summary>SQABS.</summary>
internal readonly struct SaturatingAbsolute : ISaturating1
{
    public static T Do<T>(T a, int imm, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Saturation.To<T>(Int128.Abs(Int128.CreateTruncating(a)), ref saturated);
}

/// <summary>SQNEG.</summary>
internal readonly struct SaturatingNegate : ISaturating1
{
    public static T Do<T>(T a, int imm, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Saturation.To<T>(-Int128.CreateTruncating(a), ref saturated);
}

/// <summary>SQDMULH: the high half of twice the product.</summary>
internal readonly struct DoublingMultiplyHigh : ISaturating2
{
    public static T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Int128 doubled = (Int128.CreateTruncating(a) * Int128.CreateTruncating(b)) << 1;
        return Saturation.To<T>(doubled >> Element<T>.Bits, ref saturated);
    }
}

/// <summary>SQRDMULH: the high half of twice the product, rounded.</summary>
internal readonly struct RoundingDoublingMultiplyHigh : ISaturating2
{
    public static T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Int128 doubled = (Int128.CreateTruncating(a) * Int128.CreateTruncating(b)) << 1;
        return Saturation.To<T>((doubled + (Int128.One << (Element<T>.Bits - 1))) >> Element<T>.Bits, ref saturated);
    }
}

/// <summary>SQDMULL, on extended operands.</summary>
internal readonly struct DoublingMultiply : ISaturating2
{
    public static T Do<T>(T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Saturation.To<T>((Int128.CreateTruncating(a) * Int128.CreateTruncating(b)) << 1, ref saturated);
}

/// <summary>SQDMLAL, on extended operands: the product saturates, then the sum.</summary>
internal readonly struct DoublingMultiplyAdd : ISaturating3
{
    public static T Do<T>(T d, T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        SaturatingAdd.Do(d, DoublingMultiply.Do(a, b, ref saturated), ref saturated);
}

/// <summary>SQDMLSL, on extended operands: the product saturates, then the difference.</summary>
internal readonly struct DoublingMultiplySubtract : ISaturating3
{
    public static T Do<T>(T d, T a, T b, ref bool saturated)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        SaturatingSubtract.Do(d, DoublingMultiply.Do(a, b, ref saturated), ref saturated);
}
