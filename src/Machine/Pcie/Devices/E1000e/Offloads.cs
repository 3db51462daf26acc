using System;
using System.Buffers.Binary;
using GdbHost.Machine.Network;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>What the card does to a packet before it is a frame on the wire (Intel 317694, Transmit Checksum Offloading, TCP Segmentation).</summary>
internal static class Offloads
{
    private const int Ipv6HeaderBytes = 40;
    private const byte FinAndPush = 0x09;

    /// <summary>Writes a checksum over a part of a packet, where both are in it.</summary>
    /// <param name="last">Offset of the last byte summed; 0 for the packet's.</param>
    /// <param name="added">What the sum begins with.</param>
    /// <param name="zeroIsOnes">A result of zero is written as ones, as UDP has it (RFC 768).</param>
    public static void Sum(Span<byte> packet, int from, int at, int last, uint added = 0, bool zeroIsOnes = false)
    {
        int end = last == 0 ? packet.Length : Math.Min(last + 1, packet.Length);
        if (from >= end || at + sizeof(ushort) > packet.Length)
        {
            return;
        }

        ushort sum = InternetChecksum.Of(packet[from..end], added);
        BinaryPrimitives.WriteUInt16BigEndian(packet[at..], sum == 0 && zeroIsOnes ? ushort.MaxValue : sum);
    }

    /// <summary>The two checksums that a data descriptor can ask for.</summary>
    public static void SumPacket(Span<byte> packet, TransmitContext context, bool ip, bool transport)
    {
        if (ip)
        {
            ClearAndSum(packet, context);
        }

        if (transport)
        {
            Sum(packet, context.TransportStart, context.TransportChecksumAt, context.TransportEnd, zeroIsOnes: !context.IsTcp);
        }
    }

    /// <summary>Makes a packet's header the one of a segment, whose data is already behind it, with all checksums.</summary>
    /// <param name="segment">Header and data; the header is the whole packet's.</param>
    /// <param name="number">Which segment it is, from 0.</param>
    public static void FinishSegment(Span<byte> segment, TransmitContext context, int number, bool isLast, bool ip, bool transport)
    {
        int network = context.IpStart;
        int start = context.TransportStart;
        if (context.IsIpv4)
        {
            Write(segment, network + 2, segment.Length - network);
            Add(segment, network + 4, number);
        }
        else
        {
            Write(segment, network + 4, segment.Length - network - Ipv6HeaderBytes);
        }

        if (ip)
        {
            ClearAndSum(segment, context);
        }

        if (context.IsTcp && start + 14 <= segment.Length)
        {
            Span<byte> sequence = segment.Slice(start + 4, sizeof(uint));
            uint first = BinaryPrimitives.ReadUInt32BigEndian(sequence);
            BinaryPrimitives.WriteUInt32BigEndian(sequence, first + (uint)(number * context.SegmentBytes));
            segment[start + 13] &= isLast ? (byte)0xff : unchecked((byte)~FinAndPush);
        }
        else if (!context.IsTcp)
        {
            Write(segment, start + 4, segment.Length - start);
        }

        if (transport)
        {
            // The driver has put the pseudo header into the field, without the length that only the card knows.
            Sum(segment, start, context.TransportChecksumAt, 0, (uint)(segment.Length - start), zeroIsOnes: !context.IsTcp);
        }
    }

    private static void ClearAndSum(Span<byte> packet, TransmitContext context)
    {
        Write(packet, context.IpChecksumAt, 0);
        Sum(packet, context.IpStart, context.IpChecksumAt, context.IpEnd);
    }

    private static void Write(Span<byte> packet, int at, int value)
    {
        if (at + sizeof(ushort) <= packet.Length)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[at..], (ushort)value);
        }
    }

    private static void Add(Span<byte> packet, int at, int value)
    {
        if (at + sizeof(ushort) <= packet.Length)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[at..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(packet[at..]) + value));
        }
    }
}
