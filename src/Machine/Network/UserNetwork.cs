using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Network;

/// <summary>
/// The network 10.0.2.0/24 on the other end of a guest's card: a router with DHCP, a name server, and ways to the host and back,
/// addressed as QEMU's user network (QEMU documentation, Using the user mode network stack). Answers of its own are given at once; what the
/// host sends comes in between two slices of a run.
/// </summary>
internal sealed class UserNetwork
{
    public const uint Router = 0x0a00_0202;
    public const uint NameServer = 0x0a00_0203;
    public const uint FirstGuest = 0x0a00_020f;

    private const uint Broadcast = uint.MaxValue;

    /// <summary>Frames that wait for the guest; what comes when there are so many is lost, as on any network.</summary>
    private const int MostWaiting = 256;
    private const int MostFrameBytes = 1514;

    private readonly UserNetworkConfiguration _configuration;
    private readonly VirtualClock _clock;
    private readonly INetworkCard _card;
    private readonly DhcpServer _dhcp = new();
    private readonly UdpFlows _udp;
    private readonly TcpFlows _tcp;
    private readonly Queue<byte[]> _waiting = new();

    /// <summary>The guest's hardware address, as it last used it.</summary>
    private readonly byte[] _guestMac = new byte[Packet.MacBytes];

    public UserNetwork(UserNetworkConfiguration configuration, string name, INetworkCard card, Scheduler scheduler)
    {
        _configuration = configuration;
        _clock = scheduler.Clock;
        _card = card;
        _udp = new UdpFlows(this, configuration.Host);
        _tcp = new TcpFlows(this, configuration.Host, scheduler, name);
    }

    /// <summary>The guest has room for one more segment.</summary>
    public bool HasRoom => _waiting.Count < MostWaiting / 2;

    /// <summary>A frame of the guest's.</summary>
    public void Send(ReadOnlySpan<byte> frame)
    {
        _configuration.Capture?.Frame(_clock.Now, frame);
        if (frame.Length < Packet.EthernetBytes)
        {
            return;
        }

        frame.Slice(Packet.MacBytes, Packet.MacBytes).CopyTo(_guestMac);
        switch (BinaryPrimitives.ReadUInt16BigEndian(frame[(2 * Packet.MacBytes)..]))
        {
            case Packet.ArpType:
                AnswerArp(frame[Packet.EthernetBytes..]);
                break;
            case Packet.Ipv4Type:
                HandleIpv4(frame[Packet.EthernetBytes..]);
                break;
        }
    }

    /// <summary>The guest may have room again.</summary>
    public void RoomMade()
    {
        while (_waiting.TryPeek(out byte[]? frame) && _card.TryReceive(frame))
        {
            _waiting.Dequeue();
        }

        _tcp.Pump();
    }

    /// <summary>What the host has to say.</summary>
    public void Hear(HostNetworkEvent happened)
    {
        if (happened.Kind == HostNetworkEventKind.Datagram)
        {
            _udp.Hear(happened);
        }
        else
        {
            _tcp.Hear(happened);
        }
    }

    /// <summary>Sends a datagram to the guest.</summary>
    public void SendUdp(uint to, ushort toPort, uint from, ushort fromPort, ReadOnlySpan<byte> data) =>
        Give(Packet.Udp(_guestMac, MacOf(from), to, toPort, from, fromPort, data));

    /// <summary>Starts a frame to the guest with an IPv4 header; <see cref="Give"/> sends it.</summary>
    public byte[] StartIpv4(uint to, uint from, byte protocol, int payload) =>
        Packet.Ipv4(_guestMac, MacOf(from), to, from, protocol, payload);

    /// <summary>Puts a frame on the wire to the guest.</summary>
    public void Give(byte[] frame)
    {
        _configuration.Capture?.Frame(_clock.Now, frame);
        if ((_waiting.Count > 0 || !_card.TryReceive(frame)) && _waiting.Count < MostWaiting)
        {
            _waiting.Enqueue(frame);
        }
    }

    public void Reset()
    {
        _waiting.Clear();
        _guestMac.AsSpan().Clear();
        _dhcp.Reset();
        _udp.Reset();
        _tcp.Reset();
    }

    /// <summary>The card is gone.</summary>
    public void Discard()
    {
        Reset();
        _tcp.Discard();
    }

    public void Save(StateWriter to)
    {
        to.Write(_guestMac.AsSpan());
        _dhcp.Save(to);
        _udp.Save(to);
        _tcp.Save(to);
        to.Write(_waiting.Count);
        foreach (byte[] frame in _waiting)
        {
            to.Write(frame.AsSpan());
        }
    }

    public void Restore(StateReader from)
    {
        from.ReadBytes(_guestMac);
        _dhcp.Restore(from);
        _udp.Restore(from);
        _tcp.Restore(from);
        _waiting.Clear();
        for (int count = from.ReadBelow(MostWaiting + 1, "a number of frames"); count > 0; count--)
        {
            _waiting.Enqueue(from.ReadBytes(MostFrameBytes, "a frame"));
        }
    }

    private static bool IsOurs(uint address) => address is Router or NameServer;

    // QEMU's hosts have 52:55 and their IPv4 address; what lies behind the router has the router's.
    private static byte[] MacOf(uint address)
    {
        byte[] mac = [0x52, 0x55, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(mac.AsSpan(2), IsOurs(address) ? address : Router);
        return mac;
    }

    private void AnswerArp(ReadOnlySpan<byte> arp)
    {
        const int ArpBytes = 28;
        const ushort Request = 1;
        const ushort Reply = 2;
        if (arp.Length < ArpBytes || BinaryPrimitives.ReadUInt16BigEndian(arp[6..]) != Request)
        {
            return;
        }

        uint asked = BinaryPrimitives.ReadUInt32BigEndian(arp[24..]);
        if (!IsOurs(asked))
        {
            return;
        }

        byte[] frame = Packet.Ethernet(_guestMac, MacOf(asked), Packet.ArpType, ArpBytes);
        Span<byte> reply = frame.AsSpan(Packet.EthernetBytes, ArpBytes);
        arp[..6].CopyTo(reply);
        BinaryPrimitives.WriteUInt16BigEndian(reply[6..], Reply);
        MacOf(asked).CopyTo(reply[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(reply[14..], asked);
        arp.Slice(8, 10).CopyTo(reply[18..]);
        Give(frame);
    }

    private void HandleIpv4(ReadOnlySpan<byte> packet)
    {
        const int FragmentMask = 0x3fff;
        if (packet.Length < Packet.Ipv4Bytes || packet[0] >> 4 != 4)
        {
            return;
        }

        int header = (packet[0] & 0xf) * 4;
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        bool fragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & FragmentMask) != 0;
        if (header < Packet.Ipv4Bytes || length < header || length > packet.Length || fragment || Packet.Checksum(packet[..header]) != 0)
        {
            return;
        }

        uint from = BinaryPrimitives.ReadUInt32BigEndian(packet[12..]);
        uint to = BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
        ReadOnlySpan<byte> payload = packet[header..length];
        switch (packet[9])
        {
            case Packet.IcmpProtocol:
                AnswerEcho(from, to, payload);
                break;
            case Packet.UdpProtocol when payload.Length >= Packet.UdpBytes:
                HandleUdp(from, to, payload);
                break;
            case Packet.TcpProtocol when payload.Length >= Packet.TcpBytes:
                _tcp.Handle(from, to, payload);
                break;
        }
    }

    private void AnswerEcho(uint from, uint to, ReadOnlySpan<byte> message)
    {
        const int EchoBytes = 8;
        const byte EchoRequest = 8;
        if (!IsOurs(to) || message.Length < EchoBytes || message[0] != EchoRequest || Packet.Checksum(message) != 0)
        {
            return;
        }

        byte[] frame = StartIpv4(from, to, Packet.IcmpProtocol, message.Length);
        Span<byte> reply = frame.AsSpan(Packet.PayloadAt, message.Length);
        message.CopyTo(reply);
        reply[..4].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(reply[2..], Packet.Checksum(reply));
        Give(frame);
    }

    private void HandleUdp(uint from, uint to, ReadOnlySpan<byte> udp)
    {
        ushort fromPort = BinaryPrimitives.ReadUInt16BigEndian(udp);
        ushort toPort = BinaryPrimitives.ReadUInt16BigEndian(udp[2..]);
        int length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);
        if (length < Packet.UdpBytes || length > udp.Length)
        {
            return;
        }

        ReadOnlySpan<byte> data = udp[Packet.UdpBytes..length];
        if (toPort != DhcpServer.ServerPort || to is not (Broadcast or Router))
        {
            _udp.Send(from, fromPort, to, toPort, data);
            return;
        }

        byte[]? answer = _dhcp.Answer(data, out _);
        if (answer is not null)
        {
            SendUdp(Broadcast, DhcpServer.ClientPort, Router, DhcpServer.ServerPort, answer);
        }
    }
}
