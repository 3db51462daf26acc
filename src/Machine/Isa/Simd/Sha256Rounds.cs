using System.Numerics;
using System.Runtime.Intrinsics;

namespace GdbHost.Machine.Isa.Simd;

/// <summary>Four rounds of SHA-256 (FIPS 180-4; DDI 0487, SHA256H): one vector holds a to d of the state, the other e to h.</summary>
internal static class Sha256Rounds
{
    public static (Vector128<uint> Abcd, Vector128<uint> Efgh) Do(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> schedule)
    {
        for (int round = 0; round < 4; round++)
        {
            uint e = efgh[0];
            uint sum1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            uint first = efgh[3] + sum1 + Choose.Do(e, efgh[1], efgh[2]) + Lanes.At(ref schedule, round);
            uint a = abcd[0];
            uint sum0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            uint second = sum0 + Majority.Do(a, abcd[1], abcd[2]);
            efgh = Vector128.Create(abcd[3] + first, e, efgh[1], efgh[2]);
            abcd = Vector128.Create(first + second, a, abcd[1], abcd[2]);
        }

        return (abcd, efgh);
    }
}

/// <summary>SHA256H.</summary>
internal readonly struct Sha256Hash : IVector3
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sha256Rounds.Do(d.AsUInt32(), a.AsUInt32(), b.AsUInt32()).Abcd.AsByte();
}

/// <summary>SHA256H2.</summary>
internal readonly struct Sha256Hash2 : IVector3
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sha256Rounds.Do(a.AsUInt32(), d.AsUInt32(), b.AsUInt32()).Efgh.AsByte();
}

/// <summary>SHA256SU0.</summary>
internal readonly struct Sha256Schedule0 : IVector2
{
    public static Vector128<byte> Do(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> old = a.AsUInt32();
        Vector128<uint> next = Vector128.Create(old[1], old[2], old[3], b.AsUInt32()[0]);
        Vector128<uint> sigma = ((next >>> 7) | (next << 25)) ^ ((next >>> 18) | (next << 14)) ^ (next >>> 3);
        return (old + sigma).AsByte();
    }
}

/// <summary>SHA256SU1.</summary>
internal readonly struct Sha256Schedule1 : IVector3
{
    public static Vector128<byte> Do(Vector128<byte> d, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> first = a.AsUInt32();
        Vector128<uint> last = b.AsUInt32();
        Vector128<uint> sum = d.AsUInt32() + Vector128.Create(first[1], first[2], first[3], last[0]);
        uint w0 = sum[0] + Sigma(last[2]);
        uint w1 = sum[1] + Sigma(last[3]);
        return Vector128.Create(w0, w1, sum[2] + Sigma(w0), sum[3] + Sigma(w1)).AsByte();
    }

    private static uint Sigma(uint x) => BitOperations.RotateRight(x, 17) ^ BitOperations.RotateRight(x, 19) ^ (x >> 10);
}
