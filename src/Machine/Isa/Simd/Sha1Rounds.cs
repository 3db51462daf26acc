using System.Numerics;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>One of the three functions of SHA-1 (FIPS 180-4).</summary>
internal interface ISha1Function
{
    static abstract uint Do(uint b, uint c, uint d);
}

/// <summary>Four rounds of SHA-1 (DDI 0487, SHA1C): <c>d</c> holds a to d of the state, element 0 of <c>a</c> holds e.</summary>
internal readonly struct Sha1Rounds<TFunction> : IVector3
    where TFunction : struct, ISha1Function
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> state = d.AsUInt32();
        Vector128<uint> schedule = b.AsUInt32();
        uint e = a.AsUInt32().ToScalar();
        for (int round = 0; round < 4; round++)
        {
            uint function = TFunction.Do(state[1], state[2], state[3]);
            uint next = e + BitOperations.RotateLeft(state[0], 5) + function + Lanes.At(ref schedule, round);
            e = state[3];
            state = Vector128.Create(next, state[0], BitOperations.RotateLeft(state[1], 30), state[2]);
        }

        return state.AsByte();
    }
}

/// <summary>SHA1C: c where b, else d.</summary>
internal readonly struct Choose : ISha1Function
{
    public static uint Do(uint b, uint c, uint d) => ((c ^ d) & b) ^ d;
}

/// <summary>SHA1P.</summary>
internal readonly struct Parity : ISha1Function
{
    public static uint Do(uint b, uint c, uint d) => b ^ c ^ d;
}

/// <summary>SHA1M: what at least two say.</summary>
internal readonly struct Majority : ISha1Function
{
    public static uint Do(uint b, uint c, uint d) => (b & c) | ((b | c) & d);
}

/// <summary>SHA1H.</summary>
internal readonly struct Sha1Rotate : IVector1
{
    public static Vector128<byte> Do(Vector128<byte> a, int imm) =>
        Vector128.CreateScalar(BitOperations.RotateLeft(a.AsUInt32().ToScalar(), 30)).AsByte();
}

/// <summary>SHA1SU0.</summary>
internal readonly struct Sha1Schedule0 : IVector3
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Create(d.GetUpper(), a.GetLower()) ^ d ^ b;
}

/// <summary>SHA1SU1.</summary>
internal readonly struct Sha1Schedule1 : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> next = b.AsUInt32();
        Vector128<uint> mixed = a.AsUInt32() ^ Vector128.Create(next[1], next[2], next[3], 0);
        Vector128<uint> rotated = (mixed << 1) | (mixed >>> 31);
        return (rotated ^ Vector128.Create(0, 0, 0, BitOperations.RotateLeft(mixed[0], 2))).AsByte();
    }
}
