using System.Buffers.Binary;
using System.Numerics;

namespace GdbHost.Machine.Isa.Groups.Integer;

internal readonly struct ReverseBits64 : IScalar1
{
    public static ulong Do(ulong a)
    {
        ulong x = BinaryPrimitives.ReverseEndianness(a);
        x = ((x >> 4) & 0x0f0f_0f0f_0f0f_0f0f) | ((x & 0x0f0f_0f0f_0f0f_0f0f) << 4);
        x = ((x >> 2) & 0x3333_3333_3333_3333) | ((x & 0x3333_3333_3333_3333) << 2);
        return ((x >> 1) & 0x5555_5555_5555_5555) | ((x & 0x5555_5555_5555_5555) << 1);
    }
}

internal readonly struct ReverseBits32 : IScalar1
{
    public static ulong Do(ulong a) => ReverseBits64.Do(a) >> 32;
}

internal readonly struct ReverseHalves64 : IScalar1
{
    public static ulong Do(ulong a) => ((a >> 8) & 0x00ff_00ff_00ff_00ff) | ((a & 0x00ff_00ff_00ff_00ff) << 8);
}

internal readonly struct ReverseHalves32 : IScalar1
{
    public static ulong Do(ulong a) => (uint)ReverseHalves64.Do(a);
}

internal readonly struct ReverseWord : IScalar1
{
    public static ulong Do(ulong a) => BinaryPrimitives.ReverseEndianness((uint)a);
}

internal readonly struct ReverseWords : IScalar1
{
    public static ulong Do(ulong a) => BitOperations.RotateRight(BinaryPrimitives.ReverseEndianness(a), 32);
}

internal readonly struct ReverseDoubleword : IScalar1
{
    public static ulong Do(ulong a) => BinaryPrimitives.ReverseEndianness(a);
}

internal readonly struct LeadingZeros64 : IScalar1
{
    public static ulong Do(ulong a) => (ulong)BitOperations.LeadingZeroCount(a);
}

internal readonly struct LeadingZeros32 : IScalar1
{
    public static ulong Do(ulong a) => (ulong)BitOperations.LeadingZeroCount((uint)a);
}

internal readonly struct LeadingSigns64 : IScalar1
{
    // The sign bit itself is not counted: a ^ (a >> 1) always has its topmost bit clear.
    public static ulong Do(ulong a) => (ulong)BitOperations.LeadingZeroCount(a ^ (ulong)((long)a >> 1)) - 1;
}

internal readonly struct LeadingSigns32 : IScalar1
{
    public static ulong Do(ulong a) => LeadingSigns64.Do((ulong)(int)(uint)a) - 32;
}
