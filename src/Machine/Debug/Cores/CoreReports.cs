using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Debug.Cores;

/// <summary>Makes a <see cref="CoreReport"/> of a core as it is now.</summary>
internal static class CoreReports
{
    private const int EnableBit = 0;
    private const int MaskBit = 1;
    private const int StatusBit = 2;

    private static readonly (TimerKind Kind, string Name, uint Interrupt)[] Timers =
    [
        (TimerKind.Physical, "CNTP", VirtInterrupts.PhysicalTimerPpi),
        (TimerKind.Virtual, "CNTV", VirtInterrupts.VirtualTimerPpi),
        (TimerKind.Hypervisor, "CNTHP", VirtInterrupts.HypervisorTimerPpi),
        (TimerKind.Secure, "CNTPS", VirtInterrupts.SecureTimerPpi),
    ];

    public static unsafe CoreReport Of(Core core)
    {
        Interrupts inputs = core.System.Inputs;
        HcrEl2 hcr = core.System.Derived.Hcr;
        ulong next = core.Scheduler.Next;
        return new CoreReport(
            core.Configuration.Index,
            core.State->Pc,
            (int)core.State->El,
            core.PoweredOff,
            core.Waiting switch { WaitKind.Interrupt => "WFI", WaitKind.Event => "WFE", WaitKind.ConsoleInput => "console input", _ => null },
            core.State->Daif.Bit(7),
            core.State->Daif.Bit(6),
            inputs.IsPending(InterruptKind.Irq),
            inputs.IsPending(InterruptKind.VirtualIrq),
            inputs.IsPending(InterruptKind.Fiq),
            hcr.Imo,
            core.Configuration.HasEl3 && core.Regs.Read<ScrEl3>().Irq,
            inputs.TryFindUnmasked(out _, out _),
            next == Scheduler.Never ? null : next - ulong.Min(next, core.Scheduler.Clock.Now),
            [.. Timers.Where(t => Exists(core, t.Kind)).Select(t => Timer(core.System.Timer, t.Kind, t.Name, (int)t.Interrupt))]);
    }

    private static bool Exists(Core core, TimerKind kind) => kind switch
    {
        TimerKind.Hypervisor => core.Configuration.HasEl2,
        TimerKind.Secure => core.Configuration.HasEl3,
        _ => true,
    };

    private static TimerReport Timer(GenericTimer timer, TimerKind kind, string name, int interrupt)
    {
        ulong control = timer.ReadControl(kind);
        ulong count = kind == TimerKind.Virtual ? timer.VirtualCount : timer.PhysicalCount;
        ulong compare = timer.ReadCompare(kind);
        bool met = control.Bit(StatusBit);
        bool enabled = control.Bit(EnableBit);
        return new TimerReport(
            name, enabled, control.Bit(MaskBit), met, count, compare,
            enabled && !met ? (compare - count) * GenericTimer.NanosecondsPerTick : null, interrupt);
    }
}
