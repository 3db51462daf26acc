using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using GdbHost.GdbStub.Commands;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tests.Fakes;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>Who is right: the transcripts in tests/Vectors/rsp; each names its own witness.</summary>
public class TranscriptTests
{
    public static TheoryData<string> Names => [.. Transcript.Names];

    [Theory(Timeout = Hang.Milliseconds)]
    [MemberData(nameof(Names))]
    public async Task Conversation_goes_as_recorded(string name)
    {
        var target = new FakeTarget();
        var guest = new GuestRun(target);
        var peer = new Peer(target, guest);
        foreach (TranscriptLine line in Transcript.Read(name))
        {
            string seen = await PlayAsync(line, peer, target, guest);
            Assert.True(seen == line.Text, $"{name}:{line.Number}: expected \"{line.Text}\", got \"{seen}\"");
        }

        peer.Leave();
        await peer.Session;
        Assert.DoesNotContain("error", peer.Messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_packet_of_the_table_has_a_transcript()
    {
        HashSet<string> found = [];
        foreach (TranscriptLine line in Transcript.Names.SelectMany(Transcript.Read).Where(l => l.Mark == ">"))
        {
            Command? row = Commands.All.Table.Find(Encoding.Latin1.GetBytes(line.Text), new FakeTarget(), out _);
            found.Add(row?.Prefix ?? "");
        }

        Assert.Empty(Commands.All.Table.Rows.Select(r => r.Prefix).Except(found));
    }

    /// <summary>Does what the line says and gives back what it should be compared with.</summary>
    private static async Task<string> PlayAsync(TranscriptLine line, Peer peer, FakeTarget target, GuestRun guest)
    {
        switch (line.Mark)
        {
            case ">":
                await peer.SendPacketAsync(line.Text);
                return line.Text;
            case "raw>":
                await peer.SendRawAsync(Encoding.Latin1.GetBytes(line.Text));
                return line.Text;
            case "<":
                return await peer.ReceivePacketAsync() ?? "(closed)";
            case "!":
                target.Stop(ParseStop(line.Text));
                return line.Text;
            case "resumed":
                return string.Join(' ', await target.Resumes.ReadAsync());
            case "step":
                return $"{target.Step.From:x}-{target.Step.To:x}{(target.Step.TakesInterrupts ? " interrupts" : "")}";
            case "restarts":
                return target.Restarts.ToString(CultureInfo.InvariantCulture);
            case "visit":
                target.Traced.Visit(0, ulong.Parse(line.Text, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                return line.Text;
            case "event":
                target.Traced.Happen(line.Text[0] - '0', line.Text[2..]);
                return line.Text;
            case "visits":
                return string.Join(' ', target.Traced.Visits.Select(static v => v.ToString("x", CultureInfo.InvariantCulture)));
            case "breakpoints":
                return string.Join(' ', target.InsertedBreakpoints);
            case "closed":
                await peer.Session;
                return await peer.ReceivePacketAsync() ?? "";
            case "ended":
                return (await guest.Ended).ExitStatus.ToString(CultureInfo.InvariantCulture);
            default:
                return $"the unknown mark {line.Mark}";
        }
    }

    /// <summary>Reads "Kind cpu [address or exit code in hex]".</summary>
    private static TargetStop ParseStop(string text)
    {
        string[] words = text.Split(' ');
        StopKind kind = Enum.Parse<StopKind>(words[0]);
        ulong value = words.Length > 2 ? ulong.Parse(words[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;
        int cpu = int.Parse(words[1], CultureInfo.InvariantCulture);
        return kind == StopKind.Exit ? new TargetStop(kind, cpu, ExitCode: (int)value) : new TargetStop(kind, cpu, value);
    }
}
