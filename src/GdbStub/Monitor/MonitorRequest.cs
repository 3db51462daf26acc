using System.Text;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>One line that the user typed after "monitor": whom it asks about, and the text of the answer.</summary>
internal sealed class MonitorRequest(ITarget target, int cpu)
{
    private readonly StringBuilder _text = new();

    public ITarget Target { get; } = target;

    /// <summary>The vCPU that gdb has selected.</summary>
    public int Cpu { get; } = cpu;

    public string Text => _text.ToString();

    public void Line(string text) => _text.Append(text).Append('\n');
}
