using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>
/// IMPLEMENTATION DEFINED registers of Cortex-A53 (DDI 0500, AArch64 IMPLEMENTATION DEFINED registers). What they
/// control has no effect here; they keep what is written, so that firmware finds its own settings again. EL1 may
/// write them whatever ACTLR_EL2 and ACTLR_EL3 say, as on QEMU: no firmware runs that would set those first.
/// </summary>
internal static class ImplementationDefined
{
    /// <summary>Write access for lower levels: L2ACTLR, L2ECTLR, L2CTLR, CPUECTLR, CPUACTLR.</summary>
    public const ulong ActlrBits = 0x73;

    private const int CoreCountShift = 24;

    public static readonly SysReg[] Rows =
    [
        new("L2CTLR_EL1", new(3, 1, 11, 0, 2), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            // Two bits hold the number of cores minus one; larger clusters saturate, as on QEMU.
            OnRead = static h => (ulong)(h.Identity.CoreCount > 4 ? 3 : h.Identity.CoreCount - 1) << CoreCountShift,
        },
        new("L2ECTLR_EL1", new(3, 1, 11, 0, 3), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.L2ectlrEl1 },
        new("L2ACTLR_EL1", new(3, 1, 15, 0, 0), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.L2actlrEl1 },
        new("CPUACTLR_EL1", new(3, 1, 15, 2, 0), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.CpuactlrEl1 },
        new("CPUECTLR_EL1", new(3, 1, 15, 2, 1), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.CpuectlrEl1 },
        new("CPUMERRSR_EL1", new(3, 1, 15, 2, 2), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.CpumerrsrEl1 },
        new("L2MERRSR_EL1", new(3, 1, 15, 2, 3), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.L2merrsrEl1 },
        new("CBAR_EL1", new(3, 1, 15, 3, 0), ExceptionLevel.El1, null) { OnRead = static h => h.Identity.CbarEl1 },
    ];
}
