using System;
using System.Buffers.Binary;

namespace GdbHost.Machine.Network;

/// <summary>Layout of frames: Ethernet II, ARP (RFC 826), IPv4 (RFC 791), ICMP (RFC 792), UDP (RFC 768), TCP (RFC 9293).</summary>
internal static class Packet
{
    public const int MacBytes = 6;
    public const int EthernetBytes = 14;
    public const int Ipv4Bytes = 20;
    public const int UdpBytes = 8;
    public const int TcpBytes = 20;
    public const int PayloadAt = EthernetBytes + Ipv4Bytes;

    public const ushort ArpType = 0x0806;
    public const ushort Ipv4Type = 0x0800;

    public const byte IcmpProtocol = 1;
    public const byte TcpProtocol = 6;
    public const byte UdpProtocol = 17;

    /// <summary>Starts a frame: Ethernet header, then room.</summary>
    public static byte[] Ethernet(ReadOnlySpan<byte> to, ReadOnlySpan<byte> from, ushort type, int payload)
    {
        // Shorter frames are filled up, as every card does.
        const int ShortestFrame = 60;
        byte[] frame = new byte[Math.Max(ShortestFrame, EthernetBytes + payload)];
        to.CopyTo(frame);
        from.CopyTo(frame.AsSpan(MacBytes));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2 * MacBytes), type);
        return frame;
    }

    /// <summary>Starts a frame with an IPv4 header in it.</summary>
    /// <param name="payload">Bytes behind the header.</param>
    public static byte[] Ipv4(ReadOnlySpan<byte> toMac, ReadOnlySpan<byte> fromMac, uint to, uint from, byte protocol, int payload)
    {
        const byte Version4WithoutOptions = 0x45;
        const ushort DoNotFragment = 0x4000;
        const byte TimeToLive = 64;
        byte[] frame = Ethernet(toMac, fromMac, Ipv4Type, Ipv4Bytes + payload);
        Span<byte> header = frame.AsSpan(EthernetBytes, Ipv4Bytes);
        header[0] = Version4WithoutOptions;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(Ipv4Bytes + payload));
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], DoNotFragment);
        header[8] = TimeToLive;
        header[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], from);
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], to);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], Checksum(header));
        return frame;
    }

    /// <summary>Fills in the checksum of UDP or TCP, which covers the addresses too.</summary>
    public static void SetTransportChecksum(byte[] frame, int payload, byte protocol, int at)
    {
        Span<byte> header = frame.AsSpan(EthernetBytes, Ipv4Bytes);
        Span<byte> segment = frame.AsSpan(PayloadAt, payload);
        segment[at] = 0;
        segment[at + 1] = 0;
        uint pseudo = Sum(header[12..]) + protocol + (uint)payload;
        ushort checksum = Fold(Sum(segment) + pseudo);
        BinaryPrimitives.WriteUInt16BigEndian(segment[at..], checksum == 0 ? ushort.MaxValue : checksum);
    }

    /// <summary>A datagram as a frame.</summary>
    public static byte[] Udp(
        ReadOnlySpan<byte> toMac, ReadOnlySpan<byte> fromMac, uint to, ushort toPort, uint from, ushort fromPort, ReadOnlySpan<byte> data)
    {
        int payload = UdpBytes + data.Length;
        byte[] frame = Ipv4(toMac, fromMac, to, from, UdpProtocol, payload);
        Span<byte> udp = frame.AsSpan(PayloadAt);
        BinaryPrimitives.WriteUInt16BigEndian(udp, fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], toPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)payload);
        data.CopyTo(udp[UdpBytes..]);
        SetTransportChecksum(frame, payload, UdpProtocol, at: 6);
        return frame;
    }

    /// <summary>The Internet checksum (RFC 1071).</summary>
    public static ushort Checksum(ReadOnlySpan<byte> bytes) => Fold(Sum(bytes));

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (; bytes.Length > 1; bytes = bytes[2..])
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        }

        return bytes.IsEmpty ? sum : sum + ((uint)bytes[0] << 8);
    }

    private static ushort Fold(uint sum)
    {
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
