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
    private const int MostFrameBytes = Packet.EthernetBytes + ushort.MaxValue;

    private readonly UserNetworkConfiguration _configuration;
    private readonly VirtualClock _clock;
    private readonly INetworkCard _card;
    private readonly DhcpServer _dhcp = new();
    private readonly UdpFlows _udp;
    private readonly TcpFlows _tcp;
    private readonly Queue<(byte[] Frame, FrameOffload Offload)> _waiting = new();

    [NotState("used within one frame")]
    private readonly byte[] _frame = new byte[MostFrameBytes];

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

    /// <summary>Frames to the guest may be unfinished.</summary>
    public bool TakesUnfinished => _card.TakesUnfinished;

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
        while (_waiting.TryPeek(out (byte[] Frame, FrameOffload Offload) next) && _card.TryReceive(next.Frame, next.Offload))
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
        Give(Packet.Udp(_frame, _guestMac, MacOf(from, stackalloc byte[Packet.MacBytes]), to, toPort, from, fromPort, data));

    /// <summary>Starts a frame to the guest with an IPv4 header; <see cref="Give"/> sends it.</summary>
    public Span<byte> StartIpv4(uint to, uint from, byte protocol, int payload) =>
        Packet.Ipv4(_frame, _guestMac, MacOf(from, stackalloc byte[Packet.MacBytes]), to, from, protocol, payload);

    /// <summary>Puts a frame on the wire to the guest.</summary>
    /// <param name="frame">What <see cref="StartIpv4"/> has given.</param>
    /// <param name="offload">What of it is not finished.</param>
    public void Give(ReadOnlySpan<byte> frame, in FrameOffload offload = default)
    {
        Capture(frame, offload);
        if ((_waiting.Count > 0 || !_card.TryReceive(frame, offload)) && _waiting.Count < MostWaiting)
        {
            _waiting.Enqueue((frame.ToArray(), offload));
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
        foreach ((byte[] frame, FrameOffload offload) in _waiting)
        {
            to.Write(frame.AsSpan());
            to.Write((ReadOnlySpan<uint>)[offload.ChecksumFrom, offload.ChecksumAt, offload.HeaderBytes, offload.SegmentBytes]);
        }
    }

    public void Restore(StateReader from)
    {
        from.ReadBytes(_guestMac);
        _dhcp.Restore(from);
        _udp.Restore(from);
        _tcp.Restore(from);
        _waiting.Clear();
        Span<uint> words = stackalloc uint[4];
        for (int count = from.ReadBelow(MostWaiting + 1, "a number of frames"); count > 0; count--)
        {
            byte[] frame = from.ReadBytes(MostFrameBytes, "a frame");
            from.ReadWords(words);
            _waiting.Enqueue((frame, new FrameOffload((ushort)words[0], (ushort)words[1], (ushort)words[2], (ushort)words[3])));
        }
    }

    private static bool IsOurs(uint address) => address is Router or NameServer;

    // QEMU's hosts have 52:55 and their IPv4 address; what lies behind the router has the router's.
    private static Span<byte> MacOf(uint address, Span<byte> mac)
    {
        mac[0] = 0x52;
        mac[1] = 0x55;
        BinaryPrimitives.WriteUInt32BigEndian(mac[2..], IsOurs(address) ? address : Router);
        return mac;
    }

    // A frame in a file has its checksum.
    private void Capture(ReadOnlySpan<byte> frame, in FrameOffload offload)
    {
        if (_configuration.Capture is not IFrameCapture capture)
        {
            return;
        }

        if (!offload.IsNeeded)
        {
            capture.Frame(_clock.Now, frame);
            return;
        }

        byte[] finished = frame.ToArray();
        ushort checksum = InternetChecksum.Of(frame[offload.ChecksumFrom..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(finished.AsSpan(offload.ChecksumFrom + offload.ChecksumAt), checksum);
        capture.Frame(_clock.Now, finished);
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

        Span<byte> mac = MacOf(asked, stackalloc byte[Packet.MacBytes]);
        Span<byte> frame = Packet.Ethernet(_frame, _guestMac, mac, Packet.ArpType, ArpBytes);
        Span<byte> reply = frame.Slice(Packet.EthernetBytes, ArpBytes);
        arp[..6].CopyTo(reply);
        BinaryPrimitives.WriteUInt16BigEndian(reply[6..], Reply);
        mac.CopyTo(reply[8..]);
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
        if (header < Packet.Ipv4Bytes || length < header || length > packet.Length || fragment || InternetChecksum.Of(packet[..header], 0) != 0)
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
        if (!IsOurs(to) || message.Length < EchoBytes || message[0] != EchoRequest || InternetChecksum.Of(message, 0) != 0)
        {
            return;
        }

        Span<byte> frame = StartIpv4(from, to, Packet.IcmpProtocol, message.Length);
        Span<byte> reply = frame.Slice(Packet.PayloadAt, message.Length);
        message.CopyTo(reply);
        reply[..4].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(reply[2..], InternetChecksum.Of(reply, 0));
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
