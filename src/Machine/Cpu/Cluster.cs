using System;
using System.Collections.Generic;
using GdbHost.Machine.Cpu.Interpreter;
using GdbHost.Machine.Cpu.Translate;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Cpu;

/// <summary>Why <see cref="Cluster.Run"/> came back.</summary>
internal enum RunEnd
{
    /// <summary>The budget is used up.</summary>
    Budget,

    /// <summary>A core met a breakpoint or a watchpoint; see <see cref="Cluster.Debug"/>.</summary>
    DebugStop,

    /// <summary>Someone asked for a stop: the guest's power control, or the debugger.</summary>
    Requested,

    /// <summary>All cores wait and no event is armed: only the outside world can wake the machine.</summary>
    Idle,
}

/// <summary>
/// The cores of a machine, taking turns on one thread. A round gives every core the same span of virtual time, so the
/// order of everything depends on the guest alone.
/// </summary>
internal sealed class Cluster : IDisposable
{
    /// <summary>Virtual nanoseconds of one turn.</summary>
    public const ulong Quantum = 20_000;

    private readonly List<Core> _cores = [];
    private readonly Scheduler _scheduler;
    private bool _stopRequested;

    /// <param name="scheduler">The machine's events.</param>
    /// <param name="translateAfter">Runs of a block in the interpreter before it is translated; null: always the interpreter.</param>
    public Cluster(Scheduler scheduler, int? translateAfter = null)
    {
        _scheduler = scheduler;
        Translator = translateAfter is null ? null : Translator.TryCreate(Blocks, translateAfter.Value);
        Debug = new DebugStops(Blocks);
        scheduler.OnChange = () =>
        {
            if (Current is not null)
            {
                Current.RequestAttention();
            }
        };
    }

    public IReadOnlyList<Core> Cores => _cores;

    /// <summary>The core whose turn it is; null between turns.</summary>
    public Core? Current { get; private set; }

    /// <summary>Decoded blocks, shared by the cores.</summary>
    public BlockCache Blocks { get; } = new();

    /// <summary>Makes generated code for all cores; null where the interpreter does everything.</summary>
    public Translator? Translator { get; }

    /// <summary>The external debugger's breakpoints and watchpoints.</summary>
    public DebugStops Debug { get; }

    /// <summary>Instructions retired by all cores since reset.</summary>
    public ulong Retired { get; private set; }

    public void Add(Core core)
    {
        _cores.Add(core);
        Debug.Attach(core);
    }

    /// <summary>Makes <see cref="Run"/> come back after the running core's present instruction. For use on the machine thread.</summary>
    public void RequestStop()
    {
        _stopRequested = true;
        Current?.RequestAttention();
    }

    /// <summary>Runs all cores for at most this much virtual time (nanoseconds), fewer if something ends the run.</summary>
    public RunEnd Run(ulong nanoseconds)
    {
        VirtualClock clock = _scheduler.Clock;
        ulong end = Add(clock.Now, nanoseconds);
        _stopRequested = false;
        Debug.ClearStop();
        while (clock.Now < end)
        {
            if (!AnyActive() && _scheduler.Next == Scheduler.Never)
            {
                return RunEnd.Idle;
            }

            ulong round = clock.Now;
            ulong roundEnd = Math.Min(end, Add(round, RoundLength(round)));
            foreach (Core core in _cores)
            {
                clock.Now = round;
                RunTurn(core, roundEnd);
                if (Debug.Stop != DebugStopKind.None || _stopRequested)
                {
                    Debug.StopCore = core.Configuration.Index;
                    Debug.StopPc = core.ProgramCounter;
                    return Debug.Stop != DebugStopKind.None ? RunEnd.DebugStop : RunEnd.Requested;
                }
            }

            if (_cores.Count > 1)
            {
                clock.Now = roundEnd;
            }
        }

        return RunEnd.Budget;
    }

    /// <summary>
    /// Runs one core for one instruction, the others not at all. Interrupts wait, so that a step stays in the code that
    /// is being looked at; a core in WFI or WFE first sleeps until it wakes. False if nothing could be executed.
    /// </summary>
    public bool Step(Core core)
    {
        _stopRequested = false;
        Debug.ClearStop();
        SleepUntilAwake(core);
        bool runs = core.IsActive;
        if (runs)
        {
            Debug.Passing = true;
            Current = core;
            _ = core.TakeAttention();
            core.EnterPendingExceptions(withInterrupts: false);
            Retired += core.Stepping ? core.RunStep() : core.RunInterpreted(1);
            core.RequestAttention();
            Current = null;
            Debug.Passing = false;
            _scheduler.RunDue();
        }

        return runs;
    }

    /// <summary>Lets every core that stands on a breakpoint, or before the access that a watchpoint stopped, execute that instruction.</summary>
    public void StepOffStops()
    {
        ulong? watched = Debug.Stop == DebugStopKind.Watchpoint ? Debug.StopPc : null;
        int watchedBy = Debug.StopCore;
        foreach (Core core in _cores)
        {
            bool atAccess = core.Configuration.Index == watchedBy && core.ProgramCounter == watched;
            if (core.IsActive && (atAccess || Debug.HasBreakpoint(core.ProgramCounter)))
            {
                Step(core);
            }
        }
    }

    public void Dispose()
    {
        foreach (Core core in _cores)
        {
            core.Dispose();
        }

        Translator?.Dispose();
        Blocks.Dispose();
    }

    private static ulong Add(ulong a, ulong b) => a + b < a ? ulong.MaxValue : a + b;

    private void SleepUntilAwake(Core core)
    {
        core.CheckWake();
        while (core.Waiting != WaitKind.None && _scheduler.Next != Scheduler.Never && !_stopRequested)
        {
            _scheduler.Clock.Now = Math.Max(_scheduler.Clock.Now, _scheduler.Next);
            _scheduler.RunDue();
            core.CheckWake();
        }
    }

    private bool AnyActive()
    {
        foreach (Core core in _cores)
        {
            core.CheckWake();
            if (core.IsActive)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A core alone needs no turns; cores that all wait sleep until the next event.</summary>
    private ulong RoundLength(ulong now)
    {
        bool alone = _cores.Count == 1;
        if (alone || !AnyActive())
        {
            ulong untilEvent = _scheduler.Next <= now ? 1 : _scheduler.Next - now;
            return alone ? Math.Max(untilEvent, Quantum) : untilEvent;
        }

        return Quantum;
    }

    private void RunTurn(Core core, ulong end)
    {
        VirtualClock clock = _scheduler.Clock;
        Current = core;
        core.DropExclusive(_cores.Count > 1);
        core.System.Performance.TurnBegins();
        while (clock.Now < end)
        {
            _scheduler.RunDue();
            Prepare(core);
            if (_stopRequested || Debug.Stop != DebugStopKind.None)
            {
                break;
            }

            ulong limit = Math.Min(end, _scheduler.Next);
            if (!core.IsActive && _cores.Count == 1 && _scheduler.Next == Scheduler.Never)
            {
                break;
            }

            if (!core.IsActive)
            {
                clock.Now = Math.Max(clock.Now, limit);
                continue;
            }

            Retired += core.Stepping ? core.RunStep() : core.Run(limit - clock.Now);
        }

        Current = null;
    }

    /// <summary>What must be looked at between two blocks: illegal state, interrupts, waking.</summary>
    private static void Prepare(Core core)
    {
        core.CheckWake();
        if (core.IsActive && core.TakeAttention())
        {
            core.EnterPendingExceptions();
        }
    }
}
