using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;

namespace GdbHost.GdbStub.Backends.Qcow2;

/// <summary>What is at a place of the disk.</summary>
internal enum ClusterKind : byte
{
    /// <summary>What the backing file has there, else zeros.</summary>
    Unallocated,

    Zero,
    Data,
    Compressed,

    /// <summary>The tables say what cannot be.</summary>
    Broken,
}

/// <summary>An entry of an L2 table (docs/interop/qcow2.txt, Cluster mapping).</summary>
internal readonly record struct ClusterEntry(ulong Value)
{
    private const ulong CopiedBit = 1UL << 63;
    private const ulong CompressedBit = 1UL << 62;
    private const ulong ZeroBit = 1;
    private const ulong OffsetMask = 0x00ff_ffff_ffff_fe00;

    /// <summary>The cluster is this entry's alone.</summary>
    public bool IsCopied => (Value & CopiedBit) != 0;

    public bool IsCompressed => (Value & CompressedBit) != 0;

    public bool IsZero => !IsCompressed && (Value & ZeroBit) != 0;

    /// <summary>Of the cluster in the file; 0 for none.</summary>
    public ulong Offset => Value & OffsetMask;

    public static ClusterEntry Own(ulong offset) => new(offset | CopiedBit);

    public static ClusterEntry Zeros() => new(ZeroBit);

    /// <summary>Where compressed data is, and the most bytes that it has.</summary>
    public (ulong Offset, int Bytes) Compressed(int clusterBits)
    {
        const int SectorBytes = 512;
        int offsetBits = 62 - (clusterBits - 8);
        ulong offset = Value & ((1UL << offsetBits) - 1);
        int sectors = (int)((Value & (CompressedBit - 1)) >> offsetBits) + 1;
        return (offset, (sectors * SectorBytes) - (int)(offset % SectorBytes));
    }
}

/// <summary>The two levels of tables that say where the disk's clusters are in the file. Every change is in the file when it is done.</summary>
internal sealed class ClusterTables
{
    private const int MostKept = 128;

    private readonly ImageFile _file;
    private readonly Qcow2Header _header;
    private readonly Refcounts _counts;
    private readonly ulong[] _l1;
    private readonly Dictionary<ulong, byte[]> _kept = [];
    private readonly Queue<ulong> _order = new();

    /// <param name="metadata">Clusters with metadata, by number; the tables' are added.</param>
    /// <exception cref="InvalidDataException">The message is for the user.</exception>
    public ClusterTables(ImageFile file, Qcow2Header header, HashSet<ulong> metadata)
    {
        _file = file;
        _header = header;
        byte[] bytes = new byte[header.L1Entries * 8];
        if (!file.TryRead(header.L1Offset, bytes))
        {
            throw new InvalidDataException("its L1 table cannot be read");
        }

        metadata.Add(0);
        _l1 = new ulong[header.L1Entries];
        for (int i = 0; i < _l1.Length; i++)
        {
            _l1[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(i * 8));
            if (new ClusterEntry(_l1[i]).Offset is ulong offset and not 0)
            {
                metadata.Add(offset >> header.ClusterBits);
            }
        }

        for (ulong at = header.L1Offset; at < header.L1Offset + (ulong)bytes.Length; at += (ulong)header.ClusterBytes)
        {
            metadata.Add(at >> header.ClusterBits);
        }

        _counts = new Refcounts(file, header, metadata);
    }

    public Refcounts Counts => _counts;

    /// <summary>Clusters that one L2 table is for.</summary>
    public ulong PerTable => (ulong)_header.ClusterBytes / 8;

    /// <summary>The entry of a cluster of the disk; false where the tables are broken.</summary>
    /// <param name="hasTable">There is an L2 table.</param>
    public bool TryFind(ulong cluster, out ClusterEntry entry, out bool hasTable)
    {
        entry = default;
        ulong offset = new ClusterEntry(_l1[cluster / PerTable]).Offset;
        hasTable = offset != 0;
        if (!hasTable)
        {
            return true;
        }

        if (Table(offset) is not byte[] table)
        {
            return false;
        }

        entry = new ClusterEntry(BinaryPrimitives.ReadUInt64BigEndian(table.AsSpan((int)(cluster % PerTable) * 8)));
        return true;
    }

    /// <summary>Changes an entry, in a table that is the disk's alone.</summary>
    public bool TrySet(ulong cluster, ClusterEntry entry)
    {
        if (!TryOwnTable((int)(cluster / PerTable), out ulong offset, out byte[]? table))
        {
            return false;
        }

        int at = (int)(cluster % PerTable) * 8;
        Span<byte> bytes = table.AsSpan(at, 8);
        ulong before = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, entry.Value);
        if (_file.TryWrite(offset + (ulong)at, bytes))
        {
            return true;
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, before);
        return false;
    }

    private bool TryOwnTable(int index, out ulong offset, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? table)
    {
        ClusterEntry known = new(_l1[index]);
        offset = known.Offset;
        table = offset == 0 ? new byte[_header.ClusterBytes] : Table(offset);
        if (table is null || (known.IsCopied && offset != 0))
        {
            return table is not null;
        }

        // There is none, or it is a snapshot's, too.
        ulong shared = offset;
        offset = _counts.Allocate(isMetadata: true);
        table = (byte[])table.Clone();
        Span<byte> entry = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(entry, ClusterEntry.Own(offset).Value);
        if (offset == 0 || !_file.TryWrite(offset, table) || !_file.TryWrite(_header.L1Offset + ((ulong)index * 8), entry))
        {
            return false;
        }

        _l1[index] = ClusterEntry.Own(offset).Value;
        Keep(offset, table);
        return shared == 0 || _counts.TryRelease(shared);
    }

    private byte[]? Table(ulong offset)
    {
        if (_kept.TryGetValue(offset, out byte[]? table))
        {
            return table;
        }

        table = new byte[_header.ClusterBytes];
        if (offset % (ulong)table.Length != 0 || offset >= _file.Length || !_file.TryRead(offset, table.AsSpan(0, (int)Math.Min((ulong)table.Length, _file.Length - offset))))
        {
            return null;
        }

        Keep(offset, table);
        return table;
    }

    private void Keep(ulong offset, byte[] table)
    {
        if (_order.Count == MostKept)
        {
            _kept.Remove(_order.Dequeue());
        }

        if (_kept.TryAdd(offset, table))
        {
            _order.Enqueue(offset);
        }
        else
        {
            _kept[offset] = table;
        }
    }
}
