using System.Numerics;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>SHL, and with extended operands SSHLL, USHLL, SHLL.</summary>
internal readonly struct ShiftLeft : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a << imm;
}

/// <summary>SSHR, USHR, and narrowed XTN (no shift) and SHRN; by 0 to the width of an element.</summary>
internal readonly struct ShiftRight : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        imm < Element<T>.Bits ? a >> imm : Vector128.LessThan(a, Vector128<T>.Zero);
}

/// <summary>SRSHR, URSHR, and narrowed RSHRN; by 1 to the width of an element.</summary>
internal readonly struct RoundingShiftRight : ILanes1
{
    public static Vector128<T> Do<T>(Vector128<T> a, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => ShiftRight.Do(a, imm) + (ShiftRight.Do(a, imm - 1) & Vector128<T>.One);
}

/// <summary>SSRA, USRA; the first operand is the old destination.</summary>
internal readonly struct ShiftRightAdd : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a + ShiftRight.Do(b, imm);
}

/// <summary>SRSRA, URSRA; the first operand is the old destination.</summary>
internal readonly struct RoundingShiftRightAdd : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => a + RoundingShiftRight.Do(b, imm);
}

/// <summary>SLI; the first operand is the old destination.</summary>
internal readonly struct ShiftLeftInsert : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => (b << imm) | (a & ~(Vector128<T>.AllBitsSet << imm));
}

/// <summary>SRI, on unsigned elements; the first operand is the old destination.</summary>
internal readonly struct ShiftRightInsert : ILanes2
{
    public static Vector128<T> Do<T>(Vector128<T> a, Vector128<T> b, int imm)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        ShiftRight.Do(b, imm) | (a & ~ShiftRight.Do(Vector128<T>.AllBitsSet, imm));
}

/// <summary>SSHL, USHL: the low byte of the second operand is a signed amount to the left.</summary>
internal readonly struct ShiftBy : IElement2
{
    public static T Do<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        int amount = sbyte.CreateTruncating(b);
        return amount >= 0 ? Element<T>.ShiftLeft(a, amount) : Element<T>.ShiftRight(a, -amount);
    }
}

/// <summary>SRSHL, URSHL: as <see cref="ShiftBy"/>, rounding what goes out to the right.</summary>
internal readonly struct RoundingShiftBy : IElement2
{
    public static T Do<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        int amount = sbyte.CreateTruncating(b);
        return amount >= 0 ? Element<T>.ShiftLeft(a, amount) : Element<T>.RoundingShiftRight(a, -amount);
    }
}
