using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using GdbHost.Machine.Network;

namespace GdbHost.GdbStub.Backends;

/// <summary>One TCP connection of the host's for a guest. It reads no more than the guest has room for.</summary>
internal sealed class HostConnection(uint flow, Action<HostNetworkEvent> tell, Socket socket) : IDisposable
{
    /// <summary>What the machine keeps for a guest that does not take it.</summary>
    private const int RoomBytes = 65535;
    private const int PieceBytes = 65535;

    // Bounded by the guest's window: the machine does not give more than it was told is gone.
    private readonly Channel<byte[]> _toSend = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _roomMade = new(0);
    private int _room = RoomBytes;

    /// <summary>Connects, and tells what came of it.</summary>
    public void Connect(IPEndPoint to) => _ = Guard(async () =>
    {
        await socket.ConnectAsync(to);
        tell(new HostNetworkEvent(HostNetworkEventKind.Connected, flow));
        Start();
    });

    /// <summary>Begins to carry bytes.</summary>
    public void Start()
    {
        socket.NoDelay = true;
        _ = Guard(ReceiveAsync);
        _ = Guard(SendAsync);
    }

    public void Send(byte[] bytes) => _toSend.Writer.TryWrite(bytes);

    public void FinishSending() => _toSend.Writer.TryComplete();

    public void Took(int bytes)
    {
        Interlocked.Add(ref _room, bytes);
        _roomMade.Release();
    }

    public void Dispose()
    {
        // What the guest has sent before it closed is still to go out.
        _toSend.Writer.TryComplete();
        if (_toSend.Reader.Completion.IsCompleted)
        {
            socket.Dispose();
        }
        else
        {
            _ = _toSend.Reader.Completion.ContinueWith(_ => socket.Dispose(), TaskScheduler.Default);
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] piece = new byte[PieceBytes];
        while (true)
        {
            int room = Math.Min(Volatile.Read(ref _room), PieceBytes);
            if (room == 0)
            {
                await _roomMade.WaitAsync();
                continue;
            }

            int count = await socket.ReceiveAsync(piece.AsMemory(0, room));
            if (count == 0)
            {
                tell(new HostNetworkEvent(HostNetworkEventKind.Finished, flow));
                return;
            }

            Interlocked.Add(ref _room, -count);
            tell(new HostNetworkEvent(HostNetworkEventKind.Data, flow) { Bytes = piece.AsMemory(0, count).ToArray() });
        }
    }

    private async Task SendAsync()
    {
        await foreach (byte[] bytes in _toSend.Reader.ReadAllAsync())
        {
            for (int sent = 0; sent < bytes.Length;)
            {
                sent += await socket.SendAsync(bytes.AsMemory(sent));
            }

            tell(new HostNetworkEvent(HostNetworkEventKind.Sent, flow) { Count = bytes.Length });
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private async Task Guard(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            tell(new HostNetworkEvent(HostNetworkEventKind.Broken, flow));
        }
    }
}
