using System;
using System.Text;
using System.Threading.Tasks;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tests.Fakes;
using GdbHost.Machine.Boards;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// Worlds as processes, and non-stop mode, in which each vCPU is one thread: who asks for both is refused the second. Who is right: GDB manual,
/// Remote Non-Stop (a thread that stands has a fixed name) and docs/WORLDS.md.
/// </summary>
public sealed class WorldSessionTests
{
    private static readonly byte[] Loop = [0x1f, 0x20, 0x03, 0xd5, 0xff, 0xff, 0xff, 0x17];

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Worlds_and_non_stop_mode_refuse_each_other_in_one_line()
    {
        using var target = MachineTarget.Create(
            new MachineConfiguration { MemoryBytes = 1UL << 26, Kernel = new BootFile("loop.bin", Loop) }, static _ => { });
        var peer = new Peer(target, new GuestRun(target));
        await AskAsync(peer, "qSupported:multiprocess+");
        Assert.StartsWith("worlds: on;", await MonitorAsync(peer, "worlds on"), StringComparison.Ordinal);
        Assert.Equal("E.non-stop mode is not for worlds as inferiors; say \"monitor worlds off\" first", await AskAsync(peer, "QNonStop:1"));
        Assert.Equal("OK", await AskAsync(peer, "QNonStop:0"));
        Assert.StartsWith("worlds: off;", await MonitorAsync(peer, "worlds off"), StringComparison.Ordinal);
        Assert.Equal("OK", await AskAsync(peer, "QNonStop:1"));
        foreach (string line in new[] { "worlds on", "worlds any", "worlds own" })
        {
            Assert.StartsWith("worlds: not in non-stop mode, in which a vCPU is one thread whatever it runs", await MonitorAsync(peer, line), StringComparison.Ordinal);
        }

        Assert.StartsWith("worlds: off;", await MonitorAsync(peer, "worlds"), StringComparison.Ordinal);
        Assert.Equal("OK", await AskAsync(peer, "QNonStop:0"));
        Assert.StartsWith("worlds: on;", await MonitorAsync(peer, "worlds on"), StringComparison.Ordinal);
        peer.Leave();
        await peer.Session;
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Reason_of_a_failed_access_is_kept_for_who_asks()
    {
        using var target = MachineTarget.Create(
            new MachineConfiguration { MemoryBytes = 1UL << 26, Kernel = new BootFile("loop.bin", Loop) }, static _ => { });
        var peer = new Peer(target, new GuestRun(target));
        Assert.Equal("error: no read or write of memory has failed\n", await MonitorAsync(peer, "error"));
        Assert.Equal("E0e", await AskAsync(peer, "m3f000000,4"));
        Assert.Equal("error: nothing answers at 0x3f000000\n", await MonitorAsync(peer, "error"));
        Assert.Equal("E0e", await AskAsync(peer, "M3f000004,1:00"));
        Assert.Equal("error: there is no memory at 0x3f000004 that can be written\n", await MonitorAsync(peer, "error"));
        Assert.Equal("usage: monitor error\n", await MonitorAsync(peer, "error 1"));
        peer.Leave();
        await peer.Session;
    }

    private static async Task<string?> AskAsync(Peer peer, string packet)
    {
        await peer.SendPacketAsync(packet);
        return await peer.ReceivePacketAsync();
    }

    /// <summary>All that a command prints.</summary>
    private static async Task<string> MonitorAsync(Peer peer, string line)
    {
        string text = "";
        string? reply = await AskAsync(peer, "qRcmd," + Convert.ToHexString(Encoding.ASCII.GetBytes(line)));
        while (reply is ['O', _, ..] and not "OK")
        {
            text += Encoding.ASCII.GetString(Convert.FromHexString(reply[1..]));
            reply = await peer.ReceivePacketAsync();
        }

        return text;
    }
}
