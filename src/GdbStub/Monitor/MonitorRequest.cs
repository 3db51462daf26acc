using System;
using System.Text;
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
    private readonly StringBuilder _text = new();

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

    public string Text => _text.ToString();

    /// <summary>A line of the answer.</summary>
    /// <param name="text">For people.</param>
    /// <param name="facts">The same for programs.</param>
    public void Line(string text, params ReadOnlySpan<Fact> facts) =>
        _text.Append(AsJson ? JsonFacts.Object([.. facts, new("text", text)]) : text).Append('\n');

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
            _text.Append(JsonFacts.Object(new("command", command), new("status", Failed ? "failed" : "ok"))).Append('\n');
        }
    }
}
