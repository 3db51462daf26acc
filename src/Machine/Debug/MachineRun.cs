using System;
using System.Collections.Generic;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Debug.Worlds;

namespace GdbHost.Machine.Debug;

/// <summary>How a machine goes on, and why it stops: slices of a run, steps and ranges of steps, and the ends that the guest wishes for.</summary>
internal sealed class MachineRun : IDisposable
{
    /// <summary>Virtual nanoseconds that run before requests are looked at: about a millisecond of host time.</summary>
    private const ulong SliceNanoseconds = 200_000;

    /// <summary>Steps of a range that are done before requests are looked at.</summary>
    private const int SliceSteps = 4096;

    private readonly Boards.Machine _machine;
    private readonly Action _moved;
    private Action<MachineStop>? _onStop;
    private volatile bool _stopRequested;
    private int _stoppedCpu;
    private int? _stepping;
    private StepMode _stepMode;
    private bool _steppedThere;

    // What the newest resume asked for. The machine stands still when it comes, so it cannot meet another one.
    private readonly CoreAction[] _resumeActions;
    private readonly Action _resume;
    private Action<MachineStop>? _resumeStop;
    private StepMode _resumeStep;

    /// <param name="machine">What runs.</param>
    /// <param name="moved">Called when a reset has put another state in the machine's place.</param>
    public MachineRun(Boards.Machine machine, Action moved)
    {
        _machine = machine;
        _moved = moved;
        _resumeActions = new CoreAction[machine.Cluster.Cores.Count];
        _resume = () =>
        {
            _onStop = _resumeStop;
            StartRun(_resumeActions, _resumeStep);
        };
        Worker = new MachineThread(RunSlice);
    }

    /// <summary>The thread on which it runs, which owns the machine.</summary>
    public MachineThread Worker { get; }

    /// <summary>Knows the stops at events that the user has asked for. Set before the first run.</summary>
    public MachineInspection Inspection { get; set; } = null!;

    /// <inheritdoc cref="MachineDebugPort.InstructionLimit"/>
    public ulong? InstructionLimit { get; set; }

    /// <inheritdoc cref="MachineDebugPort.StopsWhenStuck"/>
    public bool StopsWhenStuck { get; set; }

    /// <inheritdoc cref="MachineDebugPort.GivesResets"/>
    public bool GivesResets { get; set; }

    /// <inheritdoc cref="MachineDebugPort.AwaitsOthers"/>
    public bool AwaitsOthers { get; set; }

    /// <inheritdoc cref="MachineDebugPort.AfterSlice"/>
    public Action<ulong>? AfterSlice { get; set; }

    /// <inheritdoc cref="MachineDebugPort.Resume"/>
    public void Resume(IReadOnlyList<CoreAction> actions, Action<MachineStop> onStop, StepMode step)
    {
        for (int core = 0; core < _resumeActions.Length; core++)
        {
            _resumeActions[core] = actions[core];
        }

        _stopRequested = false;
        _resumeStop = onStop;
        _resumeStep = step;
        Worker.Do(_resume);
    }

    /// <inheritdoc cref="MachineDebugPort.RequestStop"/>
    public void RequestStop()
    {
        _stopRequested = true;
        Worker.Post(static () => { });
    }

    public void Dispose()
    {
        _stopRequested = true;
        Worker.Dispose();
    }

    private void StartRun(CoreAction[] actions, StepMode step)
    {
        Cluster cluster = _machine.Cluster;
        int stepping = Array.IndexOf(actions, CoreAction.Step);
        _stepping = stepping < 0 ? null : stepping;
        _stepMode = step;
        _steppedThere = false;
        if (stepping >= 0)
        {
            // It may have been held while others ran.
            cluster.Cores[stepping].Held = false;
            if (StepSlice(stepping))
            {
                Worker.StartSlices();
            }

            return;
        }

        for (int k = 0; k < actions.Length; k++)
        {
            cluster.Cores[k].Held = actions[k] == CoreAction.Hold;
        }

        cluster.PassStop(cluster.Cores[_stoppedCpu]);
        Worker.StartSlices();
    }

    /// <summary>Steps until the range is left, for a slice at most; false when it has stopped.</summary>
    private bool StepSlice(int cpu)
    {
        Cluster cluster = _machine.Cluster;
        Core core = cluster.Cores[cpu];
        for (int steps = 0; steps < SliceSteps; steps++)
        {
            // Outside the world that is stepped in, what is done there is one step; an interrupt may be what leads back.
            bool wasThere = _stepMode.Within is null || World.Of(core) == _stepMode.Within;
            bool moved = cluster.Step(core, _stepMode.TakesInterrupts || !wasThere);
            if (cluster.Debug.Stop != DebugStopKind.None)
            {
                return Finish(DebugStop());
            }

            if (Wish() is MachineStop stop)
            {
                return Finish(stop);
            }

            _steppedThere |= wasThere;
            bool isThere = _steppedThere && (_stepMode.Within is null || World.Of(core) == _stepMode.Within);
            ulong pc = core.ProgramCounter;
            if (!moved || (isThere && (pc < _stepMode.From || pc >= _stepMode.To)))
            {
                return Finish(new MachineStop(MachineStopKind.Step, cpu, Explanation: moved ? null : MachineRegisters.WhyStill(core)));
            }

            if (cluster.StopsBeforeStep(core))
            {
                return Finish(DebugStop());
            }
        }

        return true;
    }

    private bool RunSlice()
    {
        if (_stopRequested)
        {
            return Finish(new MachineStop(MachineStopKind.Requested, _stepping ?? 0));
        }

        if (_stepping is int cpu)
        {
            return StepSlice(cpu);
        }

        // A stop at an event may have come with the guest's wish for an end.
        if (PowerStop() is MachineStop wished)
        {
            return TryGiveReset() || Finish(wished);
        }

        Cluster cluster = _machine.Cluster;
        ulong limit = InstructionLimit ?? ulong.MaxValue;
        if (cluster.Retired >= limit)
        {
            return Finish(new MachineStop(MachineStopKind.InstructionLimit, 0));
        }

        RunEnd end = cluster.Run(SliceNanoseconds, limit - cluster.Retired);
        AfterSlice?.Invoke(cluster.Elapsed);
        switch (end)
        {
            case RunEnd.DebugStop:
                return Finish(DebugStop());
            case RunEnd.Requested when Wish() is MachineStop stop:
                return Finish(stop);
            case RunEnd.Idle when EventStop(Inspection.ForEverIdle) is MachineStop idle:
                return Finish(idle);
            case RunEnd.Idle when StopsWhenStuck && !AwaitsOthers:
                return Finish(new MachineStop(MachineStopKind.Stuck, 0));
            case RunEnd.Idle:
                Worker.AwaitRequest();
                return true;
            default:
                return true;
        }
    }

    private bool TryGiveReset()
    {
        bool given = GivesResets && _machine.Power == PowerState.ResetRequested;
        if (given)
        {
            _machine.Reset();
            _moved();
        }

        return given;
    }

    private bool Finish(MachineStop stop)
    {
        Action<MachineStop>? tell = _onStop;
        _onStop = null;
        _stoppedCpu = stop.Cpu;
        tell?.Invoke(stop);
        return false;
    }

    private MachineStop DebugStop()
    {
        DebugStops debug = _machine.Cluster.Debug;
        return debug.Stop switch
        {
            DebugStopKind.Event => new MachineStop(MachineStopKind.Event, debug.StopCore, Explanation: debug.StopExplanation),
            DebugStopKind.Breakpoint => new MachineStop(MachineStopKind.Breakpoint, debug.StopCore, debug.StopAddress),
            _ => new MachineStop(MachineStopKind.Watchpoint, debug.StopCore, debug.StopAddress, (WatchAccess)debug.StopWatchpoint.Kind),
        };
    }

    /// <summary>The stop for what the guest has asked of the board's power control; null where there is none, or it has its reset now.</summary>
    private MachineStop? Wish() => EventStop(Inspection.AtReset) ?? (TryGiveReset() ? null : PowerStop());

    private MachineStop? EventStop(string? words) =>
        words is null ? null : new MachineStop(MachineStopKind.Event, _machine.Cluster.Debug.StopCore, Explanation: words);

    private MachineStop? PowerStop() => _machine.Power switch
    {
        PowerState.Off => new MachineStop(MachineStopKind.PowerOff, 0),
        PowerState.Exited => new MachineStop(MachineStopKind.Exit, 0, ExitCode: _machine.ExitCode),
        PowerState.ResetRequested => new MachineStop(MachineStopKind.Reset, 0),
        _ => null,
    };
}
