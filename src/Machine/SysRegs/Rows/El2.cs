using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>Registers of EL2 (DDI 0487, AArch64 System register descriptions; reset values from DDI 0500).</summary>
internal static class El2
{
    /// <summary>SCTLR_EL2 after reset: its RES1 bits and SA.</summary>
    private const ulong SctlrReset = 0x30c5_0838;

    /// <summary>T0 to T15 without T4 and T14.</summary>
    private const ulong HstrBits = 0xbfef;

    /// <summary>TBI, PS, TG0, SH0, ORGN0, IRGN0, T0SZ, and RES1 bits as written.</summary>
    private const ulong TcrBits = 0x8097_ff3f;

    /// <summary>PS to T0SZ, and RES1 bit 31 as written.</summary>
    private const ulong VtcrBits = 0x8007_ffff;

    private const ulong TtbrBits = 0x0000_ffff_ffff_fffe;

    /// <summary>VMID of 8 bits and BADDR.</summary>
    private const ulong VttbrBits = 0x00ff_ffff_ffff_fffe;

    /// <summary>FIPA.</summary>
    private const ulong HpfarBits = 0x0000_00ff_ffff_fff0;

    /// <summary>Aff3, U, MT and Aff2 to Aff0.</summary>
    private const ulong MpidrBits = 0xff_41ff_ffff;

    /// <summary>HPMN after reset: all six counters belong to EL1.</summary>
    private const ulong MdcrReset = 6;

    public static readonly SysReg[] Rows =
    [
        new("VPIDR_EL2", new(3, 4, 0, 0, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.VpidrEl2,
            Writable = El1.LowWord,
            ResetFrom = static h => h.Identity.MidrEl1,
        },
        new("VMPIDR_EL2", new(3, 4, 0, 0, 5), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.VmpidrEl2,
            Writable = MpidrBits,
            ResetFrom = static h => h.Identity.MpidrEl1,
        },
        new("SCTLR_EL2", new(3, 4, 1, 0, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.SctlrEl2,
            Writable = Sctlr.WritableEl2,
            Reset = SctlrReset,
            Effects = SysRegEffects.Translation | SysRegEffects.DerivedState,
        },
        new("ACTLR_EL2", new(3, 4, 1, 0, 1), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.ActlrEl2,
            Writable = ImplementationDefined.ActlrBits,
        },
        new("HCR_EL2", new(3, 4, 1, 1, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.HcrEl2,
            Reset = HcrEl2.RegisterWidth,
            OnWrite = static (h, v) => h.Registers[Sr.HcrEl2] = HcrEl2.Written(v, h.Identity.HasEl3),
            Effects = SysRegEffects.Translation | SysRegEffects.DerivedState | SysRegEffects.Interrupts,
        },
        new("MDCR_EL2", new(3, 4, 1, 1, 1), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.MdcrEl2,
            Writable = MdcrEl2.Writable,
            Reset = MdcrReset,
            TrapWhen = Debug.HypervisorDebugControl,
            Effects = SysRegEffects.DerivedState,
        },
        new("CPTR_EL2", new(3, 4, 1, 1, 2), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.CptrEl2,
            Writable = Cptr.Writable,
            Reset = Cptr.Res1El2,
            TrapWhen = Traps.FeatureTraps,
            Effects = SysRegEffects.DerivedState,
        },
        new("HSTR_EL2", new(3, 4, 1, 1, 3), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.HstrEl2, Writable = HstrBits },
        new("HACR_EL2", new(3, 4, 1, 1, 7), ExceptionLevel.El2, ExceptionLevel.El2),
        new("TTBR0_EL2", new(3, 4, 2, 0, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.Ttbr0El2,
            Writable = TtbrBits,
            Effects = SysRegEffects.Translation,
        },
        new("TCR_EL2", new(3, 4, 2, 0, 2), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.TcrEl2,
            Writable = TcrBits,
            Effects = SysRegEffects.Translation,
        },
        new("VTTBR_EL2", new(3, 4, 2, 1, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.VttbrEl2,
            Writable = VttbrBits,
            Effects = SysRegEffects.Translation,
        },
        new("VTCR_EL2", new(3, 4, 2, 1, 2), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.VtcrEl2,
            Writable = VtcrBits,
            Effects = SysRegEffects.Translation,
        },
        new("SPSR_EL2", new(3, 4, 4, 0, 0), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.SpsrEl2, Writable = El1.SpsrBits },
        new("ELR_EL2", new(3, 4, 4, 0, 1), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.ElrEl2 },
        new("SP_EL1", new(3, 4, 4, 1, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            OnRead = static h => h.State.ReadStackPointer(ExceptionLevel.El1),
            OnWrite = static (h, v) => h.State.WriteStackPointer(ExceptionLevel.El1, v),
        },
        new("AFSR0_EL2", new(3, 4, 5, 1, 0), ExceptionLevel.El2, ExceptionLevel.El2),
        new("AFSR1_EL2", new(3, 4, 5, 1, 1), ExceptionLevel.El2, ExceptionLevel.El2),
        new("ESR_EL2", new(3, 4, 5, 2, 0), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.EsrEl2, Writable = El1.LowWord },
        new("FAR_EL2", new(3, 4, 6, 0, 0), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.FarEl2 },
        new("HPFAR_EL2", new(3, 4, 6, 0, 4), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.HpfarEl2, Writable = HpfarBits },
        new("MAIR_EL2", new(3, 4, 10, 2, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.MairEl2,
            Effects = SysRegEffects.Translation,
        },
        new("AMAIR_EL2", new(3, 4, 10, 3, 0), ExceptionLevel.El2, ExceptionLevel.El2),
        new("VBAR_EL2", new(3, 4, 12, 0, 0), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.VbarEl2, Writable = El1.VectorBaseBits },
        new("RVBAR_EL2", new(3, 4, 12, 0, 1), ExceptionLevel.El2, null) { TrapWhen = Traps.OnlyIfHighestIsEl2 },
        new("RMR_EL2", new(3, 4, 12, 0, 2), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            TrapWhen = Traps.OnlyIfHighestIsEl2,
            OnRead = static _ => El1.ResetIntoAarch64,
            OnWrite = static (h, v) => El1.RequestReset(h, v),
        },
        new("TPIDR_EL2", new(3, 4, 13, 0, 2), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.TpidrEl2 },

        // The state of AArch32 at EL1. Without AArch32 these could be UNDEFINED; they are kept as plain storage, because
        // hypervisors written for Cortex-A53 save and restore them unasked.
        new("DACR32_EL2", new(3, 4, 3, 0, 0), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.Dacr32El2, Writable = El1.LowWord },
        new("IFSR32_EL2", new(3, 4, 5, 0, 1), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.Ifsr32El2, Writable = El1.LowWord },
        new("FPEXC32_EL2", new(3, 4, 5, 3, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.Fpexc32El2,
            Writable = El1.LowWord,
            TrapWhen = Traps.FloatingPoint,
        },
        new("SPSR_irq", new(3, 4, 4, 3, 0), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.SpsrIrq, Writable = El1.LowWord },
        new("SPSR_abt", new(3, 4, 4, 3, 1), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.SpsrAbt, Writable = El1.LowWord },
        new("SPSR_und", new(3, 4, 4, 3, 2), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.SpsrUnd, Writable = El1.LowWord },
        new("SPSR_fiq", new(3, 4, 4, 3, 3), ExceptionLevel.El2, ExceptionLevel.El2) { Place = Sr.SpsrFiq, Writable = El1.LowWord },
    ];
}
