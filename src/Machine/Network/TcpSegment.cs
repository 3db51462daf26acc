using System;
using System.Buffers.Binary;

namespace GdbHost.Machine.Network;

/// <summary>Control bits of a segment (RFC 9293, section 3.1).</summary>
[Flags]
internal enum TcpFlags : byte
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Reset = 4,
    Push = 8,
    Acknowledge = 16,
}

/// <summary>The fields of a segment's header.</summary>
internal readonly record struct TcpSegment(ushort FromPort, ushort ToPort, uint Sequence, uint Acknowledgment, TcpFlags Flags, ushort Window)
{
    private const byte MaximumSegmentSize = 2;
    private const int OptionBytes = 4;

    /// <summary>Largest segment that the sender takes; the usual 536 where it does not say (RFC 9293, section 3.7.1).</summary>
    public ushort MostData { get; init; } = 536;

    /// <summary>Reads the header and gives the data behind it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out TcpSegment segment, out ReadOnlySpan<byte> data)
    {
        int header = (bytes[12] >> 4) * 4;
        segment = new TcpSegment(
            BinaryPrimitives.ReadUInt16BigEndian(bytes),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
            (TcpFlags)bytes[13],
            BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]));
        data = default;
        if (header < Packet.TcpBytes || header > bytes.Length)
        {
            return false;
        }

        data = bytes[header..];
        segment = segment with { MostData = SegmentSize(bytes[Packet.TcpBytes..header]) ?? segment.MostData };
        return true;
    }

    /// <summary>Sends it to the guest.</summary>
    /// <param name="segmentBytes">Data bytes of each segment where it is more than one, which the card must take; else 0.</param>
    public void Give(UserNetwork network, uint to, uint from, ReadOnlySpan<byte> data, int segmentBytes = 0)
    {
        const int ChecksumAt = 16;
        const ushort OurSegmentSize = 1460;
        bool opens = Flags.HasFlag(TcpFlags.Syn);
        int header = Packet.TcpBytes + (opens ? OptionBytes : 0);
        Span<byte> frame = network.StartIpv4(to, from, Packet.TcpProtocol, header + data.Length);
        Span<byte> tcp = frame[Packet.PayloadAt..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, FromPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], ToPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], Acknowledgment);
        tcp[12] = (byte)(header / 4 << 4);
        tcp[13] = (byte)Flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], Window);
        if (opens)
        {
            tcp[Packet.TcpBytes] = MaximumSegmentSize;
            tcp[Packet.TcpBytes + 1] = OptionBytes;
            BinaryPrimitives.WriteUInt16BigEndian(tcp[(Packet.TcpBytes + 2)..], OurSegmentSize);
        }

        data.CopyTo(tcp[header..]);
        FrameOffload offload = default;
        if (network.TakesUnfinished)
        {
            ulong pseudo = Packet.PseudoHeader(frame, header + data.Length, Packet.TcpProtocol);
            BinaryPrimitives.WriteUInt16BigEndian(tcp[ChecksumAt..], InternetChecksum.Fold(pseudo));
            offload = new FrameOffload(Packet.PayloadAt, ChecksumAt, (ushort)(Packet.PayloadAt + header), (ushort)segmentBytes);
        }
        else
        {
            Packet.SetTransportChecksum(frame, header + data.Length, Packet.TcpProtocol, ChecksumAt);
        }

        network.Give(frame, offload);
    }

    private static ushort? SegmentSize(ReadOnlySpan<byte> options)
    {
        const byte End = 0;
        const byte NoOperation = 1;
        while (options.Length > 1 && options[0] != End)
        {
            if (options[0] == NoOperation)
            {
                options = options[1..];
                continue;
            }

            int length = options[1];
            if (length < 2 || length > options.Length)
            {
                break;
            }

            if (options[0] == MaximumSegmentSize && length == OptionBytes)
            {
                return BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
            }

            options = options[length..];
        }

        return null;
    }
}
