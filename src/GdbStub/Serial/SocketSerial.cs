using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.GdbStub.Server;

namespace GdbHost.GdbStub.Serial;

/// <summary>
/// A line that one client at a time can pick up by TCP or a Unix-domain socket. What the guest prints while nobody
/// listens is lost, as on a real line.
/// </summary>
internal sealed class SocketSerial : ISerialBackend
{
    private readonly Socket _listener;
    private readonly string? _unixPath;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Client? _client;

    /// <param name="address">Where clients can pick up the line.</param>
    /// <param name="waitsForClient">The line is ready when the first client is there.</param>
    /// <exception cref="SocketException">The address is in use or not ours.</exception>
    public SocketSerial(ListenAddress address, bool waitsForClient = false)
    {
        _listener = Listener.Open(address);
        _unixPath = address.UnixPath;
        if (!waitsForClient)
        {
            _ready.SetResult();
        }
    }

    public Task Ready => _ready.Task;

    /// <summary>The port that was picked, or null for a Unix-domain socket.</summary>
    public int? Port => (_listener.LocalEndPoint as IPEndPoint)?.Port;

    /// <summary>A client may come at any time, so the input never ends.</summary>
    public void Start(Action<ReadOnlyMemory<byte>> received, Action ended)
    {
        var thread = new Thread(() => Accept(received)) { IsBackground = true, Name = "serial line" };
        thread.Start();
    }

    public void Write(ReadOnlySpan<byte> bytes) => _client?.Pump.Write(bytes);

    public void Dispose()
    {
        _listener.Dispose();
        _client?.Close();
        if (_unixPath is not null)
        {
            File.Delete(_unixPath);
        }
    }

    private void Accept(Action<ReadOnlyMemory<byte>> received)
    {
        try
        {
            while (true)
            {
                using Socket socket = _listener.Accept();
                var client = new Client(socket);
                _client = client;
                _ready.TrySetResult();
                InputReader.Run(client.Stream, received, static () => { });
                _client = null;
                client.Close();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener is closed: the program ends.
            return;
        }
    }

    private sealed class Client
    {
        // How long a client that does not read may keep the guest or the end of the program waiting.
        private const int SendTimeoutMilliseconds = 5000;

        public Client(Socket socket)
        {
            socket.SendTimeout = SendTimeoutMilliseconds;
            Stream = new NetworkStream(socket, ownsSocket: true);
            Pump = new OutputPump(Stream);
        }

        public NetworkStream Stream { get; }

        public OutputPump Pump { get; }

        public void Close()
        {
            Pump.Dispose();
            Stream.Dispose();
        }
    }
}
