using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// Cortex-A53 r0p4 as data (DDI 0500, AArch64 register summary; checked against QEMU 7.2). One departure,
/// because it is not built: no Exception level has AArch32 (ID_AA64PFR0_EL1 says 1 where a real A53 says 2, and the
/// AArch32 feature registers read as zero).
/// </summary>
internal static class CortexA53
{
    private const ulong El0AndEl1Aarch64 = 0x11;
    private const ulong El2Aarch64 = 0x100;
    private const ulong El3Aarch64 = 0x1000;

    /// <summary>ID_AA64PFR0_EL1.GIC.</summary>
    private const ulong GicSystemRegisters = 0x100_0000;

    /// <summary>MPIDR_EL1.RES1.</summary>
    private const ulong MpidrRes1 = 1UL << 31;

    /// <summary>The values of one core of the cluster.</summary>
    public static CoreIdentity Identify(CoreConfiguration configuration) => new()
    {
        Name = "cortex-a53",
        MidrEl1 = 0x410f_d034,
        MpidrEl1 = MpidrRes1 | configuration.Affinity,
        RevidrEl1 = 0,
        IdAa64pfr0El1 = El0AndEl1Aarch64 | (configuration.HasEl2 ? El2Aarch64 : 0) | (configuration.HasEl3 ? El3Aarch64 : 0)
            | (configuration.HasGicV3 ? GicSystemRegisters : 0),
        IdAa64dfr0El1 = 0x1030_5106,
        IdAa64isar0El1 = 0x0001_1120,
        IdAa64mmfr0El1 = 0x0000_1122,
        CtrEl0 = 0x8444_8004,
        DczidEl0 = 4,
        ClidrEl1 = 0x0a20_0023,
        CcsidrEl1 = [0x700f_e01a, 0x201f_e00a, 0x707f_e07a],
        PmcrEl0 = 0x4103_3000,
        CbarEl1 = 0x0800_0000,
        CoreCount = configuration.CoreCount,
        HasEl2 = configuration.HasEl2,
        HasEl3 = configuration.HasEl3,
    };
}
