using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Tracing;

/// <summary>
/// The traces of a debuggee (GDB manual, Tracepoints): what gdb has defined, the run that is under way or was the last, and the frames. It
/// outlives debuggers. One session at a time defines and starts; hits come on the machine's thread.
/// </summary>
internal sealed class Tracer
{
    private const int MostConstants = 1024;

    private readonly ITraceSource _source;
    private readonly RegisterLayout _layout;
    private readonly TraceCollector _collector;
    private readonly List<(ulong First, ulong End)> _constant = [];
    private TraceRun? _run;

    public Tracer(ITraceSource source, IReadOnlyList<RegisterDescription> registers)
    {
        _source = source;
        _layout = new RegisterLayout(registers);
        Variables = new TraceVariables(source);
        _collector = new TraceCollector(_layout, Variables, Buffer);
    }

    public TracepointSet Tracepoints { get; } = new();

    public TraceVariables Variables { get; }

    public TraceBuffer Buffer { get; } = new();

    public IReadOnlyList<StaticMarker> Markers => _source.Markers;

    /// <summary>The run goes on when the debugger leaves.</summary>
    public bool OutlivesDebugger { get; set; }

    /// <summary>Who has started it, in the user's words.</summary>
    public string User { get; set; } = "";

    public string Notes { get; set; } = "";

    /// <summary>Why it was stopped, in the user's words.</summary>
    public string StopNotes { get; set; } = "";

    /// <summary>The newest run; null before the first.</summary>
    public TraceRun? Run => _run;

    public bool IsRunning => _run is { End: null };

    /// <summary>Forgets all definitions and ends the run.</summary>
    public void Reset()
    {
        Stop(TraceEndKind.Stopped);
        Tracepoints.Clear();
        Variables.Clear();
        _constant.Clear();
    }

    /// <summary>Begins anew, with an empty buffer.</summary>
    public void Start()
    {
        Stop(TraceEndKind.Stopped);
        Buffer.Clear();
        _run = new TraceRun(_source, _collector);
        foreach (Tracepoint tracepoint in Tracepoints.All)
        {
            tracepoint.Hits = 0;
            tracepoint.Usage = 0;
            _run.Install(tracepoint);
        }
    }

    public void Stop(TraceEndKind kind)
    {
        if (_run is { End: null })
        {
            _run.Stop(new TraceEnd(kind, _source.VirtualNanoseconds));
        }
    }

    /// <summary>The debugger leaves: what it has not asked to go on ends.</summary>
    public void LoseDebugger()
    {
        if (!OutlivesDebugger)
        {
            Stop(TraceEndKind.Disconnected);
        }
    }

    /// <summary>Defines a tracepoint; in a run that is under way it counts at once.</summary>
    public BreakpointOutcome Define(Tracepoint tracepoint)
    {
        if (tracepoint.IsStatic && Markers.All(m => m.Address != tracepoint.Address))
        {
            return BreakpointOutcome.Invalid;
        }

        BreakpointOutcome outcome = Tracepoints.Add(tracepoint);
        if (outcome == BreakpointOutcome.Done && IsRunning)
        {
            _run!.Install(tracepoint);
        }

        return outcome;
    }

    /// <summary>Sets the ranges of memory that never changes; false for too many.</summary>
    public bool TrySetConstant(IReadOnlyList<(ulong First, ulong End)> ranges)
    {
        if (ranges.Count > MostConstants)
        {
            return false;
        }

        _constant.Clear();
        _constant.AddRange(ranges);
        return true;
    }

    /// <summary>Looks for a frame behind another one, or for the one at a place; null where there is none.</summary>
    /// <param name="from">The first place to look at.</param>
    /// <param name="target">Reads memory that never changes.</param>
    public TraceFrame? Find(int from, Func<TraceFrameNotes, bool> wanted, IMemory target, int cpu)
    {
        for (int place = from; Buffer.TryGetNotes(place, out TraceFrameNotes notes); place++)
        {
            if (wanted(notes) && Buffer.Copy(place) is byte[] bytes)
            {
                return new TraceFrame(place, bytes, notes, _layout, (address, into) => ReadConstant(target, cpu, address, into));
            }
        }

        return null;
    }

    private int ReadConstant(IMemory target, int cpu, ulong address, Span<byte> into)
    {
        foreach ((ulong first, ulong end) in _constant)
        {
            if (address >= first && address < end)
            {
                int most = (int)Math.Min((ulong)into.Length, end - address);
                return target.ReadMemory(cpu, AddressView.Current, address, into[..most]);
            }
        }

        return 0;
    }
}
