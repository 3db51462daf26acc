using System.Text;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>One line that the user typed after "monitor": whom it asks about, and the text of the answer.</summary>
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

    public string Text => _text.ToString();

    public void Line(string text) => _text.Append(text).Append('\n');
}
