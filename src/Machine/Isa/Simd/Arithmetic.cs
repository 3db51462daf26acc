using System.Numerics;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>ADD, and with extended operands SADDL, UADDL, SADDW, UADDW.</summary>
internal readonly struct Add : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a + b;
}

/// <summary>SUB, and with extended operands SSUBL, USUBL, SSUBW, USUBW.</summary>
internal readonly struct Subtract : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a - b;
}

/// <summary>MUL, and with extended operands SMULL, UMULL.</summary>
internal readonly struct Multiply : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a * b;
}

/// <summary>MLA, and with extended operands SMLAL, UMLAL.</summary>
internal readonly struct MultiplyAdd : ILanes3
{
    public static Vector128<T> Do<T>(Vector128<T> d, Vector128<T> a, Vector128<T> b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => d + (a * b);
}

/// <summary>MLS, and with extended operands SMLSL, UMLSL.</summary>
internal readonly struct MultiplySubtract : ILanes3
{
    public static Vector128<T> Do<T>(Vector128<T> d, Vector128<T> a, Vector128<T> b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => d - (a * b);
}

/// <summary>SMAX, UMAX.</summary>
internal readonly struct Maximum : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Max(a, b);
}

/// <summary>SMIN, UMIN.</summary>
internal readonly struct Minimum : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Min(a, b);
}

/// <summary>SABD, UABD, and with extended operands SABDL, UABDL. The difference of two signed elements is an unsigned one.</summary>
internal readonly struct AbsoluteDifference : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Max(a, b) - Vector128.Min(a, b);
}

/// <summary>SABA, UABA, and with extended operands SABAL, UABAL.</summary>
internal readonly struct AbsoluteDifferenceAdd : ILanes3
{
    public static Vector128<T> Do<T>(Vector128<T> d, Vector128<T> a, Vector128<T> b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => d + AbsoluteDifference.Do(a, b, 0);
}

/// <summary>SHADD, UHADD: half the sum, the carry included.</summary>
internal readonly struct HalvingAdd : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => (a & b) + ((a ^ b) >> 1);
}

/// <summary>SRHADD, URHADD: half the sum, rounded up.</summary>
internal readonly struct RoundingHalvingAdd : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => (a | b) - ((a ^ b) >> 1);
}

/// <summary>SHSUB, UHSUB: half the difference, rounded down.</summary>
internal readonly struct HalvingSubtract : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => (a >> 1) - (b >> 1) - (~a & b & Vector128<T>.One);
}

/// <summary>The sum that RADDHN takes the high half of.</summary>
internal readonly struct RoundingAdd : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a + b + Vector128.Create(T.One << ((Element<T>.Bits / 2) - 1));
}

/// <summary>The difference that RSUBHN takes the high half of.</summary>
internal readonly struct RoundingSubtract : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a - b + Vector128.Create(T.One << ((Element<T>.Bits / 2) - 1));
}

/// <summary>ABS; the least number stays as it is.</summary>
internal readonly struct Absolute : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Max(a, -a);
}

/// <summary>NEG.</summary>
internal readonly struct Negate : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => -a;
}
