using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>The 16 bytes of a transmit descriptor of any kind (Intel 317694, Transmit Descriptors).</summary>
/// <param name="Address">Of the buffer; of a context descriptor its first eight bytes.</param>
internal readonly record struct TransmitDescriptor(ulong Address, uint Lower, uint Upper)
{
    public const int Bytes = 16;

    /// <summary>Where <see cref="Upper"/> is, whose bit 0 says that the card is done.</summary>
    public const int UpperAt = 12;
    public const uint Done = 1;

    public bool IsExtended => Lower.Bit(29);

    public bool IsContext => IsExtended && Lower.Field(23, 20) == 0;

    public bool EndsPacket => Lower.Bit(24);

    /// <summary>IC of a legacy descriptor: insert a checksum.</summary>
    public bool InsertsChecksum => !IsExtended && Lower.Bit(26);

    /// <summary>TSE of a data descriptor: the packet is to be cut.</summary>
    public bool Segments => IsExtended && Lower.Bit(26);

    /// <summary>RS: say when it is done.</summary>
    public bool WantsReport => Lower.Bit(27);

    /// <summary>VLE: put a VLAN tag in.</summary>
    public bool InsertsTag => Lower.Bit(30);

    /// <summary>IDE: the interrupt can wait.</summary>
    public bool DelaysInterrupt => Lower.Bit(31);

    public int Length => (int)(IsExtended ? Lower.Field(19, 0) : Lower.Field(15, 0));

    /// <summary>CSO of a legacy descriptor: where the checksum goes.</summary>
    public int ChecksumAt => (int)Lower.Field(23, 16);

    /// <summary>CSS of a legacy descriptor: where summing begins.</summary>
    public int ChecksumFrom => (int)Upper.Field(15, 8);

    /// <summary>IXSM of a data descriptor.</summary>
    public bool WantsIpChecksum => Upper.Bit(8);

    /// <summary>TXSM of a data descriptor.</summary>
    public bool WantsTransportChecksum => Upper.Bit(9);

    public ushort Tag => (ushort)Upper.Field(31, 16);

    public static TransmitDescriptor From(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[UpperAt..]));
}

/// <summary>What a context descriptor says of the packets behind it (Intel 317694, TCP/IP Context Transmit Descriptor).</summary>
internal readonly record struct TransmitContext(ulong Offsets, uint Lower, uint Upper)
{
    /// <summary>IPCSS, IPCSO, IPCSE: where summing of the IP header begins, its checksum goes, and its last byte is.</summary>
    public int IpStart => (int)Offsets.Field(7, 0);

    public int IpChecksumAt => (int)Offsets.Field(15, 8);

    public int IpEnd => (int)Offsets.Field(31, 16);

    /// <summary>TUCSS, TUCSO, TUCSE: the same of TCP or UDP; an end of 0 is the packet's.</summary>
    public int TransportStart => (int)Offsets.Field(39, 32);

    public int TransportChecksumAt => (int)Offsets.Field(47, 40);

    public int TransportEnd => (int)Offsets.Field(63, 48);

    public bool IsTcp => Lower.Bit(24);

    public bool IsIpv4 => Lower.Bit(25);

    /// <summary>TSE: it is for packets that are cut.</summary>
    public bool Segments => Lower.Bit(26);

    public int HeaderBytes => (int)Upper.Field(15, 8);

    /// <summary>MSS: data bytes of each segment.</summary>
    public int SegmentBytes => (int)Upper.Field(31, 16);
}
