namespace GdbHost.InstructionWords;

/// <summary>SplitMix64. tests/Vectors/gen/instructions.c has the same.</summary>
internal sealed class RandomBits(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator whose sequence depends on a text.</summary>
    public static RandomBits From(string text)
    {
        ulong hash = 0xcbf2_9ce4_8422_2325;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 0x100_0000_01b3;
        }

        return new RandomBits(hash);
    }

    public ulong Next()
    {
        _state += 0x9e37_79b9_7f4a_7c15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
        z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
        return z ^ (z >> 31);
    }

    public uint Below(uint limit) => (uint)((Next() >> 16) % limit);

    public bool OneIn(uint n) => Below(n) == 0;
}
