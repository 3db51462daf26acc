using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>
/// The CPU interface of a GICv3 (IHI 0069, AArch64 System register descriptions), with five bits of priority and four list
/// registers as Cortex-A53 has them. An ICC register at EL1 is the ICV register of the same encoding where
/// HCR_EL2 routes interrupts to EL2. The memory-mapped interface does not exist, so SRE is RAO/WI at all levels.
/// </summary>
internal static class Gic
{
    private const int ListRegisters = 4;

    /// <summary>SRE, DFB and DIB: no bypass.</summary>
    private const ulong SystemRegisterEnable = 7;

    /// <summary>Enable: lower levels have the registers too.</summary>
    private const ulong LowerEnable = 8;

    public static readonly SysReg[] Rows = [.. Named().Concat(Lists()).Select(static r => r with { NeedsGicV3 = true })];

    private static SysReg[] Named() =>
    [
        Both("ICC_PMR_EL1", new(3, 0, 4, 6, 0), Common, Any, static v => v.PriorityMask, static (v, x) => v.PriorityMask = x),
        Take("ICC_IAR0_EL1", new(3, 0, 12, 8, 0), Group0, 0),
        WriteOnly("ICC_EOIR0_EL1", new(3, 0, 12, 8, 1), Group0, Fmo, static (v, x) => v.EndOfInterrupt(0, x)),
        ReadOnly("ICC_HPPIR0_EL1", new(3, 0, 12, 8, 2), Group0, Fmo, static v => v.HighestPending(0)),
        Both("ICC_BPR0_EL1", new(3, 0, 12, 8, 3), Group0, Fmo, static v => v.BinaryPoint(0), static (v, x) => v.SetBinaryPoint(0, x)),
        Both("ICC_AP0R0_EL1", new(3, 0, 12, 8, 4), Group0, Fmo, static v => v.ActivePriorities(0), static (v, x) => v.SetActivePriorities(0, x)),
        Both("ICC_AP1R0_EL1", new(3, 0, 12, 9, 0), Group1, Imo, static v => v.ActivePriorities(1), static (v, x) => v.SetActivePriorities(1, x)),
        WriteOnly("ICC_DIR_EL1", new(3, 0, 12, 11, 1), Deactivation, Any, static (v, x) => v.Deactivate(x)),
        ReadOnly("ICC_RPR_EL1", new(3, 0, 12, 11, 3), Common, Any, static v => v.RunningPriority),
        Sgi("ICC_SGI1R_EL1", new(3, 0, 12, 11, 5), SgiGroup.Group1),
        Sgi("ICC_ASGI1R_EL1", new(3, 0, 12, 11, 6), SgiGroup.OtherGroup1),
        Sgi("ICC_SGI0R_EL1", new(3, 0, 12, 11, 7), SgiGroup.Group0),
        Take("ICC_IAR1_EL1", new(3, 0, 12, 12, 0), Group1, 1),
        WriteOnly("ICC_EOIR1_EL1", new(3, 0, 12, 12, 1), Group1, Imo, static (v, x) => v.EndOfInterrupt(1, x)),
        ReadOnly("ICC_HPPIR1_EL1", new(3, 0, 12, 12, 2), Group1, Imo, static v => v.HighestPending(1)),
        Both("ICC_BPR1_EL1", new(3, 0, 12, 12, 3), Group1, Imo, static v => v.BinaryPoint(1), static (v, x) => v.SetBinaryPoint(1, x)),
        Both("ICC_CTLR_EL1", new(3, 0, 12, 12, 4), Common, Any, static v => v.Control, static (v, x) => v.Control = x),
        Fixed("ICC_SRE_EL1", new(3, 0, 12, 12, 5), ExceptionLevel.El1, SystemRegisterEnable),
        Both("ICC_IGRPEN0_EL1", new(3, 0, 12, 12, 6), Group0, Fmo, static v => v.GroupEnable(0), static (v, x) => v.SetGroupEnable(0, x)),
        Both("ICC_IGRPEN1_EL1", new(3, 0, 12, 12, 7), Group1, Imo, static v => v.GroupEnable(1), static (v, x) => v.SetGroupEnable(1, x)),
        Hypervisor("ICH_AP0R0_EL2", new(3, 4, 12, 8, 0), static g => g.Virtual.ActivePriorities(0), static (g, x) => g.Virtual.SetActivePriorities(0, x)),
        Hypervisor("ICH_AP1R0_EL2", new(3, 4, 12, 9, 0), static g => g.Virtual.ActivePriorities(1), static (g, x) => g.Virtual.SetActivePriorities(1, x)),
        Fixed("ICC_SRE_EL2", new(3, 4, 12, 9, 5), ExceptionLevel.El2, SystemRegisterEnable | LowerEnable),
        Hypervisor("ICH_HCR_EL2", new(3, 4, 12, 11, 0), static g => g.Hypervisor.Control.Raw, static (g, x) => g.Hypervisor.Control = new IchHcrEl2(x)),
        Hypervisor("ICH_VTR_EL2", new(3, 4, 12, 11, 1), static g => g.Hypervisor.Type),
        Hypervisor("ICH_MISR_EL2", new(3, 4, 12, 11, 2), static g => g.Hypervisor.Maintenance),
        Hypervisor("ICH_EISR_EL2", new(3, 4, 12, 11, 3), static g => g.Hypervisor.EndedEntries),
        Hypervisor("ICH_ELRSR_EL2", new(3, 4, 12, 11, 5), static g => g.Hypervisor.EmptyEntries),
        Hypervisor("ICH_VMCR_EL2", new(3, 4, 12, 11, 7), static g => g.Hypervisor.MachineControl, static (g, x) => g.Hypervisor.MachineControl = x),
        Monitor("ICC_CTLR_EL3", new(3, 6, 12, 12, 4), static g => g.ControlEl3, static (g, x) => g.ControlEl3 = x),
        Fixed("ICC_SRE_EL3", new(3, 6, 12, 12, 5), ExceptionLevel.El3, SystemRegisterEnable | LowerEnable),
        Monitor("ICC_IGRPEN1_EL3", new(3, 6, 12, 12, 7), static g => g.Group1EnableEl3, static (g, x) => g.Group1EnableEl3 = x),
    ];

    private static IEnumerable<SysReg> Lists() =>
        from n in Enumerable.Range(0, ListRegisters)
        select Hypervisor(
            $"ICH_LR{n}_EL2", new(3, 4, 12, 12, n), g => g.Hypervisor.ListRegister(n), (g, x) => g.Hypervisor.SetListRegister(n, x));

    private static SysReg Both(
        string name, SysRegId id, TrapRule trap, Func<HcrEl2, bool> isVirtual, Func<IGicView, ulong> read, Action<IGicView, ulong> write) =>
        new(name, id, ExceptionLevel.El1, ExceptionLevel.El1)
        {
            TrapWhen = trap,
            OnRead = h => read(View(h, isVirtual)),
            OnWrite = (h, x) => write(View(h, isVirtual), x),
            Effects = SysRegEffects.Interrupts,
        };

    private static SysReg ReadOnly(string name, SysRegId id, TrapRule trap, Func<HcrEl2, bool> isVirtual, Func<IGicView, ulong> read) =>
        new(name, id, ExceptionLevel.El1, null) { TrapWhen = trap, OnRead = h => read(View(h, isVirtual)) };

    private static SysReg WriteOnly(string name, SysRegId id, TrapRule trap, Func<HcrEl2, bool> isVirtual, Action<IGicView, ulong> write) =>
        new(name, id, null, ExceptionLevel.El1)
        {
            TrapWhen = trap,
            OnWrite = (h, x) => write(View(h, isVirtual), x),
            Effects = SysRegEffects.Interrupts,
        };

    private static SysReg Take(string name, SysRegId id, TrapRule trap, int group)
    {
        Func<HcrEl2, bool> isVirtual = group == 0 ? Fmo : Imo;
        return new(name, id, ExceptionLevel.El1, null)
        {
            TrapWhen = trap,
            OnRead = h => View(h, isVirtual).PeekAcknowledge(group),
            OnTake = h => View(h, isVirtual).Acknowledge(group),
            Effects = SysRegEffects.Interrupts,
        };
    }

    private static SysReg Sgi(string name, SysRegId id, SgiGroup group) =>
        new(name, id, null, ExceptionLevel.El1)
        {
            TrapWhen = Generation,
            OnWrite = (h, x) => h.Gic!.Send(group, x),
            Effects = SysRegEffects.Interrupts,
        };

    private static SysReg Fixed(string name, SysRegId id, ExceptionLevel level, ulong value) =>
        new(name, id, level, level) { Reset = value, OnWrite = static (_, _) => { } };

    private static SysReg Hypervisor(string name, SysRegId id, Func<IGicCpuInterface, ulong> read, Action<IGicCpuInterface, ulong>? write = null) =>
        OfLevel(ExceptionLevel.El2, name, id, read, write);

    private static SysReg Monitor(string name, SysRegId id, Func<IGicCpuInterface, ulong> read, Action<IGicCpuInterface, ulong> write) =>
        OfLevel(ExceptionLevel.El3, name, id, read, write);

    private static SysReg OfLevel(
        ExceptionLevel level, string name, SysRegId id, Func<IGicCpuInterface, ulong> read, Action<IGicCpuInterface, ulong>? write) =>
        new(name, id, level, write is null ? null : level)
        {
            OnRead = h => read(h.Gic!),
            OnWrite = write is null ? null : (h, x) => write(h.Gic!, x),
            Effects = write is null ? SysRegEffects.None : SysRegEffects.Interrupts,
        };

    private static IGicView View(ISystemRegisterHost host, Func<HcrEl2, bool> isVirtual) =>
        host.State.Level == ExceptionLevel.El1 && isVirtual(host.Hcr) ? host.Gic!.Virtual : host.Gic!.Physical;

    private static bool Imo(HcrEl2 hcr) => hcr.Imo;

    private static bool Fmo(HcrEl2 hcr) => hcr.Fmo;

    private static bool Any(HcrEl2 hcr) => hcr.Imo || hcr.Fmo;

    /// <summary>ICH_HCR_EL2.TALL0, then SCR_EL3.FIQ.</summary>
    private static Trap Group0(SysRegAccess a) =>
        Checked(a, static c => c.Tall0, static scr => scr.Fiq, Fmo);

    /// <summary>ICH_HCR_EL2.TALL1, then SCR_EL3.IRQ.</summary>
    private static Trap Group1(SysRegAccess a) =>
        Checked(a, static c => c.Tall1, static scr => scr.Irq, Imo);

    /// <summary>ICH_HCR_EL2.TC, then SCR_EL3.FIQ and IRQ together.</summary>
    private static Trap Common(SysRegAccess a) =>
        Checked(a, static c => c.Tc, static scr => scr.Fiq && scr.Irq, Any);

    /// <summary>ICC_DIR_EL1: also ICH_HCR_EL2.TDIR.</summary>
    private static Trap Deactivation(SysRegAccess a) =>
        Checked(a, static c => c.Tc || c.Tdir, static scr => scr.Fiq && scr.Irq, Any);

    /// <summary>SGIs have no virtual form: HCR_EL2.IMO and FMO trap.</summary>
    private static Trap Generation(SysRegAccess a) =>
        a.Level == ExceptionLevel.El1 && Any(a.Hcr) ? Trap.To(ExceptionLevel.El2) : Common(a);

    private static Trap Checked(SysRegAccess a, Func<IchHcrEl2, bool> toEl2, Func<ScrEl3, bool> toEl3, Func<HcrEl2, bool> isVirtual)
    {
        if (a.Level == ExceptionLevel.El1 && a.Host.El2Enabled && toEl2(a.Host.Gic!.Hypervisor.Control))
        {
            return Trap.To(ExceptionLevel.El2);
        }

        bool physical = a.Level == ExceptionLevel.El2 || (a.Level == ExceptionLevel.El1 && !isVirtual(a.Hcr));
        return physical && a.Host.Identity.HasEl3 && toEl3(a.Registers.Read<ScrEl3>()) ? Trap.To(ExceptionLevel.El3) : Trap.None;
    }
}
