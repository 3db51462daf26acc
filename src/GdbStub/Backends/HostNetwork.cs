using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.Machine.Network;

namespace GdbHost.GdbStub.Backends;

/// <summary>
/// The host's sockets behind a guest's user network. The router's address is this host's loopback, the name server's that of
/// /etc/resolv.conf, as with QEMU. Everything that happens is told to the machine as an event.
/// </summary>
/// <param name="reaches">The guest may reach others; else others may only reach the guest.</param>
internal sealed class HostNetwork(bool reaches) : IHostNetwork, IDisposable
{
    private const uint Router = 0x0a00_0202;
    private const uint NameServer = 0x0a00_0203;
    private const uint IncomingBit = 1u << 31;

    /// <summary>For so long after a datagram an answer may be on its way.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>So long the program waits at its end for what guests have sent to be taken.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<uint, HostConnection> _connections = new();
    private readonly ConcurrentDictionary<HostConnection, Task> _leaving = new();
    private readonly ConcurrentDictionary<uint, HostDatagrams> _datagrams = new();
    private readonly List<Socket> _listeners = [];
    private readonly List<(Socket Listener, PortForward Forward)> _forwards = [];
    private Action<HostNetworkEvent> _tell = static _ => { };
    private long _answersUntil;
    private int _incoming;

    /// <summary>The guest waits for somebody outside: its time is not to run ahead.</summary>
    public bool IsAwaited => !_connections.IsEmpty || Environment.TickCount64 < Interlocked.Read(ref _answersUntil);

    /// <summary>Listens for the guest.</summary>
    /// <exception cref="SocketException">The address is in use or not ours.</exception>
    public int Listen(PortForward forward)
    {
        Socket listener = new(forward.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listeners.Add(listener);
        listener.Bind(forward.Listen);
        listener.Listen();
        _forwards.Add((listener, forward));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    /// <summary>From now on the machine hears what happens.</summary>
    public void Start(Action<HostNetworkEvent> tell)
    {
        _tell = tell;
        foreach ((Socket listener, PortForward forward) in _forwards)
        {
            _ = AcceptAsync(listener, forward);
        }
    }

    public void Connect(uint flow, uint address, ushort port)
    {
        if (!reaches)
        {
            _tell(new HostNetworkEvent(HostNetworkEventKind.Broken, flow));
            return;
        }

        HostConnection connection = new(flow, _tell, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        _connections[flow] = connection;
        connection.Connect(EndPointOf(address, port));
    }

    public void Send(uint flow, ReadOnlySpan<byte> bytes)
    {
        if (_connections.TryGetValue(flow, out HostConnection? connection))
        {
            connection.Send(bytes);
        }
        else
        {
            // Of a snapshot of another run: the guest is told that it is gone.
            _tell(new HostNetworkEvent(HostNetworkEventKind.Broken, flow));
        }
    }

    public void FinishSending(uint flow)
    {
        if (_connections.TryGetValue(flow, out HostConnection? connection))
        {
            connection.FinishSending();
        }
    }

    public void Took(uint flow, int bytes)
    {
        if (_connections.TryGetValue(flow, out HostConnection? connection))
        {
            connection.Took(bytes);
        }
    }

    public void Close(uint flow)
    {
        if (_connections.TryRemove(flow, out HostConnection? connection))
        {
            Leave(connection);
        }

        if (_datagrams.TryRemove(flow, out HostDatagrams? datagrams))
        {
            datagrams.Dispose();
        }
    }

    public void SendDatagram(uint flow, uint address, ushort port, ReadOnlySpan<byte> bytes)
    {
        if (!reaches)
        {
            return;
        }

        Interlocked.Exchange(ref _answersUntil, Environment.TickCount64 + (long)AnswerTime.TotalMilliseconds);
        HostDatagrams socket = _datagrams.GetOrAdd(flow, number => new HostDatagrams(number, _tell));
        socket.Send(EndPointOf(address, port), (address, port), bytes);
    }

    public void Dispose()
    {
        foreach (Socket listener in _listeners)
        {
            listener.Dispose();
        }

        foreach (uint flow in _connections.Keys)
        {
            Close(flow);
        }

        Task.WhenAll(_leaving.Values).Wait(LastPatience);
        foreach (uint flow in _datagrams.Keys)
        {
            Close(flow);
        }
    }

    private void Leave(HostConnection connection)
    {
        Task left = connection.DisposeAsync().AsTask();
        _leaving[connection] = left;
        _ = left.ContinueWith(_ => _leaving.TryRemove(connection, out Task? _), TaskScheduler.Default);
    }

    private static IPEndPoint EndPointOf(uint address, ushort port) => address switch
    {
        Router => new IPEndPoint(IPAddress.Loopback, port),
        NameServer => new IPEndPoint(ResolverAddress(), port),
        _ => new IPEndPoint(new IPAddress(BitConverter.GetBytes(BitConverter.IsLittleEndian ? BinarySwap(address) : address)), port),
    };

    private static uint BinarySwap(uint value) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);

    private static IPAddress ResolverAddress()
    {
        const string Keyword = "nameserver ";
        try
        {
            foreach (string line in File.ReadLines("/etc/resolv.conf"))
            {
                if (line.StartsWith(Keyword, StringComparison.Ordinal) && IPAddress.TryParse(line[Keyword.Length..].Trim(), out IPAddress? address)
                    && address.AddressFamily == AddressFamily.InterNetwork)
                {
                    return address;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return IPAddress.Loopback;
        }

        return IPAddress.Loopback;
    }

    private async Task AcceptAsync(Socket listener, PortForward forward)
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptAsync();
                socket.Blocking = false;
                uint flow = IncomingBit | (uint)Interlocked.Increment(ref _incoming);
                HostConnection connection = new(flow, _tell, socket);
                _connections[flow] = connection;
                _tell(new HostNetworkEvent(HostNetworkEventKind.Incoming, flow) { Address = forward.GuestAddress, Port = forward.GuestPort });
                connection.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener is closed: the program ends.
            return;
        }
    }
}

/// <summary>A TCP port of the host that leads to one of the guest (hostfwd).</summary>
/// <param name="Listen">Where others connect.</param>
/// <param name="GuestAddress">0 for the first address that DHCP gives.</param>
internal sealed record PortForward(IPEndPoint Listen, uint GuestAddress, ushort GuestPort);
