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

    /// <summary>What a user may type, and what for: at least one.</summary>
    public required MonitorExample[] Examples { get; init; }

    /// <summary>An example as it is typed behind "monitor"; a format, as in xp/8xw, stands next to the name.</summary>
    public string Line(MonitorExample example) =>
        Name + (example.Arguments.Length == 0 || example.Arguments[0] == '/' ? example.Arguments : " " + example.Arguments);
}

/// <summary>A use of a command.</summary>
/// <param name="Arguments">What stands behind the command's name; empty for nothing.</param>
/// <param name="Purpose">What one wants to know or do with it.</param>
internal sealed record MonitorExample(string Arguments, string Purpose);
