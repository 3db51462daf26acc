using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using GdbHost.Machine.Network;

namespace GdbHost.GdbStub.Backends;

/// <summary>One TCP connection of the host's for a guest. It reads no more than the guest has room for.</summary>
/// <param name="flow">Its number.</param>
/// <param name="tell">Hears what happens to it.</param>
/// <param name="socket">One that does not block, or is not connected yet.</param>
internal sealed class HostConnection(uint flow, Action<HostNetworkEvent> tell, Socket socket) : IAsyncDisposable
{
    /// <summary>What the machine keeps for a guest that does not take it.</summary>
    private const int RoomBytes = 65535;
    private const int PieceBytes = 65535;

    /// <summary>So long a peer may leave lie what the guest sent before it closed.</summary>
    private static readonly TimeSpan PeersPatience = TimeSpan.FromSeconds(10);

    // Bounded by the guest's window: the machine does not give more than it was told is gone.
    private readonly Channel<byte[]> _toSend = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _roomMade = new(0);
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _room = RoomBytes;

    /// <summary>Pieces that were given and are not the host's yet. Only the machine's thread adds one.</summary>
    private int _waiting;

    /// <summary>Connects, and tells what came of it.</summary>
    public void Connect(IPEndPoint to) => _ = Guard(async () =>
    {
        await socket.ConnectAsync(to);
        socket.Blocking = false;
        tell(new HostNetworkEvent(HostNetworkEventKind.Connected, flow));
        Start();
    });

    /// <summary>Begins to carry bytes.</summary>
    public void Start()
    {
        _ = Guard(async () =>
        {
            socket.NoDelay = true;
            await ReceiveAsync();
        });
        _ = Guard(SendAsync);
    }

    /// <summary>Sends at once what the host takes without waiting; the rest follows.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        int sent = Volatile.Read(ref _waiting) == 0 ? Math.Max(0, socket.Send(bytes, SocketFlags.None, out SocketError _)) : 0;
        if (sent > 0)
        {
            tell(new HostNetworkEvent(HostNetworkEventKind.Sent, flow) { Count = sent });
        }

        // Also where it failed: who sends next meets the reason, and tells.
        if (sent < bytes.Length)
        {
            Interlocked.Increment(ref _waiting);
            _toSend.Writer.TryWrite(bytes[sent..].ToArray());
        }
    }

    public void FinishSending() => _toSend.Writer.TryComplete();

    public void Took(int bytes)
    {
        Interlocked.Add(ref _room, bytes);
        _roomMade.Release();
    }

    /// <summary>
    /// Ends it when what the guest has sent before is on its way, or, where the peer does not take it, after a while. Never fails.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _toSend.Writer.TryComplete();
        if (Volatile.Read(ref _waiting) != 0)
        {
            await _sent.Task.WaitAsync(PeersPatience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        try
        {
            // Closing while a receive waits is a reset, which would take from the peer what it has not read yet.
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // There is no connection, or none any more.
        }

        socket.Dispose();
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
        try
        {
            await foreach (byte[] bytes in _toSend.Reader.ReadAllAsync())
            {
                for (int sent = 0; sent < bytes.Length;)
                {
                    sent += await socket.SendAsync(bytes.AsMemory(sent));
                }

                tell(new HostNetworkEvent(HostNetworkEventKind.Sent, flow) { Count = bytes.Length });
                Interlocked.Decrement(ref _waiting);
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            _sent.TrySetResult();
        }
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
