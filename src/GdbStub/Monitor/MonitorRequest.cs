using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>
/// One line that the user typed after "monitor": whom it asks about, and the answer. The answer is text, or, with "--json", a JSON object
/// for each line of it: the line itself as "text" and the facts in it by name; the last object says whether the command did what was asked.
/// </summary>
internal sealed class MonitorRequest(ITarget target, int cpu, SessionState? session = null)
{
    private readonly List<AnswerLine> _lines = [];
    private string? _end;

    public ITarget Target { get; } = target;

    /// <summary>The vCPU that gdb has selected.</summary>
    public int Cpu { get; } = cpu;

    /// <summary>What this debugger has chosen.</summary>
    public SessionState Session { get; } = session ?? new SessionState();

    /// <summary>The user has asked for the end of the run.</summary>
    public bool EndsRun { get; set; }

    /// <summary>Answers are objects for a program.</summary>
    public bool AsJson { get; set; }

    /// <summary>The command did not do what was asked, and has said why.</summary>
    public bool Failed { get; private set; }

    /// <summary>The answer so far, with the facts that the text is made of.</summary>
    public IReadOnlyList<AnswerLine> Lines => _lines;

    public string Text => string.Concat(_lines.Select(line => (AsJson ? JsonFacts.Object([.. line.Facts, new("text", line.Text)]) : line.Text) + "\n")) + _end;

    /// <summary>A line of the answer.</summary>
    /// <param name="text">For people.</param>
    /// <param name="facts">The same for programs.</param>
    public void Line(string text, params ReadOnlySpan<Fact> facts) => _lines.Add(new AnswerLine(text, [.. facts]));

    /// <summary>A line that says why there is no answer, or that the answer is no.</summary>
    public void Fail(string text, params ReadOnlySpan<Fact> facts)
    {
        Failed = true;
        Line(text, facts);
    }

    /// <summary>Closes the answer for a program.</summary>
    public void End(string command)
    {
        if (AsJson)
        {
            _end = JsonFacts.Object(new("command", command), new("status", Failed ? "failed" : "ok")) + "\n";
        }
    }
}
