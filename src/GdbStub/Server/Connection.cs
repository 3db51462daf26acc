using System;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace GdbHost.GdbStub.Server;

/// <summary>
/// Pairs a connected socket with pipes. The one place that knows both, so another pairing (Pipelines.Sockets.Unofficial,
/// say) would change this file only.
/// </summary>
internal sealed class Connection : IDuplexPipe, IDisposable
{
    private readonly NetworkStream _stream;

    public Connection(Socket socket)
    {
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            // Packets are small and each waits for the one before.
            socket.NoDelay = true;

            // A peer whose machine went away must not hold the only seat for ever.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        }

        _stream = new NetworkStream(socket, ownsSocket: true);
        Input = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        Output = PipeWriter.Create(_stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public void Dispose()
    {
        if (_stream.Socket.Connected)
        {
            // Close in order: without this, unread bytes of the peer would discard our last reply.
            _stream.Socket.Shutdown(SocketShutdown.Send);
        }

        _stream.Dispose();
    }
}
