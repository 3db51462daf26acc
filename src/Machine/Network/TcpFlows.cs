using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Network;

/// <summary>All TCP connections of a network.</summary>
internal sealed class TcpFlows
{
    private const int MostConnections = 128;

    /// <summary>Higher numbers are those of datagrams and of incoming connections.</summary>
    private const uint MostFlows = 0x3fff_ffff;
    private const ulong RetryNanoseconds = 1_000_000_000;
    private const uint SequenceStep = 64000;

    /// <summary>Ports of the router's from which it asks the guest for connections.</summary>
    private const ushort FirstRouterPort = 49152;

    private readonly UserNetwork _network;
    private readonly IHostNetwork? _host;
    private readonly Scheduler _scheduler;
    private readonly TimedEvent _retry;
    private readonly List<TcpConnection> _connections = [];
    private uint _made;

    public TcpFlows(UserNetwork network, IHostNetwork? host, Scheduler scheduler, string name)
    {
        _network = network;
        _host = host;
        _scheduler = scheduler;
        _retry = scheduler.Create($"{name} sends again", TryAgain);
    }

    /// <summary>A segment of the guest's.</summary>
    public void Handle(uint from, uint to, ReadOnlySpan<byte> bytes)
    {
        if (!TcpSegment.TryParse(bytes, out TcpSegment segment, out ReadOnlySpan<byte> data))
        {
            return;
        }

        TcpConnection? connection = _connections.Find(
            c => c.Peers.Guest == from && c.Peers.GuestPort == segment.FromPort && c.Peers.Remote == to && c.Peers.RemotePort == segment.ToPort);
        if (connection is not null)
        {
            connection.Handle(segment, data);
        }
        else if (segment.Flags == TcpFlags.Syn && _host is not null && _connections.Count < MostConnections)
        {
            TcpPeers peers = new(_made & MostFlows, from, segment.FromPort, to, segment.ToPort);
            TcpConnection made = new(peers, _network, _host, _made++ * SequenceStep);
            _connections.Add(made);
            made.Connect(segment);
        }
        else if (!segment.Flags.HasFlag(TcpFlags.Reset))
        {
            Refuse(from, to, segment, data.Length);
        }

        Tidy();
    }

    /// <summary>What the host has to say of a connection; of one that is not known it need not.</summary>
    public void Hear(HostNetworkEvent happened)
    {
        if (happened.Kind == HostNetworkEventKind.Incoming)
        {
            Ask(happened);
        }
        else if (_connections.Find(c => c.Peers.Flow == happened.Flow) is TcpConnection connection)
        {
            Hear(connection, happened);
        }

        Tidy();
    }

    /// <summary>The guest has room for more.</summary>
    public void Pump()
    {
        foreach (TcpConnection connection in _connections)
        {
            connection.Pump();
        }

        Tidy();
    }

    public void Reset()
    {
        foreach (TcpConnection connection in _connections)
        {
            _host?.Close(connection.Peers.Flow);
        }

        _connections.Clear();
        _retry.Disarm();
    }

    public void Discard() => _scheduler.Remove(_retry);

    public void Save(StateWriter to)
    {
        to.Write(_made);
        to.Write(_connections.Count);
        foreach (TcpConnection connection in _connections)
        {
            to.Write(connection.Peers.Flow);
            to.Write(connection.Peers.Guest);
            to.Write((uint)connection.Peers.GuestPort);
            to.Write(connection.Peers.Remote);
            to.Write((uint)connection.Peers.RemotePort);
            to.Write(connection.FirstSequence);
            connection.Save(to);
        }
    }

    public void Restore(StateReader from)
    {
        _made = from.ReadUInt32();
        _connections.Clear();
        int count = from.ReadBelow(_host is null ? 1 : MostConnections + 1, "a number of TCP connections");
        for (; count > 0; count--)
        {
            TcpPeers peers = new(from.ReadUInt32(), from.ReadUInt32(), (ushort)from.ReadUInt32(), from.ReadUInt32(), (ushort)from.ReadUInt32());
            TcpConnection connection = new(peers, _network, _host!, from.ReadUInt32());
            connection.Restore(from);
            _connections.Add(connection);
        }
    }

    private static void Hear(TcpConnection connection, HostNetworkEvent happened)
    {
        switch (happened.Kind)
        {
            case HostNetworkEventKind.Connected:
                connection.Connected();
                break;
            case HostNetworkEventKind.Data:
                connection.Take(happened.Bytes.Span);
                break;
            case HostNetworkEventKind.Sent:
                connection.Sent(happened.Count);
                break;
            case HostNetworkEventKind.Finished:
                connection.Finish();
                break;
            default:
                connection.Break();
                break;
        }
    }

    /// <summary>Asks the guest for a connection that somebody outside wants.</summary>
    private void Ask(HostNetworkEvent incoming)
    {
        if (_connections.Count >= MostConnections || _host is null)
        {
            _host?.Close(incoming.Flow);
            return;
        }

        uint guest = incoming.Address == 0 ? UserNetwork.FirstGuest : incoming.Address;
        var routerPort = (ushort)(FirstRouterPort + (_made % (ushort.MaxValue - FirstRouterPort)));
        TcpPeers peers = new(incoming.Flow, guest, incoming.Port, UserNetwork.Router, routerPort);
        TcpConnection connection = new(peers, _network, _host, _made++ * SequenceStep);
        _connections.Add(connection);
        connection.Open();
    }

    /// <summary>Nobody listens there (RFC 9293, section 3.10.7.1).</summary>
    private void Refuse(uint guest, uint remote, in TcpSegment segment, int length)
    {
        bool counts = segment.Flags.HasFlag(TcpFlags.Syn) || segment.Flags.HasFlag(TcpFlags.Fin);
        TcpSegment reset = new(
            segment.ToPort,
            segment.FromPort,
            segment.Flags.HasFlag(TcpFlags.Acknowledge) ? segment.Acknowledgment : 0,
            segment.Sequence + (uint)length + (counts ? 1u : 0),
            TcpFlags.Reset | TcpFlags.Acknowledge,
            Window: 0);
        reset.Give(_network, guest, remote, []);
    }

    private void TryAgain()
    {
        foreach (TcpConnection connection in _connections)
        {
            connection.TryAgain();
        }

        Tidy();
    }

    private void Tidy()
    {
        _connections.RemoveAll(static c => c.IsOver);
        bool waits = _connections.Exists(static c => c.Waits);
        if (waits && _retry.Deadline == Scheduler.Never)
        {
            _retry.Arm(_scheduler.Clock.Now + RetryNanoseconds);
        }
        else if (!waits)
        {
            _retry.Disarm();
        }
    }
}
