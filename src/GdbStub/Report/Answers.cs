using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Report;

/// <summary>What the monitor commands say of a guest that stands still: the facts of "--json", each command asked once.</summary>
/// <param name="cpu">The vCPU that the report is about.</param>
/// <param name="end">How the run has ended; null while it has not.</param>
internal sealed class Answers(ITarget target, int cpu, GuestEnd? end)
{
    private readonly Dictionary<(string, int), IReadOnlyList<AnswerLine>> _known = [];

    public ITarget Target { get; } = target;

    public int Cpu { get; } = cpu;

    public GuestEnd? End { get; } = end;

    /// <summary>Who asks: somebody with no choices made, so that the report is the same for all.</summary>
    public IReadOnlyList<AnswerLine> To(string line, int? about = null)
    {
        int which = about ?? Cpu;
        if (!_known.TryGetValue((line, which), out IReadOnlyList<AnswerLine>? answer))
        {
            MonitorRequest request = new(Target, which);
            MonitorTable.Run(request, line);
            _known[(line, which)] = answer = request.Lines;
        }

        return answer;
    }

    /// <summary>The lines that have a fact.</summary>
    public IReadOnlyList<AnswerLine> With(string fact, string line, int? about = null) => [.. To(line, about).Where(l => l[fact] is not null)];

    /// <summary>The command exists for this target.</summary>
    public bool Has(string command) => MonitorTable.Offered(new MonitorRequest(Target, Cpu)).Any(row => row.Name == command);
}
