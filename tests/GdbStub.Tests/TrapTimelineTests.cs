using System.Linq;
using System.Text;
using System.Text.Json;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.Machine.Debug.Traps;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>Who is right: the Trace Event Format (members, phases, microseconds), which Perfetto and Chrome read.</summary>
public sealed class TrapTimelineTests
{
    private static readonly ulong[] Registers = new ulong[31];

    private static MachineTrap Hvc(int cpu, ulong at, MachineTrapReturn? back) =>
        new(1, at, cpu, 1, 2, MachineTrapKind.Synchronous, 7, 0xffff_8000_1000_0000, 0x5a00_0000, null, null, Registers, back);

    private static JsonElement[] Events(params MachineTrap[] traps)
    {
        JsonElement root = JsonDocument.Parse(Encoding.UTF8.GetString(TrapTimeline.Of(traps))).RootElement;
        return [.. root.GetProperty("traceEvents").EnumerateArray()];
    }

    [Fact]
    public void Exception_with_its_return_is_a_slice_on_the_track_of_its_vCPU()
    {
        JsonElement[] events = Events(Hvc(3, 1_500, new MachineTrapReturn(4_000, 0xffff_8000_1000_0004, 3, 0, Registers, TrapRemarks.None, false)));
        Assert.Equal("thread_name", events[0].GetProperty("name").GetString());
        Assert.Equal("cpu3", events[0].GetProperty("args").GetProperty("name").GetString());
        Assert.Equal(("hvc", "X", 3), (events[1].GetProperty("name").GetString(), events[1].GetProperty("ph").GetString(), events[1].GetProperty("tid").GetInt32()));
        Assert.Equal((1.5, 2.5), (events[1].GetProperty("ts").GetDouble(), events[1].GetProperty("dur").GetDouble()));
        Assert.Equal("0xffff800010000000", events[1].GetProperty("args").GetProperty("pc").GetString());
    }

    [Fact]
    public void Exception_that_has_not_returned_is_an_instant()
    {
        JsonElement only = Events(Hvc(0, 10, null)).Last();
        Assert.Equal("i", only.GetProperty("ph").GetString());
        Assert.False(only.TryGetProperty("dur", out _));
    }
}
