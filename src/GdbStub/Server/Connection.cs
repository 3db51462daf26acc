using System;
using System.IO;
using System.IO.Pipelines;
using System.Net.Sockets;
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

    private readonly Socket _socket;
    private readonly Pipe _incoming = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.ThreadPool, minimumSegmentSize: LeastRoom, useSynchronizationContext: false));

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
            while (wanted && _socket.Poll(Forever, SelectMode.SelectRead) && _socket.Receive(writer.GetSpan(LeastRoom)) is int count and > 0)
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
}
