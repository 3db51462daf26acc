using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace GdbHost.GdbStub.Server;

/// <summary>Listens on TCP or a Unix-domain socket and serves several debuggers at once; those beyond a limit are turned away.</summary>
internal sealed class TcpServer : IDisposable
{
    /// <summary>Connections at a time.</summary>
    public const int Most = 8;

    private readonly Socket _listener;
    private readonly string? _unixPath;
    private readonly Log _log;

    /// <exception cref="SocketException">The address is in use or not ours.</exception>
    public TcpServer(ListenAddress address, Log log)
    {
        _listener = Listener.Open(address);
        _unixPath = address.UnixPath;
        _log = log;
    }

    /// <summary>Where it listens.</summary>
    public EndPoint EndPoint => _listener.LocalEndPoint!;

    /// <summary>The port that was picked, or null for a Unix-domain socket.</summary>
    public int? Port => (EndPoint as IPEndPoint)?.Port;

    /// <summary>Accepts until <paramref name="stop"/> is set; afterwards no connection is open.</summary>
    public async Task RunAsync(Func<Connection, CancellationToken, Task> serve, CancellationToken stop)
    {
        List<Task> visits = [];
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(stop);
                visits.RemoveAll(static v => v.IsCompleted);
                if (visits.Count < Most)
                {
                    visits.Add(ServeAsync(socket, serve, stop));
                }
                else
                {
                    _log.Warning($"a debugger was turned away: {Most} are connected already");
                    socket.Dispose();
                }
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(visits);
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
}
