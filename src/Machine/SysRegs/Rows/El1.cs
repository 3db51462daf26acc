using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>Registers of EL1 (DDI 0487, AArch64 System register descriptions).</summary>
internal static class El1
{
    /// <summary>SCTLR_EL1 and SCTLR_EL3 after reset (DDI 0500, SCTLR_EL1).</summary>
    public const ulong SctlrReset = 0x00c5_0838;

    /// <summary>NZCV, SS, IL, DAIF, M. The rest serves AArch32 or later architectures.</summary>
    public const ulong SpsrBits = 0xf030_03df;

    /// <summary>A vector base is a multiple of 2 KiB.</summary>
    public const ulong VectorBaseBits = ~0x7ffUL;

    public const ulong LowWord = 0xffff_ffff;

    /// <summary>RMR_ELx.AA64, RAO/WI: no other state is built.</summary>
    public const ulong ResetIntoAarch64 = 1;

    private const int ResetRequest = 1;

    /// <summary>TBI1, TBI0, AS, IPS; TG1 to EPD1, A1, T1SZ; TG0 to EPD0, T0SZ.</summary>
    private const ulong TcrBits = 0x77_ffff_ffbf;

    /// <summary>ASID and BADDR; CnP comes with Armv8.2.</summary>
    private const ulong TtbrBits = 0xffff_ffff_ffff_fffe;

    public static readonly SysReg[] Rows =
    [
        new("SCTLR_EL1", new(3, 0, 1, 0, 0), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.SctlrEl1,
            Writable = Sctlr.WritableEl1,
            Reset = SctlrReset,
            TrapWhen = Traps.VirtualMemory,
            Effects = SysRegEffects.Translation | SysRegEffects.DerivedState,
        },

        // IMPLEMENTATION DEFINED: Cortex-A53 (DDI 0500) has no bits in ACTLR_EL1, AFSR0_EL1, AFSR1_EL1 and AMAIR_EL1.
        new("ACTLR_EL1", new(3, 0, 1, 0, 1), ExceptionLevel.El1, ExceptionLevel.El1) { TrapWhen = Traps.AuxiliaryControl },
        new("CPACR_EL1", new(3, 0, 1, 0, 2), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.CpacrEl1,
            Writable = CpacrEl1.Writable,
            TrapWhen = Traps.FeatureAccess,
            Effects = SysRegEffects.DerivedState,
        },
        new("TTBR0_EL1", new(3, 0, 2, 0, 0), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.Ttbr0El1,
            Writable = TtbrBits,
            TrapWhen = Traps.VirtualMemory,
            Effects = SysRegEffects.Translation,
        },
        new("TTBR1_EL1", new(3, 0, 2, 0, 1), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.Ttbr1El1,
            Writable = TtbrBits,
            TrapWhen = Traps.VirtualMemory,
            Effects = SysRegEffects.Translation,
        },
        new("TCR_EL1", new(3, 0, 2, 0, 2), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.TcrEl1,
            Writable = TcrBits,
            TrapWhen = Traps.VirtualMemory,
            Effects = SysRegEffects.Translation,
        },
        new("SPSR_EL1", new(3, 0, 4, 0, 0), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.SpsrEl1, Writable = SpsrBits },
        new("ELR_EL1", new(3, 0, 4, 0, 1), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.ElrEl1 },
        new("SP_EL0", new(3, 0, 4, 1, 0), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            TrapWhen = Traps.StackPointerInUse,
            OnRead = static h => h.State.ReadStackPointer(ExceptionLevel.El0),
            OnWrite = static (h, v) => h.State.WriteStackPointer(ExceptionLevel.El0, v),
        },
        new("SPSel", new(3, 0, 4, 2, 0), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            OnRead = static h => h.State.SpSel ? 1UL : 0,
            OnWrite = static (h, v) => h.State.SpSel = v.Bit(0),
        },
        new("CurrentEL", new(3, 0, 4, 2, 2), ExceptionLevel.El1, null) { OnRead = static h => (ulong)h.State.Level << 2 },
        new("AFSR0_EL1", new(3, 0, 5, 1, 0), ExceptionLevel.El1, ExceptionLevel.El1) { TrapWhen = Traps.VirtualMemory },
        new("AFSR1_EL1", new(3, 0, 5, 1, 1), ExceptionLevel.El1, ExceptionLevel.El1) { TrapWhen = Traps.VirtualMemory },
        new("ESR_EL1", new(3, 0, 5, 2, 0), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.EsrEl1,
            Writable = LowWord,
            TrapWhen = Traps.VirtualMemory,
        },
        new("FAR_EL1", new(3, 0, 6, 0, 0), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.FarEl1, TrapWhen = Traps.VirtualMemory },
        new("PAR_EL1", new(3, 0, 7, 4, 0), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.ParEl1 },
        new("MAIR_EL1", new(3, 0, 10, 2, 0), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.MairEl1,
            TrapWhen = Traps.VirtualMemory,
            Effects = SysRegEffects.Translation,
        },
        new("AMAIR_EL1", new(3, 0, 10, 3, 0), ExceptionLevel.El1, ExceptionLevel.El1) { TrapWhen = Traps.VirtualMemory },
        new("VBAR_EL1", new(3, 0, 12, 0, 0), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.VbarEl1, Writable = VectorBaseBits },
        new("RVBAR_EL1", new(3, 0, 12, 0, 1), ExceptionLevel.El1, null) { TrapWhen = Traps.OnlyIfHighestIsEl1 },
        new("RMR_EL1", new(3, 0, 12, 0, 2), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            TrapWhen = Traps.OnlyIfHighestIsEl1,
            OnRead = static _ => ResetIntoAarch64,
            OnWrite = static (h, v) => RequestReset(h, v),
        },
        new("ISR_EL1", new(3, 0, 12, 1, 0), ExceptionLevel.El1, null) { OnRead = static h => h.State.PendingInterrupts },
        new("CONTEXTIDR_EL1", new(3, 0, 13, 0, 1), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.ContextidrEl1,
            TrapWhen = Traps.VirtualMemory,
            OnWrite = static (h, v) =>
            {
                h.Registers[Sr.ContextidrEl1] = v & LowWord;
                h.Performance.Count(PerformanceEvent.ContextIdWritten);
            },
            Effects = SysRegEffects.Debug,
        },
        new("TPIDR_EL1", new(3, 0, 13, 0, 4), ExceptionLevel.El1, ExceptionLevel.El1) { Place = Sr.TpidrEl1 },
    ];

    /// <summary>Writes RMR_ELx of the highest level.</summary>
    public static void RequestReset(ISystemRegisterHost h, ulong value)
    {
        if (value.Bit(ResetRequest))
        {
            h.State.RequestReset();
        }
    }
}
