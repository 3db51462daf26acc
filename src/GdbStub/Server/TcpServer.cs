using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace GdbHost.GdbStub.Server;

/// <summary>Listens on TCP or a Unix-domain socket and serves one debugger at a time; a second one is turned away.</summary>
internal sealed class TcpServer : IDisposable
{
    private readonly Socket _listener;
    private readonly string? _unixPath;
    private readonly Log _log;

    private TcpServer(Socket listener, string? unixPath, Log log)
    {
        _listener = listener;
        _unixPath = unixPath;
        _log = log;
    }

    /// <summary>The port that was picked, or null for a Unix-domain socket.</summary>
    public int? Port => (_listener.LocalEndPoint as IPEndPoint)?.Port;

    /// <exception cref="SocketException">The address is in use or not ours.</exception>
    public static TcpServer Listen(ListenAddress address, Log log)
    {
        Socket listener;
        if (address.UnixPath is string path)
        {
            RemoveStale(address);
            listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }
        else
        {
            path = "";
            listener = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        }

        try
        {
            listener.Bind(address.EndPoint);
            listener.Listen();
            return new TcpServer(listener, path.Length > 0 ? path : null, log);
        }
        catch (SocketException)
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Accepts until <paramref name="stop"/> is set; afterwards no connection is open.</summary>
    public async Task RunAsync(Func<Connection, CancellationToken, Task> serve, CancellationToken stop)
    {
        Task current = Task.CompletedTask;
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(stop);
                if (current.IsCompleted)
                {
                    current = ServeAsync(socket, serve, stop);
                }
                else
                {
                    _log.Warning("a second debugger was turned away: one is attached already");
                    socket.Dispose();
                }
            }
        }
        catch (OperationCanceledException)
        {
            await current;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        if (_unixPath is not null)
        {
            File.Delete(_unixPath);
        }
    }

    private static async Task ServeAsync(Socket socket, Func<Connection, CancellationToken, Task> serve, CancellationToken stop)
    {
        using var connection = new Connection(socket);
        await serve(connection, stop);
    }

    // A program that was killed leaves its socket file behind, and bind refuses to reuse it. A live one answers.
    private static void RemoveStale(ListenAddress address)
    {
        if (!File.Exists(address.UnixPath))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(address.EndPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(address.UnixPath);
        }
    }
}
