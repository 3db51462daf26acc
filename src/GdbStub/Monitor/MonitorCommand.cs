using System;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>Does one monitor command: writes lines, one fact each.</summary>
internal delegate void MonitorHandler(MonitorRequest request, ReadOnlySpan<string> arguments);

/// <summary>One command of gdb's "monitor".</summary>
/// <param name="Usage">The arguments, as the help shows them.</param>
/// <param name="Help">What it prints, in one line.</param>
/// <param name="Needs">The capability without which the command does not exist.</param>
internal sealed record MonitorCommand(string Name, string Usage, string Help, MonitorHandler Handle, Func<ITarget, bool>? Needs = null)
{
    /// <summary>Changes the guest: only for the debugger that has control.</summary>
    public bool Controls { get; init; }
}
