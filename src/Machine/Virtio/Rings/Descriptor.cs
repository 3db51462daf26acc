using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Virtio.Rings;

/// <summary>
/// 16 bytes of a descriptor table. Address, length and flags are the same in both kinds of ring, with the last two fields
/// exchanged (Virtual I/O Device Specification 1.2, The Virtqueue Descriptor Table; Packed Virtqueues, Structure Size and
/// Alignment).
/// </summary>
/// <param name="Address">Of the buffer or the indirect table.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Flags">Bits.</param>
/// <param name="Link">Split ring: the next descriptor. Packed ring: the buffer's ID.</param>
internal readonly record struct Descriptor(ulong Address, uint Length, ushort Flags, ushort Link)
{
    public const int Bytes = 16;

    public const ushort AvailableFlag = 1 << 7;
    public const ushort UsedFlag = 1 << 15;
    public const ushort WriteFlag = 1 << 1;

    public bool HasNext => ((uint)Flags).Bit(0);

    public bool DeviceWrites => ((uint)Flags).Bit(1);

    public bool IsIndirect => ((uint)Flags).Bit(2);

    /// <summary>Packed ring: the driver's wrap counter when it made the descriptor available.</summary>
    public bool Available => ((uint)Flags).Bit(7);

    /// <summary>Packed ring: the device's wrap counter when it used the descriptor.</summary>
    public bool Used => ((uint)Flags).Bit(15);

    public static bool TryReadSplit(IVirtioMemory memory, ulong table, int index, out Descriptor descriptor) =>
        TryRead(memory, table, index, flagsAt: 12, linkAt: 14, out descriptor);

    public static bool TryReadPacked(IVirtioMemory memory, ulong table, int index, out Descriptor descriptor) =>
        TryRead(memory, table, index, flagsAt: 14, linkAt: 12, out descriptor);

    private static bool TryRead(IVirtioMemory memory, ulong table, int index, int flagsAt, int linkAt, out Descriptor descriptor)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bool there = memory.TryRead(table + ((ulong)index * Bytes), bytes);
        descriptor = new Descriptor(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[flagsAt..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[linkAt..]));
        return there;
    }
}
