using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs;

/// <summary>Trap rules that several registers share (DDI 0487, Configurable instruction enables and disables, and trap controls).</summary>
internal static class Traps
{
    /// <summary>HCR_EL2.TVM and TRVM: the virtual memory registers of EL1.</summary>
    public static Trap VirtualMemory(SysRegAccess a) => ToEl2(a, a.IsWrite ? a.Hcr.Tvm : a.Hcr.Trvm);

    /// <summary>HCR_EL2.TACR: ACTLR_EL1.</summary>
    public static Trap AuxiliaryControl(SysRegAccess a) => ToEl2(a, a.Hcr.Tacr);

    /// <summary>HCR_EL2.TID1: REVIDR_EL1 and AIDR_EL1.</summary>
    public static Trap IdGroup1(SysRegAccess a) => ToEl2(a, a.Hcr.Tid1);

    /// <summary>HCR_EL2.TID2: the cache identification registers.</summary>
    public static Trap IdGroup2(SysRegAccess a) => ToEl2(a, a.Hcr.Tid2);

    /// <summary>HCR_EL2.TID3: the feature registers.</summary>
    public static Trap IdGroup3(SysRegAccess a) => ToEl2(a, a.Hcr.Tid3);

    /// <summary>CTR_EL0: SCTLR_EL1.UCT, then HCR_EL2.TID2.</summary>
    public static Trap CacheType(SysRegAccess a) =>
        a.AtEl0 && !Sctlr(a).Uct ? Trap.To(ExceptionLevel.El1) : ToEl2(a, a.Hcr.Tid2, fromEl0: true);

    /// <summary>CPACR_EL1: TCPAC of CPTR_EL2 and CPTR_EL3.</summary>
    public static Trap FeatureAccess(SysRegAccess a) =>
        a.Level == ExceptionLevel.El1 && a.Host.El2Enabled && new Cptr(a.Registers[Sr.CptrEl2]).Tcpac
            ? Trap.To(ExceptionLevel.El2)
            : FeatureTraps(a);

    /// <summary>CPTR_EL2: TCPAC of CPTR_EL3.</summary>
    public static Trap FeatureTraps(SysRegAccess a) =>
        a.Level < ExceptionLevel.El3 && a.Host.Identity.HasEl3 && new Cptr(a.Registers[Sr.CptrEl3]).Tcpac
            ? Trap.To(ExceptionLevel.El3)
            : Trap.None;

    /// <summary>FPCR and FPSR: as FP instructions.</summary>
    public static Trap FloatingPoint(SysRegAccess a) => a.Host.FpTrap;

    /// <summary>DAIF at EL0: SCTLR_EL1.UMA.</summary>
    public static Trap InterruptMasks(SysRegAccess a) =>
        a.AtEl0 && !Sctlr(a).Uma ? Trap.To(ExceptionLevel.El1) : Trap.None;

    /// <summary>SP_EL0 is UNDEFINED while it is the stack pointer in use.</summary>
    public static Trap StackPointerInUse(SysRegAccess a) => a.Host.State.SpSel ? Trap.None : Trap.Undefined;

    /// <summary>RVBAR_ELx and RMR_ELx exist at the highest level only.</summary>
    public static Trap OnlyIfHighestIsEl1(SysRegAccess a) =>
        a.Host.Identity.HasEl2 || a.Host.Identity.HasEl3 ? Trap.Undefined : Trap.None;

    /// <summary>See <see cref="OnlyIfHighestIsEl1"/>.</summary>
    public static Trap OnlyIfHighestIsEl2(SysRegAccess a) => a.Host.Identity.HasEl3 ? Trap.Undefined : Trap.None;

    /// <summary>Cache maintenance by set and way: HCR_EL2.TSW.</summary>
    public static Trap CacheSetWay(SysRegAccess a) => ToEl2(a, a.Hcr.Tsw);

    /// <summary>Cache maintenance to the Point of Coherency: SCTLR_EL1.UCI, then HCR_EL2.TPC.</summary>
    public static Trap CacheToCoherency(SysRegAccess a) => UserCache(a) ?? ToEl2(a, a.Hcr.Tpc, fromEl0: true);

    /// <summary>Cache maintenance to the Point of Unification: SCTLR_EL1.UCI, then HCR_EL2.TPU.</summary>
    public static Trap CacheToUnification(SysRegAccess a) => UserCache(a) ?? ToEl2(a, a.Hcr.Tpu, fromEl0: true);

    /// <summary>DC ZVA: SCTLR_EL1.DZE, then HCR_EL2.TDZ.</summary>
    public static Trap ZeroBlock(SysRegAccess a) =>
        a.AtEl0 && !Sctlr(a).Dze ? Trap.To(ExceptionLevel.El1) : ToEl2(a, a.Hcr.Tdz, fromEl0: true);

    /// <summary>HCR_EL2.TTLB.</summary>
    public static Trap TlbMaintenance(SysRegAccess a) => ToEl2(a, a.Hcr.Ttlb);

    /// <summary>A trap to EL2 of what EL1 does; with <paramref name="fromEl0"/> also of what EL0 does.</summary>
    public static Trap ToEl2(SysRegAccess a, bool control, bool fromEl0 = false) =>
        control && (a.Level == ExceptionLevel.El1 || (fromEl0 && a.AtEl0)) ? Trap.To(ExceptionLevel.El2) : Trap.None;

    private static Trap? UserCache(SysRegAccess a) => a.AtEl0 && !Sctlr(a).Uci ? Trap.To(ExceptionLevel.El1) : null;

    private static Sctlr Sctlr(SysRegAccess a) => new(a.Registers[Sr.SctlrEl1]);
}
