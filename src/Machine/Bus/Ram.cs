using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Bus;

/// <summary>
/// Guest memory: one block of host memory that the host commits page by page as the guest touches it, so that a
/// board may have far more than the host. The pointer is valid from the first to the last byte of <see cref="Size"/>.
/// </summary>
internal sealed unsafe class Ram : IDisposable
{
    public const int PageShift = 12;
    public const ulong PageSize = 1UL << PageShift;

    private const string Purpose = "guest memory";

    [NotState("the host's")]
    private bool _disposed;

    public Ram(string name, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(size);
        ArgumentOutOfRangeException.ThrowIfNotEqual(size % PageSize, 0UL);
        Name = name;
        Size = size;
        Host = HostMemory.MapLarge(size, Purpose);
        Pages = HostMemory.Map(size >> PageShift, Purpose);
    }

    ~Ram()
    {
        Release();
    }

    public string Name { get; }

    /// <summary>Bytes; a multiple of 4096.</summary>
    public ulong Size { get; }

    /// <summary>Host address of offset 0.</summary>
    public byte* Host { get; }

    /// <summary>One byte of <see cref="PageFlags"/> for every 4 KiB page.</summary>
    public byte* Pages { get; }

    public Span<byte> Span(ulong offset, int length)
    {
        if (offset > Size || (ulong)length > Size - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        return new Span<byte>(Host + offset, length);
    }

    /// <summary>Says that a range was stored to by other means than a core's own store path.</summary>
    public void MarkWritten(ulong offset, ulong length)
    {
        for (ulong page = offset >> PageShift; length > 0 && page <= (offset + length - 1) >> PageShift; page++)
        {
            Pages[page] |= (byte)PageFlags.Written;
        }
    }

    /// <summary>The first page from <paramref name="page"/> on that was ever stored to, or the number of pages: all others are zero.</summary>
    public ulong NextWritten(ulong page)
    {
        const byte EverWritten = (byte)(PageFlags.EverWritten | PageFlags.Changed);
        ulong count = Size >> PageShift;
        while (page < count)
        {
            int span = (int)Math.Min(count - page, int.MaxValue);
            ReadOnlySpan<byte> flags = new(Pages + page, span);
            int at = flags.IndexOfAnyExcept((byte)PageFlags.None, (byte)PageFlags.HasCode);
            if (at < 0)
            {
                page += (ulong)span;
            }
            else if ((Pages[page += (ulong)at] & EverWritten) != 0)
            {
                return page;
            }
        }

        return count;
    }

    /// <summary>Takes over the contents of another of the same size, at the same host address as before; the other is gone then.</summary>
    public void TakeOver(Ram other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Size, Size);
        other._disposed = true;
        HostMemory.Move(other.Host, Host, Size, Purpose);
        HostMemory.Move(other.Pages, Pages, Size >> PageShift, Purpose);
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (!_disposed)
        {
            _disposed = true;
            HostMemory.Unmap(Host, Size);
            HostMemory.Unmap(Pages, Size >> PageShift);
        }
    }
}

/// <summary>What the machine remembers of a page of guest memory.</summary>
[Flags]
internal enum PageFlags : byte
{
    None = 0,

    /// <summary>Decoded blocks exist: a store must drop them.</summary>
    HasCode = 1,

    /// <summary>Stored to at some time: where it is clear, the page is zero.</summary>
    EverWritten = 2,

    /// <summary>Stored to since its digest was taken. Where it is clear, no engine has a short cut for stores to the page.</summary>
    Changed = 4,

    /// <summary>What a store sets.</summary>
    Written = EverWritten | Changed,
}
