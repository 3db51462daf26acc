using System;
using GdbHost.InstructionWords;

namespace GdbHost.Lockstep;

/// <summary>Registers and data to begin with: random bits, integers near a border, floating-point values of all kinds.</summary>
internal static class StartValues
{
    private const uint FpcrFields = 0x07c0_0000;
    private const uint FpsrFields = 0x0800_009f;

    private static readonly ulong[] Integers =
    [
        0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0x8000_0000_0000_0001, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff,
    ];

    // Zero, least and greatest denormal, least and greatest normal, one and its neighbors, infinity, both kinds of NaN.
    private static readonly ulong[] Doubles =
    [
        0, 1, 0x000f_ffff_ffff_ffff, 0x0010_0000_0000_0000, 0x7fef_ffff_ffff_ffff, 0x3ff0_0000_0000_0000, 0x3fef_ffff_ffff_ffff,
        0x3ff0_0000_0000_0001, 0x3fe0_0000_0000_0000, 0x43e0_0000_0000_0000, 0x7ff0_0000_0000_0000, 0x7ff8_0000_0000_0000, 0x7ff0_0000_0000_0001,
    ];

    private static readonly uint[] Singles =
    [
        0, 1, 0x007f_ffff, 0x0080_0000, 0x7f7f_ffff, 0x3f80_0000, 0x3f7f_ffff, 0x3f80_0001, 0x3f00_0000, 0x4f00_0000, 0x7f80_0000,
        0x7fc0_0000, 0x7f80_0001,
    ];

    public static unsafe UserState State(RandomBits random)
    {
        UserState state = default;
        for (int n = 0; n < UserState.XCount; n++)
        {
            state.X[n] = Value(random);
        }

        state.Sp = Layout.DataBase;
        for (int n = 0; n < UserState.VWords; n++)
        {
            state.V[n] = Value(random);
        }

        state.Nzcv = random.Below(16);
        state.Fpcr = random.OneIn(2) ? 0 : (uint)random.Next() & FpcrFields;
        state.Fpsr = random.OneIn(2) ? 0 : (uint)random.Next() & FpsrFields;
        return state;
    }

    public static byte[] Data(RandomBits random)
    {
        byte[] data = new byte[Layout.DataBytes];
        for (int n = 0; n < data.Length; n += sizeof(ulong))
        {
            BitConverter.TryWriteBytes(data.AsSpan(n), Value(random));
        }

        return data;
    }

    public static unsafe void SetX(ref UserState state, int register, ulong value) => state.X[register] = value;

    private static ulong Value(RandomBits random)
    {
        ulong value = random.Next();
        return (value & 7) switch
        {
            0 => Integers[random.Below((uint)Integers.Length)],
            1 => Doubles[random.Below((uint)Doubles.Length)] | (random.Next() & (1UL << 63)),
            2 => ((ulong)Single(random) << 32) | Single(random),
            3 => (ulong)BitConverter.DoubleToInt64Bits((int)(random.Next() >> 40) / 16.0),
            4 => (ulong)(int)random.Next(),
            _ => random.Next(),
        };
    }

    private static uint Single(RandomBits random) => Singles[random.Below((uint)Singles.Length)] | ((uint)random.Next() & (1u << 31));
}
