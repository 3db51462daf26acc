using System;
using System.Buffers.Binary;

namespace GdbHost.Machine.Virtio.Block;

/// <summary>The configuration space of a block device (Virtual I/O Device Specification 1.2, Block Device, Device configuration layout); QEMU's values.</summary>
internal static class BlockConfig
{
    /// <summary>Up to write_zeroes_may_unmap.</summary>
    public const int Bytes = 57;

    public const int WritebackAt = 32;

    /// <summary>max_discard_sectors and max_write_zeroes_sectors.</summary>
    public const uint MostSectors = 0x3f_ffff;

    private const uint Heads = 16;
    private const uint SectorsPerTrack = 63;
    private const ulong FewestCylinders = 2;
    private const ulong MostCylinders = 16383;

    public static void Fill(Span<byte> into, ulong sectors, int queueSize, bool writeback)
    {
        into.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(into, sectors);

        // Of a chain, header and status take two buffers.
        BinaryPrimitives.WriteUInt32LittleEndian(into[12..], (uint)queueSize - 2);
        ulong cylinders = Math.Clamp(sectors / (Heads * SectorsPerTrack), FewestCylinders, MostCylinders);
        BinaryPrimitives.WriteUInt16LittleEndian(into[16..], (ushort)cylinders);
        into[18] = (byte)Heads;
        into[19] = (byte)SectorsPerTrack;
        BinaryPrimitives.WriteUInt32LittleEndian(into[20..], VirtioBlock.SectorBytes);
        into[WritebackAt] = writeback ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(into[34..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(into[36..], MostSectors);
        BinaryPrimitives.WriteUInt32LittleEndian(into[40..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(into[44..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(into[48..], MostSectors);
        BinaryPrimitives.WriteUInt32LittleEndian(into[52..], 1);
        into[56] = 1;
    }
}
