using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs;

/// <summary>
/// The values that tell software what the core is. Those of the AArch32 view (ID_ISARn, MVFRn and so on) are
/// not here: without AArch32 they are UNKNOWN, and read as zero.
/// </summary>
[NotState("fixed")]
internal sealed record CoreIdentity
{
    public required string Name { get; init; }

    public required ulong MidrEl1 { get; init; }

    public required ulong MpidrEl1 { get; init; }

    public required ulong RevidrEl1 { get; init; }

    public required ulong IdAa64pfr0El1 { get; init; }

    public required ulong IdAa64dfr0El1 { get; init; }

    public required ulong IdAa64isar0El1 { get; init; }

    public required ulong IdAa64mmfr0El1 { get; init; }

    public required ulong CtrEl0 { get; init; }

    public required ulong DczidEl0 { get; init; }

    public required ulong ClidrEl1 { get; init; }

    /// <summary>CCSIDR_EL1 by CSSELR_EL1: level 1 data, level 1 instruction, level 2.</summary>
    public required ulong[] CcsidrEl1 { get; init; }

    public required ulong PmcrEl0 { get; init; }

    /// <summary>CBAR_EL1: where the GIC is.</summary>
    public required ulong CbarEl1 { get; init; }

    public required int CoreCount { get; init; }

    public required bool HasEl2 { get; init; }

    public required bool HasEl3 { get; init; }
}
