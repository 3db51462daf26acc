using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using GdbHost.Protocol.Agent;
using GdbHost.Protocol.Tracing;

namespace GdbHost.GdbStub.Tracing;

/// <summary>Why a trace ended.</summary>
internal enum TraceEndKind
{
    /// <summary>The user ended it.</summary>
    Stopped,

    /// <summary>The buffer is full.</summary>
    Full,

    /// <summary>The debugger has left.</summary>
    Disconnected,

    /// <summary>A tracepoint was hit as often as it was to be.</summary>
    PassCount,

    /// <summary>An expression could not be evaluated.</summary>
    Error,
}

/// <summary>The end of a trace.</summary>
/// <param name="Tracepoint">The number of the one that ended it, or 0.</param>
/// <param name="Text">The error.</param>
internal sealed record TraceEnd(TraceEndKind Kind, ulong At, int Tracepoint = 0, string Text = "");

/// <summary>
/// One run of a trace: tracepoints in their places, hits, followed vCPUs. It ends by itself on the machine's thread, or is ended by another;
/// what it has put into the machine is then taken away, once.
/// </summary>
internal sealed class TraceRun
{
    private readonly ITraceSource _source;
    private readonly TraceCollector _collector;
    // The machine's thread may go through it while a session adds to it.
    private readonly ConcurrentDictionary<ulong, Tracepoint[]> _places = [];
    private readonly List<(Tracepoint Tracepoint, ulong Left)>[] _followed;
    private readonly Tracepoint[][] _markers;
    private volatile TraceEnd? _end;
    private volatile int _installed = 1;

    public TraceRun(ITraceSource source, TraceCollector collector)
    {
        _source = source;
        _collector = collector;
        _followed = [.. Enumerable.Range(0, source.CpuCount).Select(static _ => new List<(Tracepoint, ulong)>())];
        _markers = [.. source.Markers.Select(static _ => (Tracepoint[])[])];
        StartedAt = source.VirtualNanoseconds;
        source.Follow(Moved);
    }

    /// <summary>Virtual nanoseconds.</summary>
    public ulong StartedAt { get; }

    /// <summary>Null while it runs.</summary>
    public TraceEnd? End => _end;

    /// <summary>Puts a tracepoint into its place.</summary>
    public void Install(Tracepoint tracepoint)
    {
        if (tracepoint.IsStatic)
        {
            int marker = Enumerable.Range(0, _markers.Length).First(i => _source.Markers[i].Address == tracepoint.Address);
            bool first = _markers.All(static m => m.Length == 0);
            _markers[marker] = [.. _markers[marker].Where(t => t.Number != tracepoint.Number), tracepoint];
            if (first)
            {
                _source.Observe(Happened);
            }

            return;
        }

        Tracepoint[] here = [.. _places.GetValueOrDefault(tracepoint.Address, []).Where(t => t.Number != tracepoint.Number), tracepoint];
        _places[tracepoint.Address] = here;
        _source.SetVisit(tracepoint.Address, cpu => Visited(here, cpu));
        if (_installed == 0)
        {
            _source.SetVisit(tracepoint.Address, null);
        }
    }

    /// <summary>Ends it from another thread than the machine's; the first end counts.</summary>
    public void Stop(TraceEnd end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        Remove();
    }

    /// <summary>Takes out of the machine what is left of it there.</summary>
    private void Remove()
    {
        if (Interlocked.Exchange(ref _installed, 0) == 0)
        {
            return;
        }

        foreach (ulong address in _places.Keys)
        {
            _source.SetVisit(address, null);
        }

        _source.Observe(null);
        _source.Follow(null);
    }

    private void Finish(TraceEndKind kind, int tracepoint = 0, string text = "")
    {
        _end = new TraceEnd(kind, _source.VirtualNanosecondsNow, tracepoint, text);
        _source.Later(Remove);
    }

    private void Visited(Tracepoint[] here, ITracedCpu cpu)
    {
        foreach (Tracepoint tracepoint in here)
        {
            Hit(tracepoint, cpu, null);
        }
    }

    private void Happened(int marker, ITracedCpu cpu, Func<string> words)
    {
        foreach (Tracepoint tracepoint in _markers[marker])
        {
            Hit(tracepoint, cpu, words);
        }
    }

    private void Hit(Tracepoint tracepoint, ITracedCpu cpu, Func<string>? staticData)
    {
        if (_end is not null || !tracepoint.IsEnabled)
        {
            return;
        }

        if (tracepoint.Condition is not null)
        {
            AgentOutcome outcome = _collector.Evaluate(tracepoint.Condition, cpu, out bool holds);
            if (outcome != AgentOutcome.Done)
            {
                Finish(TraceEndKind.Error, tracepoint.Number, $"the condition cannot be evaluated: {AgentWords.Of(outcome)}");
                return;
            }

            if (!holds)
            {
                return;
            }
        }

        tracepoint.Hits++;
        if (!TryCollect(tracepoint, tracepoint.Actions, cpu, staticData))
        {
            return;
        }

        if (tracepoint.PassCount > 0 && tracepoint.Hits >= tracepoint.PassCount)
        {
            Finish(TraceEndKind.PassCount, tracepoint.Number);
        }
        else if (tracepoint.Steps > 0)
        {
            // Hit again while it follows: it begins anew, or a loop would be followed more and more often.
            _followed[cpu.Cpu].RemoveAll(f => f.Tracepoint == tracepoint);
            _followed[cpu.Cpu].Add((tracepoint, tracepoint.Steps));
            cpu.Followed = true;
        }
    }

    private bool TryCollect(Tracepoint tracepoint, IReadOnlyList<TraceAction> actions, ITracedCpu cpu, Func<string>? staticData)
    {
        AgentOutcome outcome = _collector.Collect(tracepoint, actions, cpu, staticData, out int bytes);
        if (bytes < 0)
        {
            Finish(TraceEndKind.Full);
        }
        else if (outcome != AgentOutcome.Done)
        {
            Finish(TraceEndKind.Error, tracepoint.Number, $"an action cannot be done: {AgentWords.Of(outcome)}");
        }
        else
        {
            tracepoint.Usage += (ulong)bytes;
        }

        return _end is null;
    }

    private void Moved(ITracedCpu cpu)
    {
        List<(Tracepoint Tracepoint, ulong Left)> followed = _followed[cpu.Cpu];
        for (int i = followed.Count - 1; i >= 0; i--)
        {
            (Tracepoint tracepoint, ulong left) = followed[i];
            if (_end is not null || !TryCollect(tracepoint, tracepoint.StepActions, cpu, null) || left == 1)
            {
                followed.RemoveAt(i);
            }
            else
            {
                followed[i] = (tracepoint, left - 1);
            }
        }

        cpu.Followed = followed.Count > 0;
    }
}
