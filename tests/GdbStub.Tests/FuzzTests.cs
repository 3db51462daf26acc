using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.GdbStub.Server;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using GdbHost.Protocol.Framing;
using Xunit;
using Xunit.Abstractions;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// Bytes that no debugger would send, over a real socket to a real machine. Who is right: the rule that nothing that a peer sends may
/// crash, hang or grow the process. GDBHOST_FUZZ_SEED repeats a run, GDBHOST_FUZZ_CASES makes it longer.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    // Only a hang ends by this.
    private const int HangMilliseconds = 120_000;
    private const int UsualCases = 4000;
    private const int CasesInVisit = 100;
    private const long MostGrowth = 64 << 20;

    private static readonly byte[] Loop = [0x1f, 0x20, 0x03, 0xd5, 0xff, 0xff, 0xff, 0x17];

    // What would end the program or the visit, as asked, and is no failure.
    private static readonly string[] Ends = ["k", "vKill", "D"];

    private static readonly string[] Arguments =
    [
        "", "0", "1", "-1", "p1.1", "ffffffffffffffff", "40080000", "40080000,4", "40080000,4:00000000", "40080000,10000", "7fffffff", ",", ";", ":", "=", "*", "4,40080000,4", "0,40080000,4;X3,220027",
        "0,40080000,4;X7fffffff,22", "c", "s:1", "r40080000,40080008:1", "s:p1.1;c", "5=0000000000000000", "target.xml:0,fff", "threads:read::0,ffff", "48454c50",
        "666c61672073", "40000000;1000;abc", "0;zz", "open:6e6f7465,0,0", "pread:0,ffff,0", "close:7fffffff", "\u0000\u0001", "é",
        "1:40080000:E:5:0-", "1:40080004:E:ffffffffffffffff:0:X3,220127", "-1:40080000:R3M-1,40080000,ffX6,22402204c27-", "-1:40080000:M0,0,ffffffffffffffff", "-1:40080004:SRffM1,0,4X4,2e000127",
        "-1:40080000:X5,2c00010d7f27", "2:70000000000000:E:0:0:S", "-2:70000000000000:L", "pc:40080000", "tdp:1", "range:0:ffffffff", "3:7:0:6d", "c;t:1", "t", "0,ffff",
    ];

    [Fact(Timeout = HangMilliseconds)]
    public async Task Stub_survives_what_no_debugger_would_send()
    {
        int seed = FromEnvironment("GDBHOST_FUZZ_SEED", Environment.TickCount & 0xFFFF);
        int cases = FromEnvironment("GDBHOST_FUZZ_CASES", UsualCases);
        output.WriteLine($"GDBHOST_FUZZ_SEED={seed} GDBHOST_FUZZ_CASES={cases}");
        Random random = new(seed);
        using StringWriter messages = new();
        using CancellationTokenSource stop = new();
        using var target = MachineTarget.Create(
            new MachineConfiguration { MemoryBytes = 1UL << 26, Kernel = new BootFile("loop.bin", Loop) }, static _ => { });
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
            await VisitAsync(server.EndPoint, random);
            await ended.WaitAsync();
            if (done == cases / 2)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        // Afterwards a debugger in its right mind is served as ever.
        using (Socket sane = await ConnectAsync(server.EndPoint))
        {
            await sane.SendAsync(Packet("qC"u8.ToArray()));
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

    /// <summary>One connection: sends cases, reads what comes back without a look, and leaves, sometimes rudely.</summary>
    private static async Task VisitAsync(EndPoint where, Random random)
    {
        Socket socket = await ConnectAsync(where);
        Task reading = DrainAsync(socket);
        try
        {
            for (int i = 0; i < CasesInVisit; i++)
            {
                await socket.SendAsync(Case(random));
            }

            if (random.Next(3) == 0)
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

    private static byte[] Case(Random random)
    {
        byte[] body = Body(random);
        switch (random.Next(12))
        {
            case 0:
                return [3];
            case 1:
                return body;
            case 2:
                return Packet(body)[..^random.Next(1, 4)];
            case 3:
                return [.. "+-+$"u8, .. body];
            case 4:
                byte[] broken = Packet(body);
                broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
                return broken;
            default:
                return Packet(body);
        }
    }

    private static byte[] Body(Random random)
    {
        IReadOnlyList<string> prefixes = [.. Commands.All.Table.Rows.Select(static r => r.Prefix).Where(static p => !Ends.Contains(p))];
        string text = prefixes[random.Next(prefixes.Count)] + Arguments[random.Next(Arguments.Length)];
        if (random.Next(4) == 0)
        {
            text += Arguments[random.Next(Arguments.Length)];
        }

        byte[] bytes = Encoding.Latin1.GetBytes(text);
        if (random.Next(6) == 0)
        {
            byte[] noise = new byte[random.Next(1, 200)];
            random.NextBytes(noise);
            bytes = [.. bytes, .. noise];
        }

        // A mutation must not make a packet of one that ends the program.
        return bytes.Length > 0 && (bytes[0] is (byte)'k' or (byte)'D' || bytes.AsSpan().IndexOf("vKill"u8) >= 0) ? [(byte)'g'] : bytes;
    }

    private static byte[] Packet(byte[] body) => [(byte)'$', .. body, .. Encoding.ASCII.GetBytes($"#{Checksum.Of(body):x2}")];

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
