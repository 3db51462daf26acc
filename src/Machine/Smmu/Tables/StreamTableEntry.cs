using System;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Smmu.Tables;

/// <summary>STE.Config. Values without bit 2 abort and report nothing.</summary>
internal enum StreamConfig : byte
{
    Abort = 0b000,
    Bypass = 0b100,
    Stage1 = 0b101,
    Stage2 = 0b110,
    Nested = 0b111,
}

/// <summary>STE.S1DSS: what becomes of a transaction without SubstreamID where there are substreams.</summary>
internal enum DefaultSubstream : byte
{
    Terminate = 0b00,
    BypassStage1 = 0b01,
    UseSubstream0 = 0b10,
}

/// <summary>The effective value of STE.EATS.</summary>
internal enum EndpointTranslation : byte
{
    Disabled = 0b00,

    /// <summary>Translation requests get physical addresses.</summary>
    Full = 0b01,

    /// <summary>Translation requests get intermediate addresses, and stage 2 translates what is sent with them.</summary>
    Split = 0b10,
}

/// <summary>A stream table entry (IHI 0070, Stream Table Entry): the 4 of its 8 doublewords that have fields here.</summary>
internal readonly record struct StreamTableEntry(ulong D0, ulong D1, ulong D2, ulong D3)
{
    public const int Bytes = 64;
    public const int Words = 4;

    private const int El2StreamWorld = 0b10;
    private const int NsEl1StreamWorld = 0b00;

    public static readonly ValidityRule<StreamTableEntry>[] Rules =
    [
        new("S1CDMax", "more substreams than SMMU_IDR1.SSIDSIZE", static s => s.HasStage1 && s.S1CdMax > Features.SubstreamIdBits),
        new("STRW", "a stream world that Non-secure streams do not have",
            static s => s.Config == StreamConfig.Stage1 && s.Strw is not (NsEl1StreamWorld or El2StreamWorld)),
        new("S1ContextPtr", "wider than addresses are", static s => s.HasStage1 && s.S1ContextPtr >> Features.AddressBits != 0),
        new("S2AA64", "clear, but there are only AArch64 tables", static s => s.HasStage2 && !s.S2Aa64),
        new("S2TG", "a granule that is not in SMMU_IDR5", static s => s.HasStage2 && s.S2Tg > 1),
        new("S2T0SZ", "S2T0SZ and S2SL0 do not fit each other or SMMU_IDR5.OAS", static s => s.HasStage2 && s.S2Tg <= 1 && !s.Stage2.IsConsistent),
        new("S2TTB", "wider than S2PS", static s => s.HasStage2 && s.S2Ttb >> OutputBits(s.S2Ps) != 0),
        new("S2HA", "set, but SMMU_IDR0.HTTU is 0", static s => s.HasStage2 && (s.S2Ha || s.S2Hd)),
        new("EATS", "split-stage ATS, but not both stages, or S2S is set",
            static s => s.Eats == 0b10 && (s.HasStage1 || s.HasStage2) && (s.Config != StreamConfig.Nested || s.S2S)),
        new("EATS", "full ATS, but S2S is set", static s => s.Eats == 0b01 && s.HasStage2 && s.S2S),
    ];

    public bool V => D0.Bit(0);

    public StreamConfig Config => D0.Bit(3) ? (StreamConfig)D0.Field(3, 1) : StreamConfig.Abort;

    public bool HasStage1 => Config is StreamConfig.Stage1 or StreamConfig.Nested;

    public bool HasStage2 => Config is StreamConfig.Stage2 or StreamConfig.Nested;

    /// <summary>0 linear, 1 two levels with 4 KiB leaves, 2 two levels with 64 KiB leaves; 3 behaves as 0.</summary>
    public int S1Fmt => (int)D0.Field(5, 4);

    /// <summary>An IPA under stage 2, else physical.</summary>
    public ulong S1ContextPtr => D0.Field(51, 6) << 6;

    /// <summary>log2 of the number of context descriptors.</summary>
    public int S1CdMax => (int)D0.Field(63, 59);

    public DefaultSubstream S1Dss => D1.Field(1, 0) == 3 ? DefaultSubstream.Terminate : (DefaultSubstream)D1.Field(1, 0);

    /// <summary>Answers to page requests for which there is no room have the PASID of the request.</summary>
    public bool Ppar => D1.Bit(18);

    /// <summary>Stage 1 may not stall.</summary>
    public bool S1Stalld => D1.Bit(27);

    /// <summary>0 no ATS, 1 full, 2 split-stage; 3 behaves as 0 without a device permission table.</summary>
    public int Eats => (int)D1.Field(29, 28);

    public int Strw => (int)D1.Field(31, 30);

    /// <summary>0b10 unprivileged, 0b11 privileged, else what the transaction says.</summary>
    public int PrivCfg => (int)D1.Field(49, 48);

    /// <summary>0b10 data, 0b11 instruction, else what the transaction says.</summary>
    public int InstCfg => (int)D1.Field(51, 50);

    /// <summary>It makes something else of a transaction's privilege or kind of access, PRIVCFG, INSTCFG, or that there is no EL0.</summary>
    public bool HasOverrides => D1.Field(51, 48) != 0 || IsEl2;

    public int S2Vmid => (int)D2.Field(15, 0);

    public int S2T0Sz => (int)D2.Field(37, 32);

    public int S2Sl0 => (int)D2.Field(39, 38);

    /// <summary>0 is 4 KiB, 1 is 64 KiB, 2 is 16 KiB.</summary>
    public int S2Tg => (int)D2.Field(47, 46);

    public int S2Ps => (int)D2.Field(50, 48);

    public bool S2Aa64 => D2.Bit(51);

    public bool S2Endi => D2.Bit(52);

    /// <summary>Stage 2 takes no Access flag faults.</summary>
    public bool S2Affd => D2.Bit(53);

    public bool S2Ptw => D2.Bit(54);

    public bool S2Hd => D2.Bit(55);

    public bool S2Ha => D2.Bit(56);

    /// <summary>Stage-2 faults stall.</summary>
    public bool S2S => D2.Bit(57);

    /// <summary>Stage-2 faults are recorded.</summary>
    public bool S2R => D2.Bit(58);

    public ulong S2Ttb => D3.Field(51, 4) << 4;

    /// <summary>SMMU_CR2.E2H when the entry was read, which is kept with it.</summary>
    public bool E2h { get; init; }

    /// <summary>Stage 1 is of EL2's kind: one range, no ASID. Stage 2 makes it EL1's.</summary>
    public bool IsEl2 => Config == StreamConfig.Stage1 && Strw == El2StreamWorld && !E2h;

    /// <summary>Stage 1 is of the kind of EL2 with E2H: two ranges and ASIDs, as EL1's, but apart from it.</summary>
    public bool IsHost => Config == StreamConfig.Stage1 && Strw == El2StreamWorld && E2h;

    /// <summary>S2VMID where translations are tagged with it, which those of both of EL2's kinds are not.</summary>
    public int Vmid => IsEl2 || IsHost ? 0 : S2Vmid;

    /// <summary>What of ATS the stream may use.</summary>
    /// <param name="checks">SMMU_CR0.ATSCHK.</param>
    public EndpointTranslation Ats(bool checks) => !HasStage1 && !HasStage2 ? EndpointTranslation.Disabled : Eats switch
    {
        0b01 => EndpointTranslation.Full,
        0b10 when checks => EndpointTranslation.Split,
        _ => EndpointTranslation.Disabled,
    };

    /// <summary>The rule that makes it ILLEGAL, or null.</summary>
    public ValidityRule<StreamTableEntry>? Broken
    {
        get
        {
            StreamTableEntry ste = this;
            return Array.Find(Rules, r => r.IsBroken(ste));
        }
    }

    /// <summary>Stage 2 as the walker takes it, with VMID [7:0]; the VMID is a tag also where stage 2 is off.</summary>
    public Stage2Setup Stage2 => new()
    {
        Enabled = HasStage2,
        Vmid = (byte)Vmid,
        Base = S2Ttb,
        SizeField = S2T0Sz,
        StartLevelField = S2Sl0,
        Granule = S2Tg == 1 ? Granule.Size64KiB : Granule.Size4KiB,
        OutputBits = OutputBits(S2Ps),
        BigEndian = S2Endi,
        ProtectedTableWalk = S2Ptw,
        AccessFlagFaultDisabled = S2Affd,
    };

    /// <summary>What IPS and S2PS stand for: no more than the SMMU has.</summary>
    public static int OutputBits(int field) => field > 1 ? Features.AddressBits : 32 + (field * 4);

    public static StreamTableEntry From(ReadOnlySpan<ulong> words) => new(words[0], words[1], words[2], words[3]);

    /// <summary>Names of all rules that it breaks.</summary>
    public string[] BrokenRules()
    {
        StreamTableEntry ste = this;
        return [.. Rules.Where(r => r.IsBroken(ste)).Select(static r => $"{r.Field}: {r.Why}")];
    }
}
