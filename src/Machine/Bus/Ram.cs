using System;
using System.Runtime.InteropServices;

namespace GdbHost.Machine.Bus;

/// <summary>
/// Guest memory: one block of host memory that the host commits page by page as the guest touches it, so that a
/// board may have far more than the host. The pointer is valid from the first to the last byte of <see cref="Size"/>.
/// </summary>
internal sealed unsafe class Ram : IDisposable
{
    public const int PageShift = 12;
    public const ulong PageSize = 1UL << PageShift;

    private const int ProtReadWrite = 3;
    private const int MapPrivateAnonymousNoReserve = 0x02 | 0x20 | 0x4000;

    private bool _disposed;

    public Ram(string name, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(size);
        ArgumentOutOfRangeException.ThrowIfNotEqual(size % PageSize, 0UL);
        Name = name;
        Size = size;
        Host = Map(size);
        Pages = Map(size >> PageShift);
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

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static byte* Map(ulong size)
    {
        nint at = mmap(0, (nuint)size, ProtReadWrite, MapPrivateAnonymousNoReserve, -1, 0);
        if (at == -1)
        {
            throw new InsufficientMemoryException($"the host refuses to map {size} bytes of guest memory");
        }

        return (byte*)at;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int munmap(nint address, nuint length);

    private void Release()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = munmap((nint)Host, (nuint)Size);
            _ = munmap((nint)Pages, (nuint)(Size >> PageShift));
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
}
