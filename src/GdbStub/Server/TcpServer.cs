using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace GdbHost.GdbStub.Server;

/// <summary>
/// Listens on TCP or a Unix-domain socket and serves several debuggers at once; those beyond a limit are turned away. The thread that
/// accepts a debugger serves it, while another one that was ready before accepts: a first answer waits for no thread to be made or woken.
/// </summary>
internal sealed class TcpServer : IDisposable
{
    /// <summary>Connections at a time.</summary>
    public const int Most = 8;

    // Threads that wait for a debugger.
    private const int Ready = 2;

    // What a host that is out of sockets is given to recover.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Socket _listener;
    private readonly string? _unixPath;
    private readonly Log _log;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;
    private int _visits;

    /// <exception cref="SocketException">The address is in use or not ours.</exception>
    public TcpServer(ListenAddress address, Log log)
    {
        _listener = Listener.Open(address);
        EndPoint = _listener.LocalEndPoint!;
        _unixPath = address.UnixPath;
        _log = log;
    }

    /// <summary>Where it listens.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>The port that was picked, or null for a Unix-domain socket.</summary>
    public int? Port => (EndPoint as IPEndPoint)?.Port;

    /// <summary>Accepts until <paramref name="stop"/> is set; afterwards no connection is open. Once for each server.</summary>
    public async Task RunAsync(Func<Connection, CancellationToken, Task> serve, CancellationToken stop)
    {
        // A closed socket lets go who waits for it.
        using CancellationTokenRegistration closing = stop.Register(_listener.Dispose);
        for (int thread = 0; thread < Ready; thread++)
        {
            Start(serve, stop);
        }

        await _ended.Task;
    }

    public void Dispose()
    {
        _listener.Dispose();
        if (_unixPath is not null)
        {
            File.Delete(_unixPath);
        }
    }

    private void Start(Func<Connection, CancellationToken, Task> serve, CancellationToken stop)
    {
        lock (_lock)
        {
            _waiting++;
        }

        new Thread(() => AcceptAndServe(serve, stop)) { IsBackground = true, Name = "debugger" }.Start();
    }

    private void AcceptAndServe(Func<Connection, CancellationToken, Task> serve, CancellationToken stop)
    {
        bool needed = true;
        while (needed && TryAccept(stop, out Socket? socket))
        {
            bool welcome, last;
            lock (_lock)
            {
                welcome = _visits < Most;
                last = welcome && _waiting == 1;
                _waiting -= welcome ? 1 : 0;
                _visits += welcome ? 1 : 0;
            }

            if (last)
            {
                Start(serve, stop);
            }

            if (welcome)
            {
                Serve(socket, serve, stop);
                needed = Return();
            }
            else
            {
                _log.Warning($"a debugger was turned away: {Most} are connected already");
                socket.Dispose();
            }
        }

        if (needed)
        {
            lock (_lock)
            {
                _waiting--;
            }
        }

        EndIfIdle(stop);
    }

    /// <summary>A visit is over; true if its thread is to wait for another.</summary>
    private bool Return()
    {
        lock (_lock)
        {
            _visits--;
            bool needed = _waiting < Ready;
            _waiting += needed ? 1 : 0;
            return needed;
        }
    }

    private void EndIfIdle(CancellationToken stop)
    {
        bool idle;
        lock (_lock)
        {
            idle = _waiting == 0 && _visits == 0;
        }

        if (idle && stop.IsCancellationRequested)
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Waits for a debugger; false when there will be none any more.</summary>
    private bool TryAccept(CancellationToken stop, [NotNullWhen(true)] out Socket? socket)
    {
        socket = null;
        while (socket is null && !stop.IsCancellationRequested)
        {
            try
            {
                socket = _listener.Accept();
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
            catch (SocketException e) when (!stop.IsCancellationRequested)
            {
                // The peer has given up already, or this host is short of something for a while.
                _log.Warning($"a debugger could not be accepted: {e.Message}");
                Thread.Sleep(Pause);
            }
            catch (SocketException)
            {
                return false;
            }
        }

        return socket is not null;
    }

    private void Serve(Socket socket, Func<Connection, CancellationToken, Task> serve, CancellationToken stop)
    {
        try
        {
            var connection = new Connection(socket);
            Task visit = ServeAsync(connection, serve, stop);
            connection.Receive();
            visit.GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            // The border of a visit: a fault of ours ends it, not the machine.
            _log.Error($"a fault as a debugger came or left: {e}");
        }
    }

    private static async Task ServeAsync(Connection connection, Func<Connection, CancellationToken, Task> serve, CancellationToken stop)
    {
        using (connection)
        {
            await serve(connection, stop);
        }
    }
}
