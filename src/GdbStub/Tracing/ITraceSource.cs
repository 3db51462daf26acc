using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Tracing;

/// <summary>A vCPU of which something is being told. Looking changes nothing.</summary>
internal interface ITracedCpu
{
    int Cpu { get; }

    ulong ProgramCounter { get; }

    /// <summary>Each instruction of it is told of, one at a time.</summary>
    bool Followed { get; set; }

    /// <summary>Fills <paramref name="value"/>, lowest byte first; false when the vCPU cannot show it.</summary>
    bool TryReadRegister(RegisterDescription register, Span<byte> value);

    /// <summary>Reads memory as the vCPU sees it, from the start as far as it answers; gives the number of bytes.</summary>
    int ReadMemory(ulong address, Span<byte> into);
}

/// <summary>A number that the machine keeps, and gdb sees as a trace state variable.</summary>
/// <param name="Name">Without the dollar sign.</param>
internal sealed record TraceCounter(string Name, string Meaning);

/// <summary>A kind of event that gdb sees as a static marker.</summary>
/// <param name="Id">What the user writes after "strace -m".</param>
/// <param name="Meaning">When it comes.</param>
/// <param name="Address">Where gdb believes it: an address that no code can have, different for each.</param>
internal sealed record StaticMarker(string Id, string Meaning, ulong Address);

/// <summary>
/// A debuggee that can be traced: it tells of what happens without a stop. Listeners are called on the machine's thread, must be quick,
/// and ask the debuggee for nothing but through what they are given and the members that say so.
/// </summary>
internal interface ITraceSource
{
    int CpuCount { get; }

    IReadOnlyList<TraceCounter> Counters { get; }

    IReadOnlyList<StaticMarker> Markers { get; }

    /// <summary>The debuggee's time.</summary>
    ulong VirtualNanoseconds { get; }

    /// <summary>Told of each instruction that a followed vCPU has executed; null: nobody is, and no vCPU is followed.</summary>
    void Follow(Action<ITracedCpu>? moved);

    /// <summary>Tells of each time a vCPU comes to a virtual address, before the instruction there; null: no longer.</summary>
    void SetVisit(ulong address, Action<ITracedCpu>? visited);

    /// <summary>Tells of each event: the marker's place in <see cref="Markers"/>, where it happened, and in words what; null: no longer.</summary>
    void Observe(Action<int, ITracedCpu, Func<string>>? observer);

    /// <summary>Begins to count; until then most counters stand still.</summary>
    void Count();

    /// <summary>A counter by its place in <see cref="Counters"/>.</summary>
    ulong ReadCounter(int place);

    /// <summary>The same, for listeners.</summary>
    ulong ReadCounterNow(int place);

    /// <summary>For listeners: the debuggee's time.</summary>
    ulong VirtualNanosecondsNow { get; }

    /// <summary>For listeners: does something once the debuggee may be asked again.</summary>
    void Later(Action action);
}

/// <summary>A debuggee with a tracer.</summary>
internal interface ITraced
{
    Tracer Tracer { get; }
}

/// <summary>What every debuggee loses with its debugger.</summary>
internal static class Leaving
{
    /// <summary>Breakpoints go, and a trace ends unless it was to go on.</summary>
    public static void LetGo(this ITarget target)
    {
        (target as IBreakpoints)?.RemoveAll();
        (target as ITraced)?.Tracer.LoseDebugger();
    }
}
