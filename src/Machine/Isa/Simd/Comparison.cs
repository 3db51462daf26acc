using System.Numerics;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>CMGT, CMHI (register).</summary>
internal readonly struct Greater : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.GreaterThan(a, b);
}

/// <summary>CMGE, CMHS (register).</summary>
internal readonly struct GreaterOrEqual : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.GreaterThanOrEqual(a, b);
}

/// <summary>CMEQ (register).</summary>
internal readonly struct Same : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Equals(a, b);
}

/// <summary>CMTST.</summary>
internal readonly struct CommonBits : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => ~Vector128.Equals(a & b, Vector128<T>.Zero);
}

/// <summary>CMGT (zero).</summary>
internal readonly struct GreaterThanZero : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.GreaterThan(a, Vector128<T>.Zero);
}

/// <summary>CMGE (zero).</summary>
internal readonly struct GreaterOrEqualZero : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.GreaterThanOrEqual(a, Vector128<T>.Zero);
}

/// <summary>CMEQ (zero).</summary>
internal readonly struct EqualZero : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Equals(a, Vector128<T>.Zero);
}

/// <summary>CMLE (zero).</summary>
internal readonly struct LessOrEqualZero : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.LessThanOrEqual(a, Vector128<T>.Zero);
}

/// <summary>CMLT (zero).</summary>
internal readonly struct LessThanZero : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.LessThan(a, Vector128<T>.Zero);
}
