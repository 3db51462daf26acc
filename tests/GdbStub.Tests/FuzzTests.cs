using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.GdbStub.Server;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tests.Fakes;
using GdbHost.Machine.Boards;
using Xunit;
using Xunit.Abstractions;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// Bytes that no debugger would send, to a real machine. Who is right: the rule that nothing that a peer sends may crash, hang or grow the
/// process. GDBHOST_FUZZ_SEED repeats a run, GDBHOST_FUZZ_CASES makes it longer. In step everything follows from the seed; over a socket the
/// bytes do, but a guest that runs stops when it does.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int UsualSeed = 1;
    private const int UsualCases = 4000;
    private const int CasesInVisit = 100;
    private const int VisitsTwice = 10;
    private const long MostGrowth = 64 << 20;

    private static readonly byte[] Loop = [0x1f, 0x20, 0x03, 0xd5, 0xff, 0xff, 0xff, 0x17];

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Stub_survives_in_step_what_no_debugger_would_send()
    {
        (int seed, int cases) = Begin();
        long before = 0;
        for (int done = 0; done < cases; done += CasesInVisit)
        {
            await Task.Run(() => VisitInStepAsync(seed, done / CasesInVisit));
            if (done == cases / 2)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < MostGrowth, $"seed {seed}: the process grows");
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task What_the_stub_says_in_step_follows_from_the_seed()
    {
        for (int visit = 0; visit < VisitsTwice; visit++)
        {
            Assert.Equal(await Task.Run(() => VisitInStepAsync(UsualSeed, visit)), await Task.Run(() => VisitInStepAsync(UsualSeed, visit)));
        }
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Stub_survives_over_a_socket_what_no_debugger_would_send()
    {
        (int seed, int cases) = Begin();
        using StringWriter messages = new();
        using CancellationTokenSource stop = new();
        using var target = Machine();
        GuestRun guest = new(target);
        Log log = new(TextWriter.Synchronized(messages), LogLevel.Error);
        Assert.True(ListenAddress.TryParse("127.0.0.1:0", out ListenAddress? address, out _));
        using TcpServer server = new(address, log);
        using SemaphoreSlim ended = new(0);
        Task serving = server.RunAsync(
            async (c, s) =>
            {
                await new DebugSession(c, guest, Commands.All.Table, log).RunAsync(s);
                ended.Release();
            },
            stop.Token);

        long before = 0;
        for (int done = 0; done < cases; done += CasesInVisit)
        {
            await VisitAsync(server.EndPoint, FuzzCases.OfVisit(seed, done / CasesInVisit, CasesInVisit, runs: true), isRude: done / CasesInVisit % 3 == 0);
            await ended.WaitAsync();
            if (done == cases / 2)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        // Afterwards a debugger in its right mind is served as ever.
        using (Socket sane = await ConnectAsync(server.EndPoint))
        {
            await sane.SendAsync(FuzzCases.Packet("qC"u8.ToArray()));
            byte[] answer = new byte[64];
            int count = await sane.ReceiveAsync(answer);
            Assert.StartsWith("+", Encoding.Latin1.GetString(answer, 0, count), StringComparison.Ordinal);
        }

        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < MostGrowth, $"seed {seed}: the process grows");
        await stop.CancelAsync();
        await serving;
        Assert.True(messages.ToString().Length == 0, $"seed {seed}: {messages}");

        // In a million cases chance writes a k with the right checksum once.
        string end = guest.Ended.IsCompleted ? (await guest.Ended).Reason : "";
        Assert.True(end.Length == 0 || end.Contains("killed", StringComparison.Ordinal), $"seed {seed}: {end}");
    }

    /// <summary>A visit on one thread, to a machine of its own that only steps; gives the hash of what the stub has said.</summary>
    private static async Task<string> VisitInStepAsync(int seed, int visit)
    {
        using var target = Machine();
        using StringWriter messages = new();
        GuestRun guest = new(target);
        using InlinePeer peer = new();
        Task session = new DebugSession(peer, guest, Commands.All.Table, new Log(messages, LogLevel.Error)).RunAsync(CancellationToken.None);
        foreach (byte[] one in FuzzCases.OfVisit(seed, visit, CasesInVisit, runs: false))
        {
            peer.Send(one, times: 1);
        }

        peer.Leave();
        await session;
        Assert.True(messages.ToString().Length == 0, $"seed {seed}, visit {visit}: {messages}");
        return peer.HashOfSent();
    }

    private static MachineTarget Machine() => MachineTarget.Create(
        new MachineConfiguration { MemoryBytes = 1UL << 26, Kernel = new BootFile("loop.bin", Loop) }, static _ => { });

    private (int Seed, int Cases) Begin()
    {
        int seed = FromEnvironment("GDBHOST_FUZZ_SEED", UsualSeed);
        int cases = FromEnvironment("GDBHOST_FUZZ_CASES", UsualCases);
        output.WriteLine($"GDBHOST_FUZZ_SEED={seed} GDBHOST_FUZZ_CASES={cases}");
        return (seed, cases);
    }

    /// <summary>One connection: sends cases, reads what comes back without a look, and leaves, sometimes rudely.</summary>
    private static async Task VisitAsync(EndPoint where, IReadOnlyList<byte[]> cases, bool isRude)
    {
        Socket socket = await ConnectAsync(where);
        Task reading = DrainAsync(socket);
        try
        {
            foreach (byte[] one in cases)
            {
                await socket.SendAsync(one);
            }

            if (isRude)
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            else
            {
                socket.Shutdown(SocketShutdown.Send);
                await reading;
            }
        }
        catch (SocketException)
        {
            // The stub may close a visit that asks for it.
        }

        socket.Dispose();
        await reading;
    }

    private static async Task DrainAsync(Socket socket)
    {
        byte[] room = new byte[1 << 16];
        try
        {
            while (await socket.ReceiveAsync(room) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // We left.
        }
    }

    private static async Task<Socket> ConnectAsync(EndPoint where)
    {
        Socket socket = new(where.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(where);
        return socket;
    }

    private static int FromEnvironment(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : usual;
}
