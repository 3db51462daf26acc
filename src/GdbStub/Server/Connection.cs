using System;
using System.Diagnostics;
using System.IO;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace GdbHost.GdbStub.Server;

/// <summary>
/// Pairs a connected socket with pipes. The one place that knows both, so another pairing (Pipelines.Sockets.Unofficial,
/// say) would change this file only. Who waits for input goes on as its reader, and most answers leave by the same thread: a debugger asks
/// thousands of small questions one after the other, and each change of threads costs more than most answers.
/// </summary>
internal sealed class Connection : IDuplexPipe, IDisposable
{
    private const int LeastRoom = 32 << 10;
    private const int Forever = -1;

    // A few times what the host needs to wake a peer that sleeps, and the peer to ask again.
    private static readonly TimeSpan Awake = TimeSpan.FromMicroseconds(150);

    private readonly Socket _socket;
    private readonly Pipe _incoming = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.ThreadPool, minimumSegmentSize: LeastRoom, useSynchronizationContext: false));

    // The newest packet came soon after the answer to the one before.
    private bool _asksQuickly;

    public Connection(Socket socket)
    {
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            // Packets are small and each waits for the one before.
            socket.NoDelay = true;

            // A peer whose machine went away must not hold the only seat for ever.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        }

        _socket = socket;
        Output = PipeWriter.Create(new NetworkStream(socket, ownsSocket: false), new StreamPipeWriterOptions(leaveOpen: true));

        // For Receive; a stream is made of no other socket.
        socket.Blocking = false;
    }

    public PipeReader Input => _incoming.Reader;

    public PipeWriter Output { get; }

    /// <summary>Ends the connection; the thread that waits for input notices and closes the socket.</summary>
    public void Dispose()
    {
        try
        {
            // In order: without this, unread bytes of the peer would discard our last reply.
            _socket.Shutdown(SocketShutdown.Send);
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer was faster.
        }
    }

    /// <summary>Takes what comes in, on the calling thread, until the connection is at its end; then the socket is closed.</summary>
    public void Receive()
    {
        PipeWriter writer = _incoming.Writer;
        IOException? problem = null;
        try
        {
            bool wanted = true;
            while (wanted && ReceiveInto(writer.GetSpan(LeastRoom)) is int count and > 0)
            {
                writer.Advance(count);
                wanted = !Flush(writer.FlushAsync()).IsCompleted;
            }
        }
        catch (SocketException e)
        {
            problem = new IOException(e.Message, e);
        }

        writer.Complete(problem);
        _socket.Dispose();
    }

    // A reader that does not keep up holds its own thread, and with it the peer.
    private static FlushResult Flush(ValueTask<FlushResult> flush) =>
        flush.IsCompleted ? flush.Result : flush.AsTask().GetAwaiter().GetResult();

    /// <summary>Waits for input: awake where the peer has just asked and been answered, else asleep. Gives the number of bytes, 0 at the end.</summary>
    private int ReceiveInto(Span<byte> room)
    {
        if (_asksQuickly)
        {
            long since = Stopwatch.GetTimestamp();
            do
            {
                if (TryReceive(room, out int count))
                {
                    return count;
                }

                // Who shares the processor, the peer perhaps, goes first.
                Thread.Yield();
            }
            while (Stopwatch.GetElapsedTime(since) < Awake);
        }

        while (true)
        {
            long since = Stopwatch.GetTimestamp();
            _socket.Poll(Forever, SelectMode.SelectRead);
            _asksQuickly = Stopwatch.GetElapsedTime(since) < Awake;
            if (TryReceive(room, out int count))
            {
                return count;
            }
        }
    }

    private bool TryReceive(Span<byte> room, out int count)
    {
        count = _socket.Receive(room, SocketFlags.None, out SocketError error);
        return error switch
        {
            SocketError.Success => true,
            SocketError.WouldBlock => false,
            _ => throw new SocketException((int)error),
        };
    }
}
