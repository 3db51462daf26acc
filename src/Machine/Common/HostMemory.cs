using System;
using System.Runtime.InteropServices;

namespace GdbHost.Machine.Common;

/// <summary>
/// Zeroed memory from the host, which commits it page by page as it is touched: reserving much costs nothing. It begins at a host page.
/// </summary>
internal static unsafe class HostMemory
{
    private const int ProtReadWrite = 3;
    private const int MapPrivateAnonymousNoReserve = 0x02 | 0x20 | 0x4000;
    private const ulong LargePageBytes = 2 << 20;
    private const int AdviseLargePages = 14;
    private const int RemapMayMove = 1;
    private const int RemapFixed = 2;

    /// <summary>Reserves memory.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="purpose">What for, to go on with "bytes of" in a message.</param>
    public static byte* Map(ulong bytes, string purpose)
    {
        nint at = mmap(0, (nuint)bytes, ProtReadWrite, MapPrivateAnonymousNoReserve, -1, 0);
        return at == -1
            ? throw new InsufficientMemoryException($"the host refuses to map {bytes} bytes of {purpose}")
            : (byte*)at;
    }

    /// <summary>
    /// As <see cref="Map"/>, in pages of 2 MiB where the host has some to give: for memory that is used all over, where the
    /// host's own TLB would miss.
    /// </summary>
    public static byte* MapLarge(ulong bytes, string purpose)
    {
        if (bytes < LargePageBytes)
        {
            return Map(bytes, purpose);
        }

        byte* reserved = Map(bytes + LargePageBytes, purpose);
        ulong before = (0 - (ulong)reserved) & (LargePageBytes - 1);
        byte* at = reserved + before;
        Unmap(at + bytes, LargePageBytes - before);
        if (before != 0)
        {
            Unmap(reserved, before);
        }

        // A wish: a host that has no such pages, or refuses, is slower and no different.
        _ = madvise((nint)at, (nuint)bytes, AdviseLargePages);
        return at;
    }

    /// <summary>Moves memory to where other memory of the same size is, which is gone then.</summary>
    public static void Move(byte* from, byte* to, ulong bytes, string purpose)
    {
        if (mremap((nint)from, (nuint)bytes, (nuint)bytes, RemapMayMove | RemapFixed, (nint)to) == -1)
        {
            throw new InsufficientMemoryException($"the host refuses to move {bytes} bytes of {purpose}");
        }
    }

    public static void Unmap(void* at, ulong bytes) => _ = munmap((nint)at, (nuint)bytes);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint mremap(nint address, nuint length, nuint newLength, int flags, nint newAddress);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int madvise(nint address, nuint length, int advice);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int munmap(nint address, nuint length);
}
