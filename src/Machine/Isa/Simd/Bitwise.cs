using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>AND (vector).</summary>
internal readonly struct And : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) => a & b;
}

/// <summary>BIC (vector, register).</summary>
internal readonly struct AndNot : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) => a & ~b;
}

/// <summary>ORR (vector, register).</summary>
internal readonly struct Or : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) => a | b;
}

/// <summary>ORN (vector).</summary>
internal readonly struct OrNot : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) => a | ~b;
}

/// <summary>EOR (vector).</summary>
internal readonly struct Xor : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) => a ^ b;
}

/// <summary>NOT.</summary>
internal readonly struct Not : IVector1
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) => ~a;
}

/// <summary>BSL: the destination selects.</summary>
internal readonly struct Select : IVector3
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm) => (a & d) | (b & ~d);
}

/// <summary>BIT.</summary>
internal readonly struct InsertIfTrue : IVector3
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm) => (a & b) | (d & ~b);
}

/// <summary>BIF.</summary>
internal readonly struct InsertIfFalse : IVector3
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm) => (a & ~b) | (d & b);
}

/// <summary>CNT.</summary>
internal readonly struct CountOnes : IElement1
{
    public static T Do<T>(T a)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => T.PopCount(a);
}

/// <summary>CLZ.</summary>
internal readonly struct CountLeadingZeros : IElement1
{
    public static T Do<T>(T a)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => T.LeadingZeroCount(a);
}

/// <summary>CLS: the bits below the top one that are like it.</summary>
internal readonly struct CountLeadingSignBits : IElement1
{
    public static T Do<T>(T a)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => T.LeadingZeroCount((a ^ (a << 1)) | T.One);
}

/// <summary>RBIT: the bits of each byte in reverse.</summary>
internal readonly struct ReverseBits : IElement1
{
    public static T Do<T>(T a)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        T result = T.Zero;
        for (int bit = 0; bit < Element<T>.Bits; bit++)
        {
            result = (result << 1) | ((a >> bit) & T.One);
        }

        return result;
    }
}

/// <summary>PMUL, and with extended operands PMULL: a product of polynomials over {0, 1}.</summary>
internal readonly struct PolynomialMultiply : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Vector128<T> result = default;
        for (int bit = 0; bit < Element<T>.Bits; bit++)
        {
            result ^= (a << bit) & -((b >> bit) & Vector128<T>.One);
        }

        return result;
    }
}

/// <summary>PMULL, PMULL2 on 64-bit elements: one product of 127 bits from the low halves.</summary>
internal readonly struct PolynomialMultiplyLong : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Pclmulqdq.IsSupported
            ? Pclmulqdq.CarrylessMultiply(a.AsUInt64(), b.AsUInt64(), 0).AsByte()
            : BitByBit(a.AsUInt64().ToScalar(), b.AsUInt64().ToScalar());

    /// <summary>The product where the host has no instruction for it.</summary>
    public static Vector128<byte> BitByBit(ulong a, ulong b)
    {
        ulong low = 0;
        ulong high = 0;
        for (int bit = 0; bit < 64; bit++)
        {
            ulong selected = 0 - ((b >> bit) & 1);
            low ^= (a << bit) & selected;
            high ^= (a >> 1 >> (63 - bit)) & selected;
        }

        return Vector128.Create(low, high).AsByte();
    }
}
