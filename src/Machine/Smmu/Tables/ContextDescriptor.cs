using System;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Smmu.Tables;

/// <summary>A context descriptor (IHI 0070, Context Descriptor): the 4 of its 8 doublewords that have fields here.</summary>
internal readonly record struct ContextDescriptor(ulong D0, ulong D1, ulong D2, ulong D3)
{
    public const int Bytes = 64;
    public const int Words = 4;

    /// <summary>Rules for a stream of EL1's kind; those of TTB1 do not hold for one of EL2's.</summary>
    public static readonly ValidityRule<ContextDescriptor>[] Rules =
    [
        new("AA64", "clear, but there are only AArch64 tables", static c => !c.Aa64),
        new("HA", "set, but SMMU_IDR0.HTTU is 0", static c => c.Ha || c.Hd),
        new("T0SZ", "not 16 to 39", static c => !c.Epd0 && !IsSize(c.T0Sz)),
        new("TG0", "a granule that is not in SMMU_IDR5", static c => !c.Epd0 && GranuleOf0(c.Tg0) is null),
        new("TTB0", "wider than IPS", static c => !c.Epd0 && c.Ttb0 >> c.OutputBits != 0),
    ];

    /// <summary>Rules of the second range.</summary>
    public static readonly ValidityRule<ContextDescriptor>[] UpperRules =
    [
        new("T1SZ", "not 16 to 39", static c => !c.Epd1 && !IsSize(c.T1Sz)),
        new("TG1", "a granule that is not in SMMU_IDR5", static c => !c.Epd1 && GranuleOf1(c.Tg1) is null),
        new("TTB1", "wider than IPS", static c => !c.Epd1 && c.Ttb1 >> c.OutputBits != 0),
    ];

    public int T0Sz => (int)D0.Field(5, 0);

    /// <summary>0 is 4 KiB, 1 is 64 KiB, 2 is 16 KiB.</summary>
    public int Tg0 => (int)D0.Field(7, 6);

    public bool Epd0 => D0.Bit(14);

    public bool Endi => D0.Bit(15);

    public int T1Sz => (int)D0.Field(21, 16);

    /// <summary>1 is 16 KiB, 2 is 4 KiB, 3 is 64 KiB.</summary>
    public int Tg1 => (int)D0.Field(23, 22);

    public bool Epd1 => D0.Bit(30);

    public bool V => D0.Bit(31);

    public int Ips => (int)D0.Field(34, 32);

    /// <summary>Stage 1 takes no Access flag faults.</summary>
    public bool Affd => D0.Bit(35);

    public bool Wxn => D0.Bit(36);

    public bool Tbi0 => D0.Bit(38);

    public bool Tbi1 => D0.Bit(39);

    public bool Aa64 => D0.Bit(41);

    public bool Hd => D0.Bit(42);

    public bool Ha => D0.Bit(43);

    /// <summary>Stage-1 faults stall.</summary>
    public bool S => D0.Bit(44);

    /// <summary>Stage-1 faults are recorded.</summary>
    public bool R => D0.Bit(45);

    /// <summary>Terminated transactions abort; else they read as zero and write nothing.</summary>
    public bool A => D0.Bit(46);

    public ushort Asid => (ushort)D0.Field(63, 48);

    public bool Had0 => D1.Bit(1);

    public ulong Ttb0 => D1.Field(51, 4) << 4;

    public bool Had1 => D2.Bit(1);

    public ulong Ttb1 => D2.Field(51, 4) << 4;

    public ulong Mair => D3;

    public int OutputBits => StreamTableEntry.OutputBits(Ips);

    public static ContextDescriptor From(ReadOnlySpan<ulong> words) => new(words[0], words[1], words[2], words[3]);

    /// <summary>Names of all rules that it breaks.</summary>
    /// <param name="ste">The entry that leads to it.</param>
    public string[] BrokenRules(in StreamTableEntry ste)
    {
        ContextDescriptor cd = this;
        return
        [
            .. Rules.Concat(ste.IsEl2 ? [] : UpperRules).Where(r => r.IsBroken(cd)).Select(static r => $"{r.Field}: {r.Why}"),
            .. ste.S1Stalld && S ? ["S: set, but STE.S1STALLD is set"] : (string[])[],
        ];
    }

    /// <param name="ste">The entry that leads to it.</param>
    public bool IsIllegal(in StreamTableEntry ste)
    {
        ContextDescriptor cd = this;
        return Array.Exists(Rules, r => r.IsBroken(cd)) || (!ste.IsEl2 && Array.Exists(UpperRules, r => r.IsBroken(cd))) || (ste.S1Stalld && S);
    }

    /// <summary>Stage 1 as the walker takes it. EPD0 means nothing where there is one range.</summary>
    public Stage1Setup Stage1(bool isEl2) => new()
    {
        Regime = isEl2 ? Regime.El2 : Regime.El10,
        Enabled = true,
        Low = new TableRange
        {
            Base = Ttb0,
            SizeField = T0Sz,
            Granule = GranuleOf0(Tg0) ?? Granule.Size4KiB,
            WalkDisabled = Epd0 && !isEl2,
            TopByteIgnored = Tbi0,
            HierarchyDisabled = Had0,
        },
        High = new TableRange
        {
            Base = Ttb1,
            SizeField = T1Sz,
            Granule = GranuleOf1(Tg1) ?? Granule.Size4KiB,
            WalkDisabled = Epd1,
            TopByteIgnored = Tbi1,
            HierarchyDisabled = Had1,
        },
        OutputBits = OutputBits,
        Mair = Mair,
        BigEndian = Endi,
        WriteImpliesExecuteNever = Wxn,
        DataCacheable = true,
        InstructionCacheable = true,
        AccessFlagFaultDisabled = Affd,
    };

    private static bool IsSize(int field) => field is >= PageTableWalker.LeastSizeField and <= PageTableWalker.LargestSizeField;

    private static Granule? GranuleOf0(int field) => field switch { 0 => Granule.Size4KiB, 1 => Granule.Size64KiB, _ => null };

    private static Granule? GranuleOf1(int field) => field switch { 2 => Granule.Size4KiB, 3 => Granule.Size64KiB, _ => null };
}
