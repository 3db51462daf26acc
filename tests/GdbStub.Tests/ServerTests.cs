using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.GdbStub.Server;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Tests.Fakes;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>Who is right: GDB manual, Packet Acknowledgment, over real sockets of this host.</summary>
public sealed class ServerTests : IDisposable
{
    // A peer that is read on sends so much at the most.
    private const int MostSent = 4 << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-server");
    private readonly StringWriter _messages = new();
    private readonly FakeTarget _target = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _left = new(0);
    private readonly Log _log;

    // One for all sessions, which write from threads of their own.
    public ServerTests() => _log = new Log(_messages, LogLevel.Info);

    public static TheoryData<string> Addresses => ["127.0.0.1:0", "[::1]:0", "unix"];

    public void Dispose()
    {
        _stop.Dispose();
        _left.Dispose();
        _messages.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory(Timeout = Hang.Milliseconds)]
    [MemberData(nameof(Addresses))]
    public async Task Debugger_after_debugger_is_served(string where)
    {
        using TcpServer server = Open(where);
        Task serving = Serve(server);
        for (int visit = 0; visit < 3; visit++)
        {
            using Socket client = await ConnectAsync(server);
            Assert.Equal("+$QC1#c5", await AskAsync(client, "$qC#b4", 8));
        }

        await _stop.CancelAsync();
        await serving;
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Second_debugger_looks_and_the_first_keeps_control()
    {
        using TcpServer server = Open("127.0.0.1:0");
        Task serving = Serve(server);
        using Socket first = await ConnectAsync(server);
        Assert.Equal("+$OK#9a", await AskAsync(first, Framed("Z0,40000000,4"), 7));

        using Socket second = await ConnectAsync(server);
        Assert.Equal("+$00010203#86", await AskAsync(second, Framed("m40000000,4"), 13));
        foreach (string change in new[] { "P0=0000000000000000", "M40000000,1:ff", "vCont;c", "c", "k", "Z0,40000004,4", "vCtrlC" })
        {
            Assert.StartsWith("+$E.another debugger has control", await AskAsync(second, Framed(change), 40), StringComparison.Ordinal);
            await DrainAsync(second);
        }

        // Its leaving changes nothing either.
        Assert.Equal("+$OK#9a", await AskAsync(second, Framed("D"), 7));
        Assert.Equal(0, await second.ReceiveAsync(new byte[1]));
        Assert.Equal(["Software@40000000/4"], _target.InsertedBreakpoints);
        Assert.False(_target.Resumes.TryRead(out _));
        Assert.Equal("+$OK#9a", await AskAsync(first, Framed("z0,40000000,4"), 7));

        await _stop.CancelAsync();
        await serving;
    }

    [Theory(Timeout = Hang.Milliseconds)]
    [InlineData("Stop", false, false)]
    [InlineData("Continue", true, false)]
    [InlineData("Exit", false, true)]
    [InlineData("AsFound", false, false)]
    public async Task Broken_connection_takes_the_breakpoints_with_it_and_leaves_the_guest_as_the_user_chose(string action, bool runs, bool ends)
    {
        using TcpServer server = Open("127.0.0.1:0");
        var guest = new GuestRun(_target) { OnDisconnect = Enum.Parse<DisconnectAction>(action) };
        Task serving = Serve(server, guest);
        Socket rude = await ConnectAsync(server);
        Assert.Equal("+$OK#9a", await AskAsync(rude, Framed("Z0,40000000,4"), 7));
        rude.LingerState = new LingerOption(true, 0);
        rude.Dispose();

        // The next one waits for it to leave, but for a second only: a busy host may take longer.
        await _left.WaitAsync();
        using Socket next = await ConnectAsync(server);
        Assert.Equal("+$QC1#c5", await AskAsync(next, "$qC#b4", 8));
        Assert.Empty(_target.InsertedBreakpoints);
        Assert.Equal((runs, ends), (_target.Resumes.TryRead(out _), guest.Ended.IsCompleted));
        await _stop.CancelAsync();
        await serving;
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Peer_that_resets_the_connection_does_not_end_the_server()
    {
        using TcpServer server = Open("127.0.0.1:0");
        Task serving = Serve(server);
        Socket rude = await ConnectAsync(server);
        await rude.SendAsync("$qC#b4"u8.ToArray());
        rude.LingerState = new LingerOption(true, 0);
        rude.Dispose();

        using Socket next = await ConnectAsync(server);
        Assert.Equal("+$QC1#c5", await AskAsync(next, "$qC#b4", 8));
        await _stop.CancelAsync();
        await serving;
    }

    /// <summary>As many as there is room for but one: each kind of rudeness holds the seat of who does it, and nobody else's.</summary>
    [Theory(Timeout = Hang.Milliseconds)]
    [InlineData("half a packet", "$m40000000,1")]
    [InlineData("floods without reading", "$m40000000,800#b5")]
    [InlineData("floods with noise", "+-+-$$$#00\u0003")]
    public async Task Rude_peers_stall_nobody_else(string kind, string text)
    {
        Assert.NotEmpty(kind);
        using TcpServer server = Open("127.0.0.1:0");
        Task serving = Serve(server);
        List<Socket> rude = [];
        for (int i = 0; i < TcpServer.Most - 1; i++)
        {
            rude.Add(await ConnectAsync(server));
            SendUntilFull(rude[i], Encoding.ASCII.GetBytes(text), repeats: kind != "half a packet");
        }

        using Socket sane = await ConnectAsync(server);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal("+$00010203#86", await AskAsync(sane, Framed("m40000000,4"), 13));
        }

        // A rude one's seat is free once its leaving is noticed.
        rude[0].Dispose();
        while (!await IsServedAsync(server))
        {
        }

        rude.ForEach(static r => r.Dispose());
        await _stop.CancelAsync();
        await serving;
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task One_debugger_too_many_is_turned_away_and_the_others_are_served_on()
    {
        using TcpServer server = Open("127.0.0.1:0");
        Task serving = Serve(server);
        List<Socket> seated = [];
        for (int i = 0; i < TcpServer.Most; i++)
        {
            seated.Add(await ConnectAsync(server));
            Assert.Equal("+$QC1#c5", await AskAsync(seated[i], "$qC#b4", 8));
        }

        using (Socket turnedAway = await ConnectAsync(server))
        {
            Assert.Equal(0, await turnedAway.ReceiveAsync(new byte[1]));
        }

        Assert.Equal("+$QC1#c5", await AskAsync(seated[^1], "$qC#b4", 8));
        Assert.Contains($"a debugger was turned away: {TcpServer.Most} are connected already", _messages.ToString(), StringComparison.Ordinal);
        seated.ForEach(static s => s.Dispose());
        await _stop.CancelAsync();
        await serving;
    }

    [Fact]
    public void Port_in_use_is_a_socket_error()
    {
        using TcpServer first = Open("127.0.0.1:0");
        SocketException error = Assert.Throws<SocketException>(() => Open($"127.0.0.1:{first.Port}"));
        Assert.Contains($"{first.Port} is in use",
            ListenAddress.Problem(Address($"127.0.0.1:{first.Port}"), error), StringComparison.Ordinal);
    }

    [Fact]
    public void Socket_file_that_a_dead_program_left_is_replaced_and_a_live_one_is_not()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath));
        }

        // .NET removes the file with the socket; a killed program could not.
        if (!File.Exists(SocketPath))
        {
            File.WriteAllText(SocketPath, "");
        }

        using TcpServer live = Open("unix");
        Assert.Throws<SocketException>(() => Open("unix"));
    }

    private string SocketPath => Path.Combine(_folder.FullName, "gdb");

    private static ListenAddress Address(string text) =>
        ListenAddress.TryParse(text, out ListenAddress? address, out string reason)
            ? address
            : throw new ArgumentException(reason, nameof(text));

    private static async Task<string> AskAsync(Socket client, string packet, int answerBytes)
    {
        await client.SendAsync(Encoding.ASCII.GetBytes(packet));
        var answer = new List<byte>();
        var piece = new byte[1];
        while (answer.Count < answerBytes)
        {
            if (await client.ReceiveAsync(piece) == 0)
            {
                throw new EndOfStreamException();
            }

            answer.Add(piece[0]);
        }

        return Encoding.ASCII.GetString([.. answer]);
    }

    private TcpServer Open(string where) => new(Address(where == "unix" ? "unix:" + SocketPath : where), _log);

    private static string Framed(string body) => $"${body}#{GdbHost.Protocol.Framing.Checksum.Of(Encoding.ASCII.GetBytes(body)):x2}";

    private static async Task<bool> IsServedAsync(TcpServer server)
    {
        using Socket client = await ConnectAsync(server);
        try
        {
            return await AskAsync(client, "$qC#b4", 8) == "+$QC1#c5";
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            return false;
        }
    }

    /// <summary>Sends again and again, without reading, until neither side's buffers take any more.</summary>
    private static void SendUntilFull(Socket socket, byte[] bytes, bool repeats)
    {
        if (!repeats)
        {
            socket.Send(bytes);
            return;
        }

        socket.Blocking = false;
        byte[] many = [.. Enumerable.Repeat(bytes, 1000).SelectMany(static b => b)];
        for (int sent = 0; sent < MostSent; sent += many.Length)
        {
            _ = socket.Send(many, SocketFlags.None, out SocketError error);
            if (error != SocketError.Success)
            {
                return;
            }
        }
    }

    /// <summary>Reads what is left of a packet.</summary>
    private static async Task DrainAsync(Socket client)
    {
        using NetworkStream stream = new(client);
        var piece = new byte[1];
        while (piece[0] != '#' && await stream.ReadAsync(piece) > 0)
        {
        }

        await stream.ReadExactlyAsync(new byte[2]);
    }

    private Task Serve(TcpServer server) => Serve(server, new GuestRun(_target));

    private Task Serve(TcpServer server, GuestRun guest)
    {
        return server.RunAsync(
            async (connection, stop) =>
            {
                await new DebugSession(connection, guest, Commands.All.Table, _log).RunAsync(stop);
                _left.Release();
            },
            _stop.Token);
    }

    private static async Task<Socket> ConnectAsync(TcpServer server)
    {
        EndPoint there = server.EndPoint;
        var client = new Socket(there.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(there);
        return client;
    }
}
