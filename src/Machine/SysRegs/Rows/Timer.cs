using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>Registers of the generic timer (DDI 0487, Generic Timer registers).</summary>
internal static class Timer
{
    /// <summary>62.5 MHz, as on QEMU's virt board.</summary>
    private const ulong FrequencyHz = 62_500_000;

    public static readonly SysReg[] Rows =
    [
        new("CNTKCTL_EL1", new(3, 0, 14, 1, 0), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.CntkctlEl1,
            Writable = CntkctlEl1.Writable,
        },
        new("CNTFRQ_EL0", new(3, 3, 14, 0, 0), ExceptionLevel.El0, ExceptionLevel.El1)
        {
            Place = Sr.CntfrqEl0,
            Writable = El1.LowWord,
            Reset = FrequencyHz,
            TrapWhen = Frequency,
        },
        new("CNTPCT_EL0", new(3, 3, 14, 0, 1), ExceptionLevel.El0, null)
        {
            TrapWhen = PhysicalCounter,
            OnRead = static h => h.Timers.PhysicalCount,
        },
        new("CNTVCT_EL0", new(3, 3, 14, 0, 2), ExceptionLevel.El0, null)
        {
            TrapWhen = static a => FromEl0(a, Kernel(a).El0Vcten),
            OnRead = static h => h.Timers.VirtualCount,
        },
        TimerValue("CNTP_TVAL_EL0", new(3, 3, 14, 2, 0), ExceptionLevel.El0, TimerKind.Physical, PhysicalTimer),
        Control("CNTP_CTL_EL0", new(3, 3, 14, 2, 1), ExceptionLevel.El0, TimerKind.Physical, PhysicalTimer),
        Compare("CNTP_CVAL_EL0", new(3, 3, 14, 2, 2), ExceptionLevel.El0, TimerKind.Physical, PhysicalTimer),
        TimerValue("CNTV_TVAL_EL0", new(3, 3, 14, 3, 0), ExceptionLevel.El0, TimerKind.Virtual, VirtualTimer),
        Control("CNTV_CTL_EL0", new(3, 3, 14, 3, 1), ExceptionLevel.El0, TimerKind.Virtual, VirtualTimer),
        Compare("CNTV_CVAL_EL0", new(3, 3, 14, 3, 2), ExceptionLevel.El0, TimerKind.Virtual, VirtualTimer),
        new("CNTVOFF_EL2", new(3, 4, 14, 0, 3), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.CntvoffEl2,
            OnWrite = static (h, v) =>
            {
                h.Registers[Sr.CntvoffEl2] = v;
                h.Timers.OffsetChanged();
            },
        },
        new("CNTHCTL_EL2", new(3, 4, 14, 1, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.CnthctlEl2,
            Writable = CnthctlEl2.Writable,
            Reset = CnthctlEl2.NothingTrapped,
        },
        TimerValue("CNTHP_TVAL_EL2", new(3, 4, 14, 2, 0), ExceptionLevel.El2, TimerKind.Hypervisor, null),
        Control("CNTHP_CTL_EL2", new(3, 4, 14, 2, 1), ExceptionLevel.El2, TimerKind.Hypervisor, null),
        Compare("CNTHP_CVAL_EL2", new(3, 4, 14, 2, 2), ExceptionLevel.El2, TimerKind.Hypervisor, null),
        TimerValue("CNTPS_TVAL_EL1", new(3, 7, 14, 2, 0), ExceptionLevel.El1, TimerKind.Secure, SecureTimer),
        Control("CNTPS_CTL_EL1", new(3, 7, 14, 2, 1), ExceptionLevel.El1, TimerKind.Secure, SecureTimer),
        Compare("CNTPS_CVAL_EL1", new(3, 7, 14, 2, 2), ExceptionLevel.El1, TimerKind.Secure, SecureTimer),
    ];

    private static SysReg TimerValue(string name, SysRegId id, ExceptionLevel level, TimerKind kind, TrapRule? trap) =>
        new(name, id, level, level)
        {
            TrapWhen = trap,
            OnRead = h => h.Timers.ReadTimerValue(kind),
            OnWrite = (h, v) => h.Timers.WriteTimerValue(kind, v),
        };

    private static SysReg Control(string name, SysRegId id, ExceptionLevel level, TimerKind kind, TrapRule? trap) =>
        new(name, id, level, level)
        {
            TrapWhen = trap,
            OnRead = h => h.Timers.ReadControl(kind),
            OnWrite = (h, v) => h.Timers.WriteControl(kind, v),
        };

    private static SysReg Compare(string name, SysRegId id, ExceptionLevel level, TimerKind kind, TrapRule? trap) =>
        new(name, id, level, level)
        {
            TrapWhen = trap,
            OnRead = h => h.Timers.ReadCompare(kind),
            OnWrite = (h, v) => h.Timers.WriteCompare(kind, v),
        };

    private static CntkctlEl1 Kernel(SysRegAccess a) => a.Registers.Read<CntkctlEl1>();

    private static Trap FromEl0(SysRegAccess a, bool allowed) =>
        a.AtEl0 && !allowed ? Trap.To(ExceptionLevel.El1) : Trap.None;

    /// <summary>EL0 reads CNTFRQ_EL0 if it may read a counter; only the highest level writes it.</summary>
    private static Trap Frequency(SysRegAccess a)
    {
        CoreIdentity core = a.Host.Identity;
        ExceptionLevel highest = core.HasEl3 ? ExceptionLevel.El3 : core.HasEl2 ? ExceptionLevel.El2 : ExceptionLevel.El1;
        return a.IsWrite && a.Level != highest ? Trap.Undefined : FromEl0(a, Kernel(a).El0Pcten || Kernel(a).El0Vcten);
    }

    private static Trap PhysicalCounter(SysRegAccess a) => Then(FromEl0(a, Kernel(a).El0Pcten), a, static c => c.El1Pcten);

    private static Trap PhysicalTimer(SysRegAccess a) => Then(FromEl0(a, Kernel(a).El0Pten), a, static c => c.El1Pcen);

    private static Trap VirtualTimer(SysRegAccess a) => FromEl0(a, Kernel(a).El0Vten);

    /// <summary>CNTPS belongs to EL3, which may lend it to Secure EL1 by SCR_EL3.ST.</summary>
    private static Trap SecureTimer(SysRegAccess a)
    {
        if (a.Level == ExceptionLevel.El3)
        {
            return Trap.None;
        }

        bool lendable = a.Host.Identity.HasEl3 && a.Level == ExceptionLevel.El1 && a.Host.Secure;
        return !lendable ? Trap.Undefined : a.Registers.Read<ScrEl3>().St ? Trap.None : Trap.To(ExceptionLevel.El3);
    }

    /// <summary>After the control of EL1, that of EL2, which holds for EL0 and EL1.</summary>
    private static Trap Then(Trap first, SysRegAccess a, Func<CnthctlEl2, bool> allowed) =>
        first.Happens || !a.BelowEl2 || !a.Host.El2Enabled || allowed(a.Registers.Read<CnthctlEl2>())
            ? first
            : Trap.To(ExceptionLevel.El2);
}
