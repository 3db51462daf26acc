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

    /// <summary>The outcome of a walk.</summary>
    public static Translation Of(in WalkResult result) => new()
    {
        Fault = result.Fault,
        Physical = result.Physical,
        Intermediate = result.Intermediate,
        RangeShift = result.RangeShift,
        Permissions = result.Stage1Permissions & result.Stage2Permissions,
        Attributes = result.Attributes,
        NonSecure = result.NonSecure,
    };

    /// <summary>What a TLB entry says to an access that needs one of some permissions.</summary>
    public static Translation Of(in TlbEntry entry, ulong input, Permissions needed)
    {
        Permissions permissions = entry.Stage1Permissions & entry.Stage2Permissions;
        Fault fault = Fault.None;
        if ((permissions & needed) == 0)
        {
            fault = (entry.Stage1Permissions & needed) == 0
                ? new Fault(FaultKind.Permission, entry.Stage1Level, Stage2: false, OnWalk: false)
                : new Fault(FaultKind.Permission, entry.Stage2Level, Stage2: true, OnWalk: false) { Ipa = entry.IntermediateOf(input) };
        }

        return new Translation
        {
            Fault = fault,
            Physical = entry.OutputOf(input),
            Intermediate = entry.IntermediateOf(input),
            RangeShift = entry.Shift,
            Permissions = permissions,
            Attributes = entry.Attributes,
            NonSecure = entry.NonSecure != 0,
        };
    }
}
