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

    /// <summary>Starts a frame: Ethernet header, then room for what is behind it, of which all headers are zero.</summary>
    /// <param name="room">Where it is made.</param>
    public static Span<byte> Ethernet(Span<byte> room, scoped ReadOnlySpan<byte> to, scoped ReadOnlySpan<byte> from, ushort type, int payload)
    {
        // Shorter frames are filled up, as every card does.
        const int ShortestFrame = 60;
        Span<byte> frame = room[..Math.Max(ShortestFrame, EthernetBytes + payload)];
        frame[..ShortestFrame].Clear();
        to.CopyTo(frame);
        from.CopyTo(frame[MacBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[(2 * MacBytes)..], type);
        return frame;
    }

    /// <summary>Starts a frame with an IPv4 header in it.</summary>
    /// <param name="room">Where it is made.</param>
    /// <param name="payload">Bytes behind the header.</param>
    public static Span<byte> Ipv4(Span<byte> room, scoped ReadOnlySpan<byte> toMac, scoped ReadOnlySpan<byte> fromMac, uint to, uint from, byte protocol, int payload)
    {
        const byte Version4WithoutOptions = 0x45;
        const ushort DoNotFragment = 0x4000;
        const byte TimeToLive = 64;
        Span<byte> frame = Ethernet(room, toMac, fromMac, Ipv4Type, Ipv4Bytes + payload);
        Span<byte> header = frame.Slice(EthernetBytes, Ipv4Bytes);
        header[0] = Version4WithoutOptions;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(Ipv4Bytes + payload));
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], DoNotFragment);
        header[8] = TimeToLive;
        header[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], from);
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], to);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Of(header, 0));
        return frame;
    }

    /// <summary>The sum of the pseudo header that the checksum of UDP or TCP covers too.</summary>
    /// <param name="payload">Bytes behind the IPv4 header.</param>
    public static ulong PseudoHeader(ReadOnlySpan<byte> frame, int payload, byte protocol) =>
        InternetChecksum.Add(frame.Slice(EthernetBytes + 12, 8), (uint)(protocol + payload));

    /// <summary>Fills in the checksum of UDP or TCP.</summary>
    public static void SetTransportChecksum(Span<byte> frame, int payload, byte protocol, int at)
    {
        Span<byte> segment = frame.Slice(PayloadAt, payload);
        segment[at] = 0;
        segment[at + 1] = 0;
        ushort checksum = InternetChecksum.Of(segment, PseudoHeader(frame, payload, protocol));
        BinaryPrimitives.WriteUInt16BigEndian(segment[at..], checksum == 0 ? ushort.MaxValue : checksum);
    }

    /// <summary>A datagram as a frame.</summary>
    /// <param name="room">Where it is made.</param>
    public static Span<byte> Udp(
        Span<byte> room, scoped ReadOnlySpan<byte> toMac, scoped ReadOnlySpan<byte> fromMac, uint to, ushort toPort, uint from, ushort fromPort,
        scoped ReadOnlySpan<byte> data)
    {
        int payload = UdpBytes + data.Length;
        Span<byte> frame = Ipv4(room, toMac, fromMac, to, from, UdpProtocol, payload);
        Span<byte> udp = frame[PayloadAt..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], toPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)payload);
        data.CopyTo(udp[UdpBytes..]);
        SetTransportChecksum(frame, payload, UdpProtocol, at: 6);
        return frame;
    }
}
