using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Worlds;
using GdbHost.Protocol.Agent;

namespace GdbHost.GdbStub.Target;

/// <summary>The kinds of the Z packets, with gdb's numbers.</summary>
internal enum BreakpointKind
{
    Software = 0,
    Hardware = 1,
    WriteWatch = 2,
    ReadWatch = 3,
    AccessWatch = 4,
}

/// <summary>What became of a request to insert or remove.</summary>
internal enum BreakpointOutcome
{
    Done,

    /// <summary>This target never has this kind.</summary>
    Unsupported,

    /// <summary>The address or length does not fit the kind.</summary>
    Invalid,

    NoRoom,
}

/// <summary>What is done in the target each time a vCPU comes to a breakpoint.</summary>
/// <param name="Conditions">It counts only where one of them is not 0, or cannot be evaluated; always where there are none.</param>
/// <param name="Commands">Where there are some, they are evaluated and the vCPU goes on; else it stops.</param>
internal sealed record BreakpointScript(IReadOnlyList<AgentExpression> Conditions, IReadOnlyList<AgentExpression> Commands)
{
    /// <summary>Stops always.</summary>
    public static readonly BreakpointScript None = new([], []);
}

/// <summary>
/// Breakpoints and watchpoints, by virtual address and for every vCPU. All kinds live in the machine: guest memory
/// never changes, so the guest cannot see them and they hold whatever is loaded or mapped later.
/// </summary>
internal interface IBreakpoints
{
    /// <summary>Inserting the same one twice is the same as once.</summary>
    /// <param name="script">What decides about the stop; of the newest request for the same breakpoint. Not for watchpoints.</param>
    /// <param name="of">Where it counts; null for everywhere.</param>
    BreakpointOutcome Insert(BreakpointKind kind, ulong address, int length, BreakpointScript script, BreakpointWorld? of = null);

    /// <summary>Removing one that is not there is no error.</summary>
    BreakpointOutcome Remove(BreakpointKind kind, ulong address, int length, BreakpointWorld? of = null);

    void RemoveAll();

    /// <summary>Gets what the commands of breakpoints print, on the machine's thread; null for nobody.</summary>
    Action<string>? Printed { get; set; }
}
