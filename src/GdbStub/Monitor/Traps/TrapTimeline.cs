using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>
/// The log as a picture over time, for ui.perfetto.dev and chrome://tracing (Google, Trace Event Format): a track for each vCPU, a slice
/// for each exception from its entry to its return.
/// </summary>
internal static class TrapTimeline
{
    public const string FileName = "traps.json";

    private const int MachineProcess = 1;
    private const double NanosecondsPerUnit = 1000;

    public static byte[] Of(IReadOnlyList<MachineTrap> traps)
    {
        IEnumerable<Fact[]> names = traps.Select(static t => t.Cpu).Distinct().Order().Select(static cpu => (Fact[])
        [
            new("name", "thread_name"), new("ph", "M"), new("pid", MachineProcess), new("tid", cpu),
            new("args", new Fact[] { new("name", $"cpu{cpu}") }),
        ]);
        IEnumerable<Fact[]> all = names.Concat(traps.Select(Event));
        return Encoding.UTF8.GetBytes(JsonFacts.Object(new Fact("displayTimeUnit", "ns"), new Fact("traceEvents", all)) + "\n");
    }

    // One that has not returned has no length and is an instant.
    private static Fact[] Event(MachineTrap t) =>
    [
        new("name", TrapClasses.NameOf(t.Kind, t.Class)), new("cat", $"EL{t.From}-EL{t.To}"), new("ph", t.Return is null ? "i" : "X"),
        new("ts", t.At / NanosecondsPerUnit), new("dur", t.Return is MachineTrapReturn back ? (back.At - t.At) / NanosecondsPerUnit : null),
        new("s", t.Return is null ? "t" : null), new("pid", MachineProcess), new("tid", t.Cpu), new("args", TrapFacts.Of(t)),
    ];
}
