using System;
using System.Collections.Generic;
using System.IO;
using GdbHost.GdbStub.HostFiles;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Semihosting;
using Microsoft.Win32.SafeHandles;

namespace GdbHost.GdbStub.Backends;

/// <summary>
/// A disk whose file never changes (snapshot=on): what the guest writes goes to a temporary file without a name, and is gone
/// when the program ends, in whatever way.
/// </summary>
/// <param name="below">The disk, which is only read.</param>
internal sealed class DiscardedWrites(IBlockStorage below) : IBlockStorage, IDisposable
{
    private const int ClusterBytes = 64 << 10;

    private readonly HashSet<ulong> _written = [];
    private readonly byte[] _cluster = new byte[ClusterBytes];
    private HostFile? _above;

    public ulong Length => below.Length;

    public bool IsReadOnly => false;

    public bool TryRead(ulong position, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            Span<byte> piece = into[..Piece(position, into.Length)];
            bool done = _written.Contains(position / ClusterBytes) ? TryReadAbove(position, piece) : below.TryRead(position, piece);
            if (!done)
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
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> piece = bytes[..Piece(position, bytes.Length)];
            if (!TryKeep(position / ClusterBytes, piece.Length) || !TryWriteAbove(position, piece))
            {
                return false;
            }

            _written.Add(position / ClusterBytes);
            bytes = bytes[piece.Length..];
            position += (ulong)piece.Length;
        }

        return true;
    }

    public bool TryClear(ulong position, ulong length)
    {
        Span<byte> zeros = new byte[ClusterBytes];
        for (ulong done = 0; done < length;)
        {
            int count = (int)Math.Min(ClusterBytes, length - done);
            if (!TryWrite(position + done, zeros[..count]))
            {
                return false;
            }

            done += (ulong)count;
        }

        return true;
    }

    /// <summary>Nothing of it is to outlive anything.</summary>
    public bool TryFlush() => true;

    public void Dispose()
    {
        _above?.Dispose();
        (below as IDisposable)?.Dispose();
    }

    private static int Piece(ulong position, int length) => (int)Math.Min((ulong)length, ClusterBytes - (position % ClusterBytes));

    private static HostFile? Nameless()
    {
        try
        {
            string path = Path.GetTempFileName();
            SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            File.Delete(path);
            return new HostFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Takes over a cluster of which only a part is to be written.</summary>
    private bool TryKeep(ulong cluster, int replaced)
    {
        if (replaced == ClusterBytes || _written.Contains(cluster))
        {
            return true;
        }

        ulong start = cluster * ClusterBytes;
        Span<byte> whole = _cluster.AsSpan(0, (int)Math.Min(ClusterBytes, Length - start));
        return below.TryRead(start, whole) && TryWriteAbove(start, whole);
    }

    private bool TryReadAbove(ulong position, Span<byte> into) =>
        _above!.Read(position, into, out int count) == HostError.None && count == into.Length;

    private bool TryWriteAbove(ulong position, ReadOnlySpan<byte> bytes)
    {
        _above ??= Nameless();
        return _above is not null && _above.Write(position, bytes, out int count) == HostError.None && count == bytes.Length;
    }
}
