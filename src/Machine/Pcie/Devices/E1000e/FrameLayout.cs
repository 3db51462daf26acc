using System;
using System.Buffers.Binary;
using GdbHost.Machine.Network;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>Where the headers of a frame are that the card looks at: Ethernet II, IPv4 or IPv6, TCP or UDP. A VLAN tag has been taken out before.</summary>
internal readonly ref struct FrameLayout
{
    private const ushort Ipv4Type = 0x0800;
    private const ushort Ipv6Type = 0x86dd;
    private const int EthernetBytes = 14;
    private const int TypeAt = 12;
    private const int Ipv4Bytes = 20;
    private const int Ipv6Bytes = 40;
    private const ushort FragmentMask = 0x3fff;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const int TcpBytes = 20;
    private const int UdpBytes = 8;
    private const byte TcpAck = 0x10;

    private readonly ReadOnlySpan<byte> _frame;

    public FrameLayout(ReadOnlySpan<byte> frame)
    {
        _frame = frame;
        TransportAt = EthernetBytes;
        PacketEnd = frame.Length;
        switch (frame.Length >= EthernetBytes ? BinaryPrimitives.ReadUInt16BigEndian(frame[TypeAt..]) : 0)
        {
            case Ipv4Type when frame.Length >= EthernetBytes + Ipv4Bytes && frame[EthernetBytes] >> 4 == 4:
                ReadOnlySpan<byte> packet = frame[EthernetBytes..];
                IsIpv4 = true;
                Protocol = packet[9];
                Identification = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
                IsFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & FragmentMask) != 0;
                TransportAt = Math.Min(frame.Length, EthernetBytes + Math.Max(Ipv4Bytes, (packet[0] & 0xf) * 4));
                PacketEnd = Math.Clamp(EthernetBytes + BinaryPrimitives.ReadUInt16BigEndian(packet[2..]), TransportAt, frame.Length);
                break;
            case Ipv6Type when frame.Length >= EthernetBytes + Ipv6Bytes && frame[EthernetBytes] >> 4 == 6:
                IsIpv6 = true;
                Protocol = frame[EthernetBytes + 6];
                TransportAt = EthernetBytes + Ipv6Bytes;
                PacketEnd = Math.Min(frame.Length, TransportAt + BinaryPrimitives.ReadUInt16BigEndian(frame[(EthernetBytes + 4)..]));
                break;
        }

        IsTcp = Protocol == Tcp && !IsFragment && PacketEnd >= TransportAt + TcpBytes;
        IsUdp = Protocol == Udp && !IsFragment && PacketEnd >= TransportAt + UdpBytes;
        int header = IsTcp ? Math.Max(TcpBytes, (frame[TransportAt + TypeAt] >> 4) * 4) : IsUdp ? UdpBytes : 0;
        DataAt = Math.Min(TransportAt + header, PacketEnd);
    }

    public bool IsIpv4 { get; }

    public bool IsIpv6 { get; }

    public bool IsIp => IsIpv4 || IsIpv6;

    public bool IsFragment { get; }

    /// <summary>A whole TCP segment.</summary>
    public bool IsTcp { get; }

    /// <summary>A whole UDP datagram.</summary>
    public bool IsUdp { get; }

    public bool IsTcpAck => IsTcp && (_frame[TransportAt + 13] & TcpAck) != 0;

    public byte Protocol { get; }

    /// <summary>IPv4 identification.</summary>
    public ushort Identification { get; }

    /// <summary>First byte behind the IP header, or behind that of Ethernet.</summary>
    public int TransportAt { get; }

    /// <summary>First byte behind all headers.</summary>
    public int DataAt { get; }

    /// <summary>End of the IP packet; what is behind it fills up the frame.</summary>
    public int PacketEnd { get; }

    /// <summary>Source and destination address.</summary>
    public ReadOnlySpan<byte> Addresses => IsIpv4 ? _frame.Slice(EthernetBytes + 12, 8) : _frame.Slice(EthernetBytes + 8, 32);

    /// <summary>Source and destination port.</summary>
    public ReadOnlySpan<byte> Ports => _frame.Slice(TransportAt, 4);

    /// <summary>The checksum of the IPv4 header is right.</summary>
    public bool HeaderIsSound => InternetChecksum.Of(_frame[EthernetBytes..TransportAt], 0) == 0;

    /// <summary>The checksum of a TCP segment or a UDP datagram is right; one of UDP may be absent.</summary>
    public bool TransportIsSound
    {
        get
        {
            ReadOnlySpan<byte> segment = _frame[TransportAt..PacketEnd];
            bool absent = IsUdp && segment[6] == 0 && segment[7] == 0;
            return absent || InternetChecksum.Of(segment, InternetChecksum.Add(Addresses, (uint)(Protocol + segment.Length))) == 0;
        }
    }
}
