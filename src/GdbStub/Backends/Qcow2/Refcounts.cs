using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;

namespace GdbHost.GdbStub.Backends.Qcow2;

/// <summary>
/// Which clusters of an image's file are used, and how often (docs/interop/qcow2.txt, Host cluster management). A cluster with metadata in it is never given
/// out, whatever its count says.
/// </summary>
internal sealed class Refcounts
{
    private const ulong OffsetMask = 0xffff_ffff_ffff_fe00;

    private const ulong MostBehindEnd = 1 << 20;

    private readonly ImageFile _file;
    private readonly int _clusterBits;
    private readonly int _order;
    private readonly HashSet<ulong> _metadata;
    private readonly Dictionary<int, byte[]> _blocks = [];
    private ulong[] _table;
    private ulong _tableOffset;
    private ulong _free;

    /// <param name="metadata">Clusters with metadata, by number; those of counts are added.</param>
    /// <exception cref="InvalidDataException">The message is for the user.</exception>
    public Refcounts(ImageFile file, Qcow2Header header, HashSet<ulong> metadata)
    {
        _file = file;
        _clusterBits = header.ClusterBits;
        _order = header.RefcountOrder;
        _metadata = metadata;
        _tableOffset = header.RefcountTableOffset;
        byte[] bytes = new byte[(ulong)header.RefcountTableClusters << header.ClusterBits];
        if (!file.TryRead(_tableOffset, bytes))
        {
            throw new InvalidDataException("its table of reference counts cannot be read");
        }

        _table = new ulong[bytes.Length / 8];
        for (int i = 0; i < _table.Length; i++)
        {
            _table[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(i * 8)) & OffsetMask;
            if (_table[i] != 0)
            {
                metadata.Add(_table[i] >> _clusterBits);
            }
        }

        AddTable(_tableOffset, _table.Length);
    }

    private int ClusterBytes => 1 << _clusterBits;

    /// <summary>Counts in a block.</summary>
    private ulong PerBlock => (ulong)ClusterBytes * 8 >> _order;

    /// <summary>Takes a cluster that nobody uses; 0 where there is none to be had.</summary>
    /// <param name="isMetadata">It will hold a table.</param>
    public ulong Allocate(bool isMetadata)
    {
        for (; ; _free++)
        {
            // Counts of so many clusters that the file does not have are nonsense.
            int region = (int)Math.Min(_free / PerBlock, int.MaxValue);
            if (_free > (_file.Length >> _clusterBits) + MostBehindEnd || (region >= _table.Length && !TryGrow()) || (_table[region] == 0 && !TryAddBlock(region)) || Block(region) is not byte[] block)
            {
                return 0;
            }

            if (!_metadata.Contains(_free) && Count(block, _free) == 0)
            {
                if (!TrySet(region, block, _free, 1))
                {
                    return 0;
                }

                if (isMetadata)
                {
                    _metadata.Add(_free);
                }

                return _free++ << _clusterBits;
            }
        }
    }

    /// <summary>One user less of a cluster; false where it has none, or the file cannot be written.</summary>
    public bool TryRelease(ulong offset)
    {
        ulong cluster = offset >> _clusterBits;
        int region = (int)Math.Min(cluster / PerBlock, int.MaxValue);
        if (region >= _table.Length || Block(region) is not byte[] block || Count(block, cluster) is not (ulong count and > 0))
        {
            return false;
        }

        if (count == 1)
        {
            _free = Math.Min(_free, cluster);
            _metadata.Remove(cluster);
        }

        return TrySet(region, block, cluster, count - 1);
    }

    private ulong Count(byte[] block, ulong cluster)
    {
        ulong index = cluster % PerBlock;
        if (_order < 3)
        {
            int bits = 1 << _order;
            ulong at = index * (ulong)bits;
            return ((ulong)block[at / 8] >> (int)(at % 8)) & ((1UL << bits) - 1);
        }

        ReadOnlySpan<byte> entry = block.AsSpan((int)index << (_order - 3));
        return _order switch
        {
            3 => entry[0],
            4 => BinaryPrimitives.ReadUInt16BigEndian(entry),
            5 => BinaryPrimitives.ReadUInt32BigEndian(entry),
            _ => BinaryPrimitives.ReadUInt64BigEndian(entry),
        };
    }

    private bool TrySet(int region, byte[] block, ulong cluster, ulong count)
    {
        ulong index = cluster % PerBlock;
        int at = (int)((index << _order) / 8);
        int bytes = Math.Max(1, 1 << _order >> 3);
        switch (_order)
        {
            case < 3:
                int bits = 1 << _order;
                int shift = (int)((index << _order) % 8);
                block[at] = (byte)((block[at] & ~(((1 << bits) - 1) << shift)) | ((int)count << shift));
                break;
            case 3:
                block[at] = (byte)count;
                break;
            case 4:
                BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(at), (ushort)count);
                break;
            case 5:
                BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(at), (uint)count);
                break;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(block.AsSpan(at), count);
                break;
        }

        return _file.TryWrite(_table[region] + (ulong)at, block.AsSpan(at, bytes));
    }

    private byte[]? Block(int region)
    {
        if (_blocks.TryGetValue(region, out byte[]? block))
        {
            return block;
        }

        block = new byte[ClusterBytes];
        ulong offset = _table[region];
        bool readable = offset != 0 && offset % (ulong)ClusterBytes == 0 && offset < _file.Length && _file.TryRead(offset, block.AsSpan(0, (int)Math.Min((ulong)ClusterBytes, _file.Length - offset)));
        return readable ? _blocks[region] = block : null;
    }

    // Nothing in the region is used: its first cluster that can be had counts itself.
    private bool TryAddBlock(int region)
    {
        while (_metadata.Contains(_free))
        {
            _free++;
        }

        if (_free / PerBlock != (ulong)region)
        {
            return false;
        }

        byte[] block = new byte[ClusterBytes];
        ulong cluster = _free++;
        _table[region] = cluster << _clusterBits;
        _blocks[region] = block;
        _metadata.Add(cluster);
        if (_file.TryWrite(_table[region], block) && TrySet(region, block, cluster, 1) && TryWriteEntry(region))
        {
            return true;
        }

        _table[region] = 0;
        _blocks.Remove(region);
        _metadata.Remove(cluster);
        return false;
    }

    private bool TryWriteEntry(int region)
    {
        Span<byte> entry = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(entry, _table[region]);
        return _file.TryWrite(_tableOffset + ((ulong)region * 8), entry);
    }

    // A table of twice the size goes behind all that the old one can count, with the block that counts it.
    private bool TryGrow()
    {
        const int MostTableBytes = 8 << 20;
        int entries = _table.Length * 2;
        int clusters = entries * 8 >> _clusterBits;
        int region = _table.Length;
        ulong first = (ulong)region * PerBlock;
        if (entries * 8 > MostTableBytes || (ulong)clusters + 1 > PerBlock)
        {
            return false;
        }

        byte[] block = new byte[ClusterBytes];
        ulong[] table = new ulong[entries];
        _table.CopyTo(table, 0);
        table[region] = first << _clusterBits;
        byte[] bytes = new byte[entries * 8];
        for (int i = 0; i < entries; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * 8), table[i]);
        }

        (ulong oldOffset, int oldEntries) = (_tableOffset, _table.Length);
        ulong offset = (first + 1) << _clusterBits;
        (_table, _blocks[region]) = (table, block);
        bool done = _file.TryWrite(table[region], block);
        for (ulong cluster = first; cluster <= first + (ulong)clusters; cluster++)
        {
            done = done && TrySet(region, block, cluster, 1);
        }

        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(header, offset);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], clusters);
        if (!done || !_file.TryWrite(offset, bytes) || !_file.TryWrite(Qcow2Header.RefcountTableAt, header))
        {
            return false;
        }

        _tableOffset = offset;
        _metadata.Add(first);
        AddTable(offset, entries);
        for (ulong at = oldOffset; at < oldOffset + ((ulong)oldEntries * 8); at += (ulong)ClusterBytes)
        {
            TryRelease(at);
        }

        return true;
    }

    private void AddTable(ulong offset, int entries)
    {
        for (ulong at = offset; at < offset + ((ulong)entries * 8); at += (ulong)ClusterBytes)
        {
            _metadata.Add(at >> _clusterBits);
        }
    }
}
