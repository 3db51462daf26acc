using System.IO;
using System.Net.Sockets;

namespace GdbHost.GdbStub.Server;

/// <summary>Opens listening sockets.</summary>
internal static class Listener
{
    /// <exception cref="SocketException">The address is in use or not ours.</exception>
    public static Socket Open(ListenAddress address)
    {
        bool unix = address.UnixPath is not null;
        if (unix)
        {
            RemoveStale(address);
        }

        var listener = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            listener.Bind(address.EndPoint);
            listener.Listen();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            throw;
        }
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
            File.Delete(address.UnixPath!);
        }
    }
}
