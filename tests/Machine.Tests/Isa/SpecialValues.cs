using GdbHost.InstructionWords;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>Random states in which vector registers hold what floating point and saturation are sensitive to.</summary>
internal static class SpecialValues
{
    private const uint Inexact = 1u << 4;
    private const uint Saturated = 1u << 27;

    // Zero, denormals, least normal and its neighbors, one half, one, halves between integers, edges of integer ranges, largest, infinite, NaNs.
    private static readonly uint[] Singles =
    [
        0, 0, 1, 0x007f_ffff, 0x0080_0000, 0x0080_0001, 0x00ff_ffff, 0x0100_0000, 0x3eff_ffff, 0x3f00_0000, 0x3f80_0000, 0x3fc0_0000, 0x4020_0000,
        0x4b00_0001, 0x4eff_ffff, 0x4f00_0000, 0x4f7f_ffff, 0x4f80_0000, 0x5f00_0000, 0x7f7f_ffff, 0x7f80_0000, 0x7fc0_0001, 0x7f80_0001,
    ];

    private static readonly ulong[] Doubles =
    [
        0, 0, 1, 0x000f_ffff_ffff_ffff, 0x0010_0000_0000_0000, 0x001f_ffff_ffff_ffff, 0x0020_0000_0000_0000, 0x3690_0000_0000_0000,
        0x380f_ffff_ffff_ffff, 0x3810_0000_0000_0000, 0x3fdf_ffff_ffff_ffff, 0x3fe0_0000_0000_0000, 0x3ff0_0000_0000_0000, 0x3ff8_0000_0000_0000,
        0x41df_ffff_ffc0_0000, 0x41e0_0000_0000_0000, 0x41ef_ffff_ffff_ffff, 0x4330_0000_0000_0001, 0x43e0_0000_0000_0000, 0x47ef_ffff_f000_0000,
        0x7fef_ffff_ffff_ffff, 0x7ff0_0000_0000_0000, 0x7ff8_0000_0000_0001, 0x7ff0_0000_0000_0001,
    ];

    /// <summary>The state of a seed. In most of them FPCR is zero and FPSR.IXC is set, without which little is done natively.</summary>
    public static VectorState State(ulong seed)
    {
        VectorState state = VectorState.From(seed);
        RandomBits random = new(seed + 1);
        state.Fpcr = random.OneIn(8) ? state.Fpcr : 0;
        state.Fpsr = random.OneIn(8) ? state.Fpsr : Inexact | (random.OneIn(4) ? Saturated : 0);
        uint kind = random.Below(4);
        for (int n = 0; n < state.V.Length; n++)
        {
            state.V[n] = kind switch
            {
                0 => state.V[n],
                1 => Pair(random, ordinary: random.OneIn(2)),
                2 => Double(random, ordinary: !random.OneIn(4)),
                _ => random.OneIn(2) ? Pair(random, ordinary: !random.OneIn(8)) : Double(random, ordinary: !random.OneIn(8)),
            };
        }

        return state;
    }

    private static ulong Pair(RandomBits random, bool ordinary) => ((ulong)Single(random, ordinary) << 32) | Single(random, ordinary);

    private static uint Single(RandomBits random, bool ordinary)
    {
        uint sign = random.OneIn(2) ? 0x8000_0000 : 0;
        uint exponent = 127 - 12 + random.Below(28);
        uint fraction = (uint)random.Next() & (random.OneIn(3) ? 0x0060_0000u : 0x007f_ffffu);
        return sign | (ordinary ? (exponent << 23) | fraction : Singles[random.Below((uint)Singles.Length)]);
    }

    private static ulong Double(RandomBits random, bool ordinary)
    {
        ulong sign = random.OneIn(2) ? 1UL << 63 : 0;
        ulong exponent = 1023 - 12 + random.Below(60);
        ulong fraction = random.Next() & (random.OneIn(3) ? 0x000c_0000_0000_0000u : 0x000f_ffff_ffff_ffffu);
        return sign | (ordinary ? (exponent << 52) | fraction : Doubles[random.Below((uint)Doubles.Length)]);
    }
}
