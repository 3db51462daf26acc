using System.Runtime.CompilerServices;
using GdbHost.Machine.Isa.Fp;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>One element of a vector: how it is read and written in a format.</summary>
internal static class FpLane
{
    /// <summary>The low element of a 64-bit register value.</summary>
    public static ulong Low<F>(ulong value)
        where F : struct, IFpFormat => F.Width switch
        {
            16 => (ushort)value,
            32 => (uint)value,
            _ => value,
        };

    /// <summary>The result of a comparison in an element.</summary>
    public static ulong Mask<F>(bool holds)
        where F : struct, IFpFormat => holds ? ulong.MaxValue >> (64 - F.Width) : 0;

    public static ulong Get<F>(ref Vector vector, int lane)
        where F : struct, IFpFormat => F.Width switch
        {
            16 => Unsafe.Add(ref Unsafe.As<Vector, ushort>(ref vector), lane),
            32 => Unsafe.Add(ref Unsafe.As<Vector, uint>(ref vector), lane),
            _ => Unsafe.Add(ref Unsafe.As<Vector, ulong>(ref vector), lane),
        };

    public static void Set<F>(ref Vector vector, int lane, ulong value)
        where F : struct, IFpFormat
    {
        switch (F.Width)
        {
            case 16:
                Unsafe.Add(ref Unsafe.As<Vector, ushort>(ref vector), lane) = (ushort)value;
                break;
            case 32:
                Unsafe.Add(ref Unsafe.As<Vector, uint>(ref vector), lane) = (uint)value;
                break;
            default:
                Unsafe.Add(ref Unsafe.As<Vector, ulong>(ref vector), lane) = value;
                break;
        }
    }
}

/// <summary>What an operation on lanes is told: how many there are, and its own number, in one <c>imm</c>.</summary>
internal readonly record struct LaneChoice(int Raw)
{
    private const int OperandShift = 8;

    public int Count => Raw & 0xFF;

    /// <summary>An element index, or a <see cref="RoundingChoice"/>.</summary>
    public int Operand => Raw >> OperandShift;

    public static LaneChoice Of(int count, int operand) => new(count | (operand << OperandShift));
}
