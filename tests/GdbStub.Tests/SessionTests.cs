using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using GdbHost.GdbStub.Commands;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tests.Fakes;
using GdbHost.Protocol.Framing;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// Who is right: GDB manual, Packet Acknowledgment and Interrupts; the rules for a debugger that leaves are ours (DebugSession).
/// </summary>
public class SessionTests
{
    private readonly FakeTarget _target = new();
    private readonly GuestRun _guest;

    public SessionTests() => _guest = new GuestRun(_target);

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Packet_is_acknowledged_until_no_ack_mode()
    {
        Peer peer = NewPeer();
        await peer.SendPacketAsync("QStartNoAckMode");
        Assert.Equal("+", await peer.ReceiveAsync());
        Assert.Equal("OK", await peer.ReceiveAsync());
        await peer.SendPacketAsync("qC");
        Assert.Equal("QC1", await peer.ReceiveAsync());
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Wrong_checksum_is_refused_and_the_repeat_is_answered()
    {
        Peer peer = NewPeer();
        await peer.SendRawAsync("$qC#00"u8.ToArray());
        Assert.Equal("-", await peer.ReceiveAsync());
        await peer.SendPacketAsync("qC");
        Assert.Equal("+", await peer.ReceiveAsync());
        Assert.Equal("QC1", await peer.ReceiveAsync());
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Reply_that_the_peer_refuses_is_sent_again()
    {
        Peer peer = NewPeer();
        await peer.SendPacketAsync("qC");
        Assert.Equal("QC1", await peer.ReceivePacketAsync());
        await peer.SendRawAsync("-"u8.ToArray());
        Assert.Equal("QC1", await peer.ReceivePacketAsync());
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Wrong_checksum_in_no_ack_mode_is_an_error_reply()
    {
        Peer peer = NewPeer();
        await peer.SendPacketAsync("QStartNoAckMode");
        Assert.Equal("OK", await peer.ReceivePacketAsync());
        await peer.SendRawAsync("$qC#00"u8.ToArray());
        Assert.Equal("E16", await peer.ReceivePacketAsync());
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Packet_over_the_limit_is_an_error_reply()
    {
        Peer peer = NewPeer();
        await peer.SendPacketAsync(new string('m', CommandContext.MaxPacketBytes + 1));
        Assert.Equal("E5b", await peer.ReceivePacketAsync());
        await peer.SendPacketAsync("qC");
        Assert.Equal("QC1", await peer.ReceivePacketAsync());
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Largest_write_fits_into_PacketSize()
    {
        Peer peer = NewPeer();
        string head = "X1000,1fff0:";
        await peer.SendPacketAsync(head + new string('a', 0x1fff0));
        Assert.Equal("E0e", await peer.ReceivePacketAsync());
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Connect_without_a_packet_does_not_stop_the_guest()
    {
        _guest.Start();
        Peer peer = NewPeer();
        peer.Leave();
        await peer.Session;
        Assert.True(_guest.Running);
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task First_packet_stops_a_running_guest()
    {
        _guest.Start();
        Peer peer = NewPeer();
        await peer.SendPacketAsync("?");
        Assert.StartsWith("T05thread:1;", await peer.ReceivePacketAsync(), StringComparison.Ordinal);
        Assert.False(_guest.Running);
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Debugger_that_vanishes_leaves_a_running_guest_running_without_breakpoints()
    {
        _guest.Start();
        Peer peer = NewPeer();
        await peer.SendPacketAsync("Z0,40000000,4");
        Assert.Equal("OK", await peer.ReceivePacketAsync());
        peer.Leave();
        await peer.Session;
        Assert.True(_guest.Running);
        Assert.Empty(_target.InsertedBreakpoints);
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Debugger_that_vanishes_while_the_guest_runs_leaves_it_running()
    {
        _guest.Start();
        Peer peer = NewPeer();
        await peer.SendPacketAsync("vCont;c");
        await ResumesAsync(2);
        peer.Leave();
        await peer.Session;
        Assert.True(_guest.Running);
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Guest_that_prints_more_than_the_peer_reads_never_waits()
    {
        Peer peer = NewPeer();
        await peer.SendPacketAsync("vCont;c");
        await ResumesAsync(1);
        for (int i = 0; i < 100_000; i++)
        {
            // On the thread of the machine, in life.
            _target.Printed!("forty characters of a dprintf's own text\n");
        }

        _target.Stop(new TargetStop(StopKind.Interrupt, 0));
        string text = "";
        string? said = await peer.ReceivePacketAsync();
        while (said is ['O', ..])
        {
            text += Encoding.ASCII.GetString(Convert.FromHexString(said[1..]));
            said = await peer.ReceivePacketAsync();
        }

        Assert.StartsWith("T02", said, StringComparison.Ordinal);
        Assert.InRange(text.Length, 1, 300_000);
        Assert.Contains(" more texts were printed, faster than they were read)", text, StringComparison.Ordinal);
        peer.Leave();
        await peer.Session;
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Debugger_that_vanishes_leaves_a_waiting_guest_stopped()
    {
        Peer peer = NewPeer();
        await peer.SendPacketAsync("?");
        await peer.ReceivePacketAsync();
        peer.Leave();
        await peer.Session;
        Assert.False(_guest.Running);
        Assert.False(_guest.Ended.IsCompleted);
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Next_debugger_finds_a_fresh_session()
    {
        Peer first = NewPeer();
        await first.SendPacketAsync("QStartNoAckMode");
        await first.ReceivePacketAsync();
        first.Leave();
        await first.Session;

        Peer second = NewPeer();
        await second.SendPacketAsync("qC");
        Assert.Equal("+", await second.ReceiveAsync());
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Guest_that_gets_stuck_under_a_debugger_ends_the_run_when_the_debugger_leaves()
    {
        Peer peer = NewPeer();
        await peer.SendPacketAsync("c");
        await ResumesAsync(1);
        _target.Stop(new TargetStop(StopKind.Stuck, 0, Explanation: "cpu0 waits for an interrupt that cannot come"));
        Assert.StartsWith("O", await peer.ReceivePacketAsync(), StringComparison.Ordinal);
        Assert.StartsWith("T05", await peer.ReceivePacketAsync(), StringComparison.Ordinal);
        Assert.False(_guest.Ended.IsCompleted);
        peer.Leave();
        await peer.Session;
        Assert.Equal(new GuestEnd(3, "cpu0 waits for an interrupt that cannot come"), await _guest.Ended);
    }

    [Theory(Timeout = Hang.Milliseconds)]
    [InlineData("PowerOff", 0)]
    [InlineData("Reset", 4)]
    [InlineData("Stuck", 3)]
    [InlineData("InstructionLimit", 3)]
    [InlineData("Exit", 42)]
    public async Task Stop_without_a_debugger_ends_the_run_with_the_status_of_its_kind(string kind, int status)
    {
        _guest.Start();
        _target.Stop(new TargetStop(Enum.Parse<StopKind>(kind), 0, ExitCode: 42));
        Assert.Equal(status, (await _guest.Ended).ExitStatus);
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Any_split_of_a_conversation_gives_the_same_replies()
    {
        byte[] conversation =
            [.. Framed("QStartNoAckMode"), (byte)'+', .. Framed("qC"), .. Framed("m40000000,4"), .. Framed("X40000000,1:}\x03")];
        for (int split = 0; split <= conversation.Length; split++)
        {
            Peer peer = NewPeer();
            await peer.SendRawAsync(conversation[..split]);
            await peer.SendRawAsync(conversation[split..]);
            var replies = new List<string?>();
            for (int i = 0; i < 4; i++)
            {
                replies.Add(await peer.ReceivePacketAsync());
            }

            Assert.Equal(["OK", "QC1", split == 0 ? "00010203" : "23010203", "OK"], replies);
            peer.Leave();
            await peer.Session;
        }
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Random_packets_never_end_the_session()
    {
        var random = new Random(20261121);
        string[] heads =
        [
            .. Commands.All.Table.Rows.Select(r => r.Prefix)
                .Where(p => p is not ("k" or "vKill" or "D" or "c" or "s" or "C" or "S" or "vCont;" or "R")),
        ];
        Peer peer = NewPeer();
        await peer.SendPacketAsync("QStartNoAckMode");
        await peer.ReceivePacketAsync();
        for (int i = 0; i < 3000; i++)
        {
            string tail = new(random.GetItems("0123456789abcdef,;:=.-pmX%\x00\xff".AsSpan(), random.Next(0, 40)));
            await peer.SendPacketAsync(heads[random.Next(heads.Length)] + tail);
            string? reply = await peer.ReceivePacketAsync();
            while (reply is not null && reply.StartsWith('O') && reply != "OK")
            {
                reply = await peer.ReceivePacketAsync();
            }

            Assert.NotNull(reply);
        }

        Assert.Equal("", peer.Messages.ToString());
    }

    private static byte[] Framed(string body)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(body);
        return [(byte)'$', .. bytes, .. Encoding.Latin1.GetBytes($"#{Checksum.Of(bytes):x2}")];
    }

    private Peer NewPeer() => new(_target, _guest);

    private async Task ResumesAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await _target.Resumes.ReadAsync();
        }
    }
}
