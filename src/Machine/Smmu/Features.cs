namespace GdbHost.Machine.Smmu;

/// <summary>
/// What this SMMU has, as its identification registers say it (IHI 0070, Arm System Memory Management Unit Architecture
/// Specification, SMMU_IDR0 to SMMU_IDR5). It is QEMU 7.2's, with more of the architecture and with the physical
/// address size and granules of the page-table walker that it shares with the cores.
/// </summary>
internal static class Features
{
    /// <summary>StreamIDs have this many bits: a StreamID is a Requester ID.</summary>
    public const int StreamIdBits = 16;

    /// <summary>SubstreamIDs have this many bits; a PASID that is wider names no substream.</summary>
    public const int SubstreamIdBits = 16;

    /// <summary>Transactions that can be stalled at once. One more ends as where stalling is off.</summary>
    public const int MostStalled = 64;

    /// <summary>log2 of the entries of the largest queue.</summary>
    public const int QueueBits = 19;

    /// <summary>Bits of an output address, OAS, and of an intermediate one, IAS.</summary>
    public const int AddressBits = Mmu.PageTableWalker.PhysicalBits;

    /// <summary>
    /// S2P, S1P, TTF = AArch64, COHACC, HYP, ATS, ASID16, MSI, SEV, PRI, VMID16, CD2L, TTENDIAN = both, STALL_MODEL = stall and terminate,
    /// TERM_MODEL = abort or RAZ/WI, ST_LEVEL = two-level, NS1ATS = split-stage ATS. Absent: ATOS, HTTU, BTM, VMW, ATSRECERR.
    /// </summary>
    public const uint Idr0 = (1u << 0) | (1u << 1) | (2u << 2) | (1u << 4) | (1u << 9) | (1u << 10) | (1u << 12) | (1u << 13) | (1u << 14)
        | (1u << 16) | (1u << 18) | (1u << 19) | (1u << 27);

    /// <summary>SIDSIZE, SSIDSIZE, PRIQS, EVENTQS, CMDQS, ATTR_PERMS_OVR.</summary>
    public const uint Idr1 = StreamIdBits | (SubstreamIdBits << 6) | (QueueBits << 11) | (QueueBits << 16) | (QueueBits << 21) | (1u << 26);

    /// <summary>HAD, RIL, BBML = 2.</summary>
    public const uint Idr3 = (1u << 2) | (1u << 10) | (2u << 11);

    /// <summary>OAS = 40 bits, GRAN4K, GRAN64K, STALL_MAX.</summary>
    public const uint Idr5 = 2 | (1u << 4) | (1u << 6) | (MostStalled << 16);

    /// <summary>SMMUv3.1.</summary>
    public const uint Aidr = 1;

    /// <summary>The features that are there and that are not, in words.</summary>
    public static readonly string[] InWords =
    [
        "stage 1 and stage 2, AArch64 tables, 4 KiB and 64 KiB granules, little and big endian, 40-bit output",
        "ASIDs and VMIDs of 16 bits, StreamIDs of 16 bits, SubstreamIDs of 16 bits",
        "two-level stream tables and context descriptor tables, EL2 and EL2-E2H stream worlds, range invalidation, MSIs",
        "faults terminate (abort or RAZ/WI) or stall; PCI Express functions are never stalled, but for those plugged in with stall=on",
        "ATS with full and split-stage translation, PRI, completion of CMD_SYNC by interrupt, message and event (WFE)",
        "no ATOS, hardware update of flags, broadcast TLB maintenance, Secure side",
    ];
}
