using System;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Debug.Traps;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Debug.Events;

/// <summary>
/// Asks whoever wants to stop when the guest asks for a reset, when every core waits, and at exceptions to EL1. While nobody does, no core
/// knows of it.
/// </summary>
[NotState("the debugger's")]
internal sealed class LifeStops(Boards.Machine machine, ExceptionListeners listeners) : IExceptionListener, IEl1Listener
{
    private readonly TrapSlot _slot = new();
    private Func<MachineIdle, string?>? _idle;
    private Func<MachineTrap, string?>? _el1;
    private ulong? _toldAt;

    /// <summary>The words of a stop when the guest has asked for a reset, which is not done yet.</summary>
    public Func<int, string?>? Reset { get; set; }

    /// <summary>The same when the last core that ran begins to wait.</summary>
    public Func<MachineIdle, string?>? Idle
    {
        set
        {
            _idle = value;
            _toldAt = null;
            listeners.Set(this, value is not null);
        }
    }

    /// <summary>The same at exceptions to EL1.</summary>
    public Func<MachineTrap, string?>? El1
    {
        set
        {
            _el1 = value;
            foreach (Core core in machine.Cores)
            {
                core.System.El1Listener = value is null ? null : this;
            }
        }
    }

    /// <summary>For who has found that nothing will ever wake a core: the words of a stop, once for each time that this comes about.</summary>
    public string? ForEver()
    {
        if (_idle is null || _toldAt == machine.Cluster.Retired)
        {
            return null;
        }

        _toldAt = machine.Cluster.Retired;
        return _idle(new MachineIdle(0, null));
    }

    /// <summary>The words of a stop for a reset that the guest has asked for.</summary>
    public string? AtReset() => machine.Power == PowerState.ResetRequested ? Reset?.Invoke(machine.Cluster.Debug.StopCore) : null;

    void IExceptionListener.Waits(Core core)
    {
        foreach (Core other in machine.Cores)
        {
            if (other != core && !other.PoweredOff && (other.Waiting == WaitKind.None || other.Exceptions.WakesFromWfi || other.EventRegister))
            {
                return;
            }
        }

        // What will never end is told by the run loop: until then an event may lead to others.
        Scheduler scheduler = machine.Scheduler;
        if (scheduler.Next != Scheduler.Never
            && _idle?.Invoke(new MachineIdle(core.Configuration.Index, scheduler.Next - ulong.Min(scheduler.Next, scheduler.Clock.Now))) is string words)
        {
            core.Cluster.Debug.StopFor(core, words);
        }
    }

    void IEl1Listener.EnteredEl1(Core core, ExceptionLevel from, ExceptionType type)
    {
        _slot.Enter(0, core, from, ExceptionLevel.El1, type);
        if (_el1?.Invoke(_slot.Copy()) is string words)
        {
            core.Cluster.Debug.StopFor(core, words);
        }
    }

    void IExceptionListener.Entered(Core core, ExceptionLevel from, ExceptionLevel to, ExceptionType type)
    {
    }

    void IExceptionListener.Returned(Core core, ExceptionLevel from)
    {
    }

    void IExceptionListener.FirmwareCalled(Core core, bool isSmc, ulong function, ulong first, ulong result)
    {
    }
}

/// <summary>Every core is off or waits.</summary>
/// <param name="Cpu">The one that began to wait last, as far as that is known.</param>
/// <param name="Remaining">Virtual nanoseconds until the next event of the machine, which may wake one; null where there is none.</param>
public sealed record MachineIdle(int Cpu, ulong? Remaining);
