using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Session;

/// <summary>
/// The vCPUs in non-stop mode (GDB manual, Remote Non-Stop): which of them are to run, and the stops that the peer has yet to be told. The
/// machine itself runs or stands still as a whole. A vCPU that stands is not scheduled while others run: virtual time is one for all and goes on, so
/// its timers do, and interrupts wait for it. It is stopped and resumed for every change, which makes no difference to those that run.
/// </summary>
internal sealed class NonStopThreads(int cpus)
{
    private readonly CpuAction[] _wishes = new CpuAction[cpus];
    private readonly TargetStop[] _stops = [.. Enumerable.Range(0, cpus).Select(static cpu => new TargetStop(StopKind.None, cpu))];
    private readonly Queue<TargetStop> _reports = [];
    private readonly Queue<TargetStop> _others = [];
    private bool _notified;
    private bool _sleeps;

    /// <summary>All that run wait for ever, unless one that stands wakes them: the guest is not at its end.</summary>
    public bool Sleeps => _sleeps;

    /// <summary>The peer has done something: vCPUs that would sleep for ever are tried again.</summary>
    public void Stir() => _sleeps = false;

    /// <summary>Lets a vCPU that stands run or step, or stops one that runs. Else it goes on as it was.</summary>
    public void Resume(int cpu, CpuAction action)
    {
        if (action == CpuAction.Stop)
        {
            Stop(cpu, StopKind.Paused);
        }
        else if (_wishes[cpu] == CpuAction.Hold)
        {
            _wishes[cpu] = action;
        }
    }

    /// <summary>Why a vCPU stands.</summary>
    public TargetStop StopOf(int cpu) => _stops[cpu];

    /// <summary>What Ctrl-C does: stops one vCPU that runs.</summary>
    public void Interrupt()
    {
        int running = Array.FindIndex(_wishes, static w => w != CpuAction.Hold);
        if (running >= 0)
        {
            Stop(running, StopKind.Interrupt);
        }
    }

    /// <summary>Takes up that the machine stands still.</summary>
    public void Take(TargetStop stop)
    {
        switch (stop.Kind)
        {
            case StopKind.Interrupt:
                // For a change; nothing has happened to a vCPU.
                break;
            case StopKind.Stuck when Array.IndexOf(_wishes, CpuAction.Hold) >= 0:
                // One that stands may wake them once it runs.
                _sleeps = true;
                break;
            case StopKind.Stuck or StopKind.InstructionLimit or StopKind.StandsOff:
                for (int cpu = 0; cpu < _wishes.Length; cpu++)
                {
                    if (_wishes[cpu] != CpuAction.Hold)
                    {
                        Stand(stop with { Cpu = cpu });
                    }
                }

                break;
            case StopKind.PowerOff or StopKind.Exit or StopKind.Reset:
                Array.Clear(_wishes);
                _reports.Enqueue(stop);
                break;
            default:
                Stand(stop);
                break;
        }
    }

    /// <summary>What the machine does next: one vCPU steps, or those that are to run do; false if none is.</summary>
    /// <param name="actions">All of them to hold.</param>
    public bool TryNext(CpuAction[] actions)
    {
        if (_sleeps)
        {
            return false;
        }

        int stepping = Array.IndexOf(_wishes, CpuAction.Step);
        if (stepping >= 0)
        {
            actions[stepping] = CpuAction.Step;
            return true;
        }

        _wishes.CopyTo(actions.AsSpan());
        return Array.IndexOf(actions, CpuAction.Continue) >= 0;
    }

    /// <summary>
    /// The peer asks why all stand that do: reports begin anew. False if none stands. The first is the answer, the others follow as if they had
    /// stopped just now: gdb 13 fails an assertion of its own when it has to take up more than one stop while it connects.
    /// </summary>
    public bool TryBegin(out TargetStop first)
    {
        _reports.Clear();
        _others.Clear();
        for (int cpu = 0; cpu < _wishes.Length; cpu++)
        {
            if (_wishes[cpu] == CpuAction.Hold)
            {
                (_reports.Count == 0 ? _reports : _others).Enqueue(_stops[cpu]);
            }
        }

        _notified = _reports.TryPeek(out first);
        return _notified;
    }

    /// <summary>True if the peer must be told of a stop now; further ones follow as it asks for them.</summary>
    public bool TryNotify(out TargetStop stop)
    {
        bool there = _reports.TryPeek(out stop) && !_notified;
        _notified |= there;
        return there;
    }

    /// <summary>The peer has taken the report that was sent last, and wants the next; false for none.</summary>
    public bool TryGoOn(out TargetStop taken, out TargetStop next)
    {
        taken = default;
        if (_notified)
        {
            _reports.TryDequeue(out taken);
        }

        _notified = _reports.TryPeek(out next);
        while (!_notified && _others.TryDequeue(out TargetStop other))
        {
            _reports.Enqueue(other);
        }

        return _notified;
    }

    private void Stop(int cpu, StopKind why)
    {
        if (_wishes[cpu] != CpuAction.Hold)
        {
            Stand(new TargetStop(why, cpu));
        }
    }

    private void Stand(TargetStop stop)
    {
        _wishes[stop.Cpu] = CpuAction.Hold;
        _stops[stop.Cpu] = stop;
        _reports.Enqueue(stop);
    }
}
