using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.GdbStub.Commands;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tests.Fakes;
using GdbHost.Machine.Boards;
using GdbHost.Protocol.Text;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// What a packet costs in memory, from its bytes to the framed reply, on a real machine that stands still. Who is right: nothing may be
/// allocated, as the collector counts it.
/// </summary>
public sealed class AllocationTests : IDisposable
{
    private const int Packets = 1000;

    // The machine's thread may still be on its way to its first wait and have the machine for a moment; then a request waits in a queue. What a
    // packet costs, it costs each time.
    private const int Rounds = 3;

    // NOP and a branch to itself: each step goes on.
    private static readonly byte[] Code = [0x1f, 0x20, 0x03, 0xd5, 0xff, 0xff, 0xff, 0x17];

    private readonly MachineTarget _target = MachineTarget.Create(
        new MachineConfiguration { MemoryBytes = 1UL << 26, Kernel = new BootFile("loop.bin", Code) }, static _ => { });

    private int _stops;

    public void Dispose() => _target.Dispose();

    [Theory]
    [InlineData("g")]
    [InlineData("p20")]
    [InlineData("m40080000,100")]
    [InlineData("vCont;s:1")]
    public void Packet_allocates_nothing(string text)
    {
        byte[] packet = Encoding.ASCII.GetBytes(text);
        var context = new CommandContext(_target, Commands.All.Table, new SessionState());
        var guest = new GuestRun(_target);
        Action<TargetStop> stopped = _ => _stops++;
        Play(context, guest, packet, stopped, Packets);
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Play(context, guest, packet, stopped, Packets);
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(text.StartsWith('v') ? (1 + Rounds) * Packets : 0, _stops);
    }

    /// <summary>The same through a whole visit: queue, framing, sending.</summary>
    [Theory]
    [InlineData("g")]
    [InlineData("p20")]
    [InlineData("m40080000,100")]
    [InlineData("vCont;s:1")]
    public async Task Visit_allocates_nothing_for_a_packet(string text)
    {
        using var peer = new InlinePeer();
        Task visit = new DebugSession(peer, new GuestRun(_target), Commands.All.Table, new Log(TextWriter.Null, LogLevel.Info))
            .RunAsync(CancellationToken.None);
        byte[] packet = Encoding.ASCII.GetBytes($"${text}#{Protocol.Framing.Checksum.Of(Encoding.ASCII.GetBytes(text)):x2}");
        peer.Send("$QStartNoAckMode#b0"u8, times: 1);
        peer.Send(packet, Packets);
        int before = peer.Writes;
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            least = long.Min(least, peer.Send(packet, Packets));
        }

        Assert.Equal(0, least);
        Assert.Equal(Rounds * Packets, peer.Writes - before);
        peer.Leave();
        await visit;
    }

    private void Play(CommandContext context, GuestRun guest, byte[] packet, Action<TargetStop> stopped, int times)
    {
        for (int i = 0; i < times; i++)
        {
            context.BeginCommand();
            Command row = context.Table.Find(packet, _target, out int prefix)!;
            row.Handle(context, new RspReader(packet.AsSpan(prefix)));
            context.FinishCommand();
            if (context.ResumeActions is CpuAction[] actions)
            {
                guest.Resume(actions, stopped, context.StepRange);
                context.BeginCommand();
                StopReplies.WriteAfterRun(context, guest.LastStop);
                context.FinishCommand();
            }

            Assert.False(context.Outgoing.IsEmpty);
        }
    }
}
