using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using GdbHost.Machine.Backends;

namespace GdbHost.GdbStub.Backends.Qcow2;

/// <summary>
/// A qcow2 image as a disk (QEMU documentation, docs/interop/qcow2.txt), versions 2 and 3. Clusters that snapshots or a backing file have are copied before they
/// are written. Counts are in the file before what they count, so the end of this program leaves at most clusters that nobody uses. What the image says and cannot be
/// makes requests fail.
/// </summary>
internal sealed class Qcow2Image : IBlockStorage, IDisposable
{
    private readonly ImageFile _file;
    private readonly Qcow2Header _header;
    private readonly IBlockStorage? _behind;
    private readonly HashSet<ulong> _metadata = [];
    private readonly ClusterTables _tables;
    private readonly byte[] _whole;
    private readonly byte[] _expanded;
    private ulong _expandedFrom;
    private bool _written;

    /// <param name="file">It goes over to the image.</param>
    /// <param name="behind">The backing file's disk, which goes over to the image; null for none.</param>
    /// <exception cref="InvalidDataException">The message is for the user.</exception>
    public Qcow2Image(ImageFile file, Qcow2Header header, IBlockStorage? behind)
    {
        _file = file;
        _header = header;
        _behind = behind;
        _tables = new ClusterTables(file, header, _metadata);
        _whole = new byte[header.ClusterBytes];
        _expanded = new byte[header.ClusterBytes];
    }

    public ulong Length => _header.Size;

    public bool IsReadOnly => _file.IsReadOnly;

    private ulong ClusterBytes => (ulong)_header.ClusterBytes;

    public bool TryRead(ulong position, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            Span<byte> piece = into[..Piece(position, (ulong)into.Length)];
            if (!_tables.TryFind(position / ClusterBytes, out ClusterEntry entry, out _) || !TryReadCluster(entry, position, piece))
            {
                return false;
            }

            into = into[piece.Length..];
            position += (ulong)piece.Length;
        }

        return true;
    }

    public bool TryWrite(ulong position, ReadOnlySpan<byte> bytes)
    {
        if (IsReadOnly || !TryBeginWriting())
        {
            return false;
        }

        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> piece = bytes[..Piece(position, (ulong)bytes.Length)];
            if (!TryWriteCluster(position, piece))
            {
                return false;
            }

            bytes = bytes[piece.Length..];
            position += (ulong)piece.Length;
        }

        return true;
    }

    public bool TryClear(ulong position, ulong length)
    {
        if (IsReadOnly || !TryBeginWriting())
        {
            return false;
        }

        for (ulong end = position + length; position < end;)
        {
            int piece = Piece(position, end - position);
            ulong cluster = position / ClusterBytes;
            if (!_tables.TryFind(cluster, out ClusterEntry entry, out bool hasTable))
            {
                return false;
            }

            if (!hasTable && _behind is null)
            {
                // Nothing is there, to the end of what the table would be for.
                position = Math.Min(end, ((cluster / _tables.PerTable) + 1) * _tables.PerTable * ClusterBytes);
                continue;
            }

            bool whole = (ulong)piece == ClusterBytes || position + (ulong)piece == Length;
            bool done = whole && position % ClusterBytes == 0 && CanForget(entry)
                ? TryForget(cluster, entry)
                : TryWriteZeros(position, piece, entry);
            if (!done)
            {
                return false;
            }

            position += (ulong)piece;
        }

        return true;
    }

    public bool TryFlush() => _file.TryFlush();

    public void Dispose()
    {
        _file.Dispose();
        (_behind as IDisposable)?.Dispose();
    }

    private int Piece(ulong position, ulong length) => (int)Math.Min(length, ClusterBytes - (position % ClusterBytes));

    private ClusterKind KindOf(ClusterEntry entry)
    {
        if (entry.IsCompressed)
        {
            return ClusterKind.Compressed;
        }

        bool usable = entry.Offset % ClusterBytes == 0 && entry.Offset < _file.Length && !_metadata.Contains(entry.Offset / ClusterBytes);
        return entry.IsZero && _header.Version >= 3 ? ClusterKind.Zero
            : entry.Offset == 0 ? ClusterKind.Unallocated
            : usable ? ClusterKind.Data
            : ClusterKind.Broken;
    }

    private bool TryReadCluster(ClusterEntry entry, ulong position, Span<byte> into)
    {
        switch (KindOf(entry))
        {
            case ClusterKind.Unallocated:
                return TryReadBehind(position, into);
            case ClusterKind.Zero:
                into.Clear();
                return true;
            case ClusterKind.Data:
                return TryReadFile(entry.Offset + (position % ClusterBytes), into);
            case ClusterKind.Compressed when TryExpand(entry):
                _expanded.AsSpan((int)(position % ClusterBytes), into.Length).CopyTo(into);
                return true;
            default:
                return false;
        }
    }

    // The last cluster of a file may be cut short: what is not there is zero.
    private bool TryReadFile(ulong offset, Span<byte> into)
    {
        int there = offset >= _file.Length ? 0 : (int)Math.Min((ulong)into.Length, _file.Length - offset);
        into[there..].Clear();
        return _file.TryRead(offset, into[..there]);
    }

    // A backing file may be smaller than the disk.
    private bool TryReadBehind(ulong position, Span<byte> into)
    {
        ulong length = _behind?.Length ?? 0;
        int there = position >= length ? 0 : (int)Math.Min((ulong)into.Length, length - position);
        into[there..].Clear();
        return there == 0 || _behind!.TryRead(position, into[..there]);
    }

    private bool TryExpand(ClusterEntry entry)
    {
        if (_expandedFrom == entry.Value)
        {
            return true;
        }

        (ulong offset, int bytes) = entry.Compressed(_header.ClusterBits);
        if (offset >= _file.Length)
        {
            return false;
        }

        byte[] compressed = new byte[(int)Math.Min((ulong)bytes, _file.Length - offset)];
        _expandedFrom = 0;
        if (!_file.TryRead(offset, compressed))
        {
            return false;
        }

        try
        {
            using DeflateStream from = new(new MemoryStream(compressed), CompressionMode.Decompress);
            from.ReadExactly(_expanded);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return false;
        }

        _expandedFrom = entry.Value;
        return true;
    }

    private bool TryWriteCluster(ulong position, ReadOnlySpan<byte> bytes)
    {
        ulong cluster = position / ClusterBytes;
        if (!_tables.TryFind(cluster, out ClusterEntry entry, out _) || KindOf(entry) == ClusterKind.Broken)
        {
            return false;
        }

        ulong at = position % ClusterBytes;
        if (KindOf(entry) == ClusterKind.Data && entry.IsCopied)
        {
            return _file.TryWrite(entry.Offset + at, bytes);
        }

        ReadOnlySpan<byte> whole = bytes;
        if ((ulong)bytes.Length != ClusterBytes)
        {
            ulong start = cluster * ClusterBytes;
            Span<byte> there = _whole.AsSpan(0, (int)Math.Min(ClusterBytes, Length - start));
            _whole.AsSpan(there.Length).Clear();
            if (!TryReadCluster(entry, start, there))
            {
                return false;
            }

            bytes.CopyTo(_whole.AsSpan((int)at));
            whole = _whole;
        }

        ulong offset = _tables.Counts.Allocate(isMetadata: false);
        return offset != 0 && _file.TryWrite(offset, whole) && _tables.TrySet(cluster, ClusterEntry.Own(offset)) && TryRelease(entry);
    }

    private bool TryWriteZeros(ulong position, int length, ClusterEntry entry)
    {
        bool readsZeros = KindOf(entry) == ClusterKind.Zero || (KindOf(entry) == ClusterKind.Unallocated && (_behind is null || position >= _behind.Length));
        return readsZeros || TryWriteCluster(position, new byte[length]);
    }

    // Version 2 has no way to say that a cluster is zero in front of a backing file.
    private bool CanForget(ClusterEntry entry) => KindOf(entry) != ClusterKind.Broken && (_header.Version >= 3 || _behind is null);

    private bool TryForget(ulong cluster, ClusterEntry entry)
    {
        ClusterKind kind = KindOf(entry);
        bool isZero = kind == ClusterKind.Zero || (kind == ClusterKind.Unallocated && _behind is null);
        return isZero || (_tables.TrySet(cluster, _behind is null ? default : ClusterEntry.Zeros()) && TryRelease(entry));
    }

    /// <summary>An entry is no longer in the table: what it led to has one user less.</summary>
    private bool TryRelease(ClusterEntry entry)
    {
        if (!entry.IsCompressed)
        {
            return entry.Offset == 0 || _tables.Counts.TryRelease(entry.Offset);
        }

        // Compressed data may share its clusters with other such data, and lie in two of them; each counts each.
        (ulong offset, int bytes) = entry.Compressed(_header.ClusterBits);
        bool done = true;
        for (ulong cluster = offset / ClusterBytes; cluster <= (offset + (ulong)bytes - 1) / ClusterBytes; cluster++)
        {
            done &= _tables.Counts.TryRelease(cluster * ClusterBytes);
        }

        return done;
    }

    /// <summary>The first write: features that are not known here are no longer true (docs/interop/qcow2.txt, autoclear feature bits).</summary>
    private bool TryBeginWriting()
    {
        if (!_written && _header.Autoclear != 0)
        {
            Span<byte> none = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(none, 0);
            if (!_file.TryWrite(Qcow2Header.AutoclearAt, none))
            {
                return false;
            }
        }

        _written = true;
        return true;
    }
}
