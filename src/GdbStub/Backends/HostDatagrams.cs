using System;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using GdbHost.Machine.Network;

namespace GdbHost.GdbStub.Backends;

/// <summary>The socket by which one UDP port of the guest speaks to others, and hears those it has spoken to.</summary>
internal sealed class HostDatagrams : IDisposable
{
    private const int MostPeers = 64;
    private const int MostBytes = 65535;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    /// <summary>Who the guest meant by each address of the host's.</summary>
    private readonly ConcurrentDictionary<EndPoint, (uint Address, ushort Port)> _peers = new();

    public HostDatagrams(uint flow, Action<HostNetworkEvent> tell)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        _ = ReceiveAsync(flow, tell);
    }

    /// <param name="asGuestSees">The address that the guest sent to.</param>
    public void Send(IPEndPoint to, (uint Address, ushort Port) asGuestSees, ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (_peers.Count < MostPeers)
            {
                _peers[to] = asGuestSees;
            }

            _socket.SendTo(bytes, to);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A datagram may be lost.
            return;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReceiveAsync(uint flow, Action<HostNetworkEvent> tell)
    {
        byte[] buffer = new byte[MostBytes];
        EndPoint any = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                SocketReceiveFromResult result = await _socket.ReceiveFromAsync(buffer, any);
                if (_peers.TryGetValue(result.RemoteEndPoint, out (uint Address, ushort Port) peer))
                {
                    byte[] bytes = buffer.AsSpan(0, result.ReceivedBytes).ToArray();
                    tell(new HostNetworkEvent(HostNetworkEventKind.Datagram, flow) { Bytes = bytes, Address = peer.Address, Port = peer.Port });
                }
            }
            catch (SocketException)
            {
                // Nobody listens where a datagram went: there is no answer.
                continue;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
