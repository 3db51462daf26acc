using System.Collections.Generic;
using GdbHost.Protocol.Agent;
using GdbHost.Protocol.Tracing;

namespace GdbHost.GdbStub.Tracing;

/// <summary>One place of a tracepoint as gdb has defined it.</summary>
/// <param name="number">gdb's number; those of one tracepoint with several places are the same.</param>
/// <param name="address">A virtual address, or that of a static marker.</param>
internal sealed class Tracepoint(int number, ulong address)
{
    public int Number { get; } = number;

    public ulong Address { get; } = address;

    /// <summary>Collects what a static marker tells.</summary>
    public bool IsStatic { get; init; }

    /// <summary>Instructions behind the place that are followed.</summary>
    public ulong Steps { get; init; }

    /// <summary>Hits after which the trace ends; 0 for no limit.</summary>
    public ulong PassCount { get; init; }

    /// <summary>A hit counts only where it is not 0; null for always.</summary>
    public AgentExpression? Condition { get; init; }

    /// <summary>The condition as gdb wrote it, "XLENGTH,BYTES"; empty for none.</summary>
    public string ConditionText { get; init; } = "";

    public bool IsEnabled { get; set; }

    /// <summary>Done at each hit. Replaced whole, because the machine may be running.</summary>
    public IReadOnlyList<TraceAction> Actions { get; set; } = [];

    /// <summary>Done after each instruction that is followed.</summary>
    public IReadOnlyList<TraceAction> StepActions { get; set; } = [];

    /// <summary>The actions as gdb wrote them, packet by packet.</summary>
    public List<string> ActionTexts { get; } = [];

    public List<string> StepActionTexts { get; } = [];

    /// <summary>What the user typed, as gdb keeps it here for the next debugger: "TYPE:START:LENGTH:BYTES".</summary>
    public List<string> Sources { get; } = [];

    /// <summary>Hits that counted.</summary>
    public ulong Hits { get; set; }

    /// <summary>Bytes of trace frames that it has made.</summary>
    public ulong Usage { get; set; }
}
