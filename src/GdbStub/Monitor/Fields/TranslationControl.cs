namespace GdbHost.GdbStub.Monitor.Fields;

/// <summary>
/// Registers that control translation (DDI 0487, VTCR_EL2, VTTBR_EL2, TCR_ELx, SCTLR_ELx, HPFAR_EL2,
/// PAR_EL1).
/// </summary>
internal static class TranslationControl
{
    private static readonly string[] PhysicalSizes =
        ["32 bits, 4 GiB", "36 bits, 64 GiB", "40 bits, 1 TiB", "42 bits, 4 TiB", "44 bits, 16 TiB", "48 bits, 256 TiB"];

    private static readonly string[] Shareabilities = ["Non-shareable", "reserved", "Outer Shareable", "Inner Shareable"];

    private static readonly string[] Cacheabilities =
        ["Non-cacheable", "Write-Back Write-Allocate", "Write-Through", "Write-Back no Write-Allocate"];

    private static readonly string[] Granules = ["4 KiB", "64 KiB", "16 KiB", "reserved"];

    private static readonly string[] UpperGranules = ["reserved", "16 KiB", "4 KiB", "64 KiB"];

    private static readonly Field[] SystemControl =
    [
        new("EE", 25, 25, "data and walks are big-endian"),
        new("WXN", 19, 19, "writable memory is never executable"),
        new("I", 12, 12, "instruction cache enabled"),
        new("SA", 3, 3, "SP alignment is checked"),
        new("C", 2, 2, "data cache enabled"),
        new("A", 1, 1, "alignment is checked"),
        new("M", 0, 0, "stage 1 translation", "off", "on"),
    ];

    private static readonly Field[] ControlOfOneRange =
    [
        new("TBI", 20, 20, "top byte of addresses ignored"),
        new("PS", 18, 16, "physical address size", PhysicalSizes),
        new("TG0", 15, 14, "granule", Granules),
        new("SH0", 13, 12, "shareability of walks", Shareabilities),
        new("ORGN0", 11, 10, "outer cacheability of walks", Cacheabilities),
        new("IRGN0", 9, 8, "inner cacheability of walks", Cacheabilities),
        new("T0SZ", 5, 0, "the VA space has 64 minus this many bits"),
    ];

    public static readonly FieldTable[] Tables =
    [
        new("VTCR_EL2",
        [
            new("PS", 18, 16, "physical address size", PhysicalSizes),
            new("TG0", 15, 14, "granule", Granules),
            new("SH0", 13, 12, "shareability of walks", Shareabilities),
            new("ORGN0", 11, 10, "outer cacheability of walks", Cacheabilities),
            new("IRGN0", 9, 8, "inner cacheability of walks", Cacheabilities),
            new("SL0", 7, 6, "starting level with the 4 KiB granule", "2", "1", "0"),
            new("T0SZ", 5, 0, "the IPA space has 64 minus this many bits"),
        ]),
        new("VTTBR_EL2",
        [
            new("VMID", 55, 48, "virtual machine identifier"),
            new("BADDR", 47, 1, "stage 2 table base") { AddressShift = 1 },
        ]),
        new("HPFAR_EL2", [new("FIPA", 39, 4, "page of the faulting IPA") { AddressShift = 12 }]),
        new("TCR_EL2", ControlOfOneRange),
        new("TCR_EL3", ControlOfOneRange),
        new("TCR_EL1",
        [
            new("TBI1", 38, 38, "top byte of upper addresses ignored"),
            new("TBI0", 37, 37, "top byte of lower addresses ignored"),
            new("AS", 36, 36, "ASID size", "8 bits", "16 bits"),
            new("IPS", 34, 32, "intermediate physical address size", PhysicalSizes),
            new("TG1", 31, 30, "granule of upper addresses", UpperGranules),
            new("EPD1", 23, 23, "walks of TTBR1_EL1 are disabled"),
            new("A1", 22, 22, "the ASID comes from", "TTBR0_EL1", "TTBR1_EL1"),
            new("T1SZ", 21, 16, "the upper VA space has 64 minus this many bits"),
            new("TG0", 15, 14, "granule of lower addresses", Granules),
            new("EPD0", 7, 7, "walks of TTBR0_EL1 are disabled"),
            new("T0SZ", 5, 0, "the lower VA space has 64 minus this many bits"),
        ]),
        new("SCTLR_EL2", SystemControl),
        new("SCTLR_EL3", SystemControl),
        new("SCTLR_EL1",
        [
            new("UCI", 26, 26, "EL0 may do cache maintenance"),
            new("E0E", 24, 24, "EL0 data is big-endian"),
            new("UWXN", 20, 20, "memory writable at EL0 is never executable at EL1"),
            new("nTWE", 18, 18, "WFE of EL0 does not trap"),
            new("nTWI", 16, 16, "WFI of EL0 does not trap"),
            new("UCT", 15, 15, "EL0 may read CTR_EL0"),
            new("DZE", 14, 14, "EL0 may do DC ZVA"),
            new("SA0", 4, 4, "SP alignment of EL0 is checked"),
            .. SystemControl,
        ]),
        new("PAR_EL1", [new("F", 0, 0, "the address translation instruction", "succeeded", "failed")]),
    ];
}
