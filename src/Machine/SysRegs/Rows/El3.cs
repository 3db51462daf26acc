using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>Registers of EL3 (DDI 0487, AArch64 System register descriptions; reset values from DDI 0500).</summary>
internal static class El3
{
    /// <summary>TBI, PS, TG0, SH0, ORGN0, IRGN0, T0SZ, and RES1 bits as written.</summary>
    private const ulong TcrBits = 0x8097_ff3f;

    private const ulong TtbrBits = 0x0000_ffff_ffff_fffe;

    /// <summary>SUNIDEN and SUIDEN.</summary>
    private const ulong SderBits = 3;

    public static readonly SysReg[] Rows =
    [
        new("SCTLR_EL3", new(3, 6, 1, 0, 0), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            Place = Sr.SctlrEl3,
            Writable = Sctlr.WritableEl2,
            Reset = El1.SctlrReset,
            Effects = SysRegEffects.Translation | SysRegEffects.DerivedState,
        },
        new("ACTLR_EL3", new(3, 6, 1, 0, 1), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            Place = Sr.ActlrEl3,
            Writable = ImplementationDefined.ActlrBits,
        },
        new("SCR_EL3", new(3, 6, 1, 1, 0), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            Place = Sr.ScrEl3,
            Writable = ScrEl3.Writable,
            Reset = ScrEl3.Res1 | ScrEl3.RegisterWidth,
            Effects = SysRegEffects.Translation | SysRegEffects.DerivedState | SysRegEffects.Interrupts,
        },
        new("SDER32_EL3", new(3, 6, 1, 1, 1), ExceptionLevel.El3, ExceptionLevel.El3) { Place = Sr.SderEl3, Writable = SderBits },
        new("CPTR_EL3", new(3, 6, 1, 1, 2), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            Place = Sr.CptrEl3,
            Writable = Cptr.Writable,
            Effects = SysRegEffects.DerivedState,
        },
        new("MDCR_EL3", new(3, 6, 1, 3, 1), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            Place = Sr.MdcrEl3,
            Writable = MdcrEl3.Writable,
            Effects = SysRegEffects.DerivedState,
        },
        new("TTBR0_EL3", new(3, 6, 2, 0, 0), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            Place = Sr.Ttbr0El3,
            Writable = TtbrBits,
            Effects = SysRegEffects.Translation,
        },
        new("TCR_EL3", new(3, 6, 2, 0, 2), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            Place = Sr.TcrEl3,
            Writable = TcrBits,
            Effects = SysRegEffects.Translation,
        },
        new("SPSR_EL3", new(3, 6, 4, 0, 0), ExceptionLevel.El3, ExceptionLevel.El3) { Place = Sr.SpsrEl3, Writable = El1.SpsrBits },
        new("ELR_EL3", new(3, 6, 4, 0, 1), ExceptionLevel.El3, ExceptionLevel.El3) { Place = Sr.ElrEl3 },
        new("SP_EL2", new(3, 6, 4, 1, 0), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            OnRead = static h => h.State.ReadStackPointer(ExceptionLevel.El2),
            OnWrite = static (h, v) => h.State.WriteStackPointer(ExceptionLevel.El2, v),
        },
        new("AFSR0_EL3", new(3, 6, 5, 1, 0), ExceptionLevel.El3, ExceptionLevel.El3),
        new("AFSR1_EL3", new(3, 6, 5, 1, 1), ExceptionLevel.El3, ExceptionLevel.El3),
        new("ESR_EL3", new(3, 6, 5, 2, 0), ExceptionLevel.El3, ExceptionLevel.El3) { Place = Sr.EsrEl3, Writable = El1.LowWord },
        new("FAR_EL3", new(3, 6, 6, 0, 0), ExceptionLevel.El3, ExceptionLevel.El3) { Place = Sr.FarEl3 },
        new("MAIR_EL3", new(3, 6, 10, 2, 0), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            Place = Sr.MairEl3,
            Effects = SysRegEffects.Translation,
        },
        new("AMAIR_EL3", new(3, 6, 10, 3, 0), ExceptionLevel.El3, ExceptionLevel.El3),
        new("VBAR_EL3", new(3, 6, 12, 0, 0), ExceptionLevel.El3, ExceptionLevel.El3) { Place = Sr.VbarEl3, Writable = El1.VectorBaseBits },
        new("RVBAR_EL3", new(3, 6, 12, 0, 1), ExceptionLevel.El3, null),
        new("RMR_EL3", new(3, 6, 12, 0, 2), ExceptionLevel.El3, ExceptionLevel.El3)
        {
            OnRead = static _ => El1.ResetIntoAarch64,
            OnWrite = static (h, v) => El1.RequestReset(h, v),
        },
        new("TPIDR_EL3", new(3, 6, 13, 0, 2), ExceptionLevel.El3, ExceptionLevel.El3) { Place = Sr.TpidrEl3 },
    ];
}
