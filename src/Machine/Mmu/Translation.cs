using System;

namespace GdbHost.Machine.Mmu;

/// <summary>Permissions of a translated page, both stages combined.</summary>
[Flags]
internal enum Permissions : byte
{
    None = 0,
    PrivilegedRead = 1,
    PrivilegedWrite = 2,
    PrivilegedExecute = 4,
    UnprivilegedRead = 8,
    UnprivilegedWrite = 16,
    UnprivilegedExecute = 32,
}

/// <summary>Memory attributes of a translated page, both stages combined.</summary>
internal readonly record struct MemoryAttributes
{
    // One number: what is written in pieces and read as a whole makes a processor wait.
    private readonly ushort _both;

    public MemoryAttributes(byte mair, byte shareability)
    {
        _both = (ushort)(mair | (shareability << 8));
    }

    public static readonly MemoryAttributes DeviceNgnrne = new(0x00, 2);
    public static readonly MemoryAttributes NormalNonCacheable = new(0x44, 2);
    public static readonly MemoryAttributes NormalWriteBack = new(0xff, 0);

    /// <summary>The combined attribute byte in MAIR_EL1's encoding; Device types are 0b0000xx00.</summary>
    public byte Mair => (byte)_both;

    /// <summary>SH field: 0 non, 2 outer, 3 inner.</summary>
    public byte Shareability => (byte)(_both >> 8);

    public bool IsDevice => (Mair & 0xf0) == 0;
}

/// <summary>The outcome of translating one address for one access.</summary>
internal readonly record struct Translation
{
    /// <summary>What went wrong, or <see cref="Mmu.Fault.None"/>.</summary>
    public Fault Fault { get; init; }

    /// <summary>Physical address of the byte asked for.</summary>
    public ulong Physical { get; init; }

    /// <summary>Intermediate physical address of the byte asked for; equal to the physical one where stage 2 is off.</summary>
    public ulong Intermediate { get; init; }

    /// <summary>log2 of the aligned range around the address for which this outcome holds: 12 to 39.</summary>
    public int RangeShift { get; init; }

    public Permissions Permissions { get; init; }

    public MemoryAttributes Attributes { get; init; }

    /// <summary>The physical address is in the Non-secure address space.</summary>
    public bool NonSecure { get; init; }
}
