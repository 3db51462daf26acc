using System;
using System.Buffers.Binary;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>How a receive descriptor is laid out (Intel 317694, Receive Descriptor Format).</summary>
internal enum ReceiveFormat : byte
{
    Legacy,
    Extended,
    PacketSplit,
}

/// <summary>Status and error bits of a receive descriptor; a legacy one has [7:0] and [31:24].</summary>
[Flags]
internal enum ReceiveStatus : uint
{
    None = 0,

    /// <summary>DD: the card is done with it.</summary>
    Done = 1 << 0,

    /// <summary>EOP: the frame ends here.</summary>
    EndOfPacket = 1 << 1,

    /// <summary>VP: the frame had a VLAN tag.</summary>
    Tagged = 1 << 3,

    /// <summary>UDPCS, TCPCS, IPCS: the checksum was looked at.</summary>
    UdpChecked = 1 << 4,
    TransportChecked = 1 << 5,
    IpChecked = 1 << 6,

    /// <summary>IPIDV: the IP identification is valid.</summary>
    HasIdentification = 1 << 9,

    /// <summary>ACK: a TCP acknowledgment.</summary>
    Ack = 1 << 15,

    /// <summary>Packet types from bit 16 on.</summary>
    Ipv4 = 1 << 16,
    Ipv4Transport = 2 << 16,
    Ipv6 = 5 << 16,
    Ipv6Transport = 6 << 16,

    /// <summary>TCPE and IPE: the checksum is wrong.</summary>
    TransportError = 1 << 29,
    IpError = 1 << 30,
}

/// <summary>What a descriptor says when it is written back.</summary>
internal readonly record struct ReceiveReport(ReceiveStatus Status, ReceiveHash Hash, ushort Identification, ushort Tag)
{
    private const ushort HeaderSplit = 1 << 15;

    /// <summary>Bytes of a descriptor.</summary>
    public static int BytesOf(ReceiveFormat format) => format == ReceiveFormat.PacketSplit ? 32 : 16;

    /// <summary>Writes the descriptor over the one that was read.</summary>
    /// <param name="lengths">Bytes stored in each buffer.</param>
    /// <param name="header">Bytes of the header in buffer 0 of a packet-split descriptor, 0 for none.</param>
    public void Write(Span<byte> descriptor, ReceiveFormat format, ReadOnlySpan<int> lengths, int header)
    {
        if (format == ReceiveFormat.Legacy)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(descriptor[8..], (ushort)lengths[0]);
            BinaryPrimitives.WriteUInt16LittleEndian(descriptor[10..], 0);
            descriptor[12] = (byte)Status;
            descriptor[13] = (byte)((uint)Status >> 24);
            BinaryPrimitives.WriteUInt16LittleEndian(descriptor[14..], Tag);
            return;
        }

        descriptor.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor, Hash.Type | ((uint)Hash.Queue << 8));
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[4..], Hash.Type != 0 ? Hash.Value : Identification);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[8..], (uint)Status);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[12..], (ushort)lengths[0]);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[14..], Tag);
        if (format == ReceiveFormat.PacketSplit)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(descriptor[16..], (ushort)(header | (header > 0 ? HeaderSplit : 0)));
            for (int i = 1; i < lengths.Length; i++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(descriptor[(16 + (i * sizeof(ushort)))..], (ushort)lengths[i]);
            }
        }
    }
}
