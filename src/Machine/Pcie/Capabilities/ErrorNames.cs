using System.Collections.Generic;

namespace GdbHost.Machine.Pcie.Capabilities;

/// <summary>Names of errors, as QEMU's pcie_aer_inject_error takes them, and their bits in the status registers.</summary>
internal static class ErrorNames
{
    public static readonly IReadOnlyList<(string Name, bool IsCorrectable, int Bit)> Table =
    [
        ("DLP", false, 4),
        ("SDN", false, 5),
        ("POISON_TLP", false, 12),
        ("FCP", false, 13),
        ("COMP_TIME", false, 14),
        ("COMP_ABORT", false, 15),
        ("UNX_COMP", false, 16),
        ("RX_OVER", false, 17),
        ("MALF_TLP", false, 18),
        ("ECRC", false, 19),
        ("UNSUP", false, 20),
        ("ACSV", false, 21),
        ("INTN", false, 22),
        ("MCBTLP", false, 23),
        ("ATOP_EBLOCKED", false, 24),
        ("TLP_PRF_BLOCKED", false, 25),
        ("RCVR", true, 0),
        ("BAD_TLP", true, 6),
        ("BAD_DLLP", true, 7),
        ("REP_ROLL", true, 8),
        ("REP_TIMER", true, 12),
        ("ADV_NONFATAL", true, 13),
        ("INTERNAL", true, 14),
        ("HL_OVERFLOW", true, 15),
    ];
}
