using System;
using System.Runtime.InteropServices;
using GdbHost.Machine.Semihosting;
using Microsoft.Win32.SafeHandles;

namespace GdbHost.GdbStub.HostFiles;

/// <summary>One open file of the host, read and written at positions.</summary>
internal sealed class HostFile(SafeFileHandle handle) : IHostFile
{
    private const int SeekEnd = 2;

    public HostError Read(ulong position, Span<byte> into, out int done)
    {
        done = 0;
        return into.IsEmpty
            ? HostError.None
            : Outcome(pread(handle, ref MemoryMarshal.GetReference(into), (nuint)into.Length, (long)position), out done);
    }

    public HostError Write(ulong position, ReadOnlySpan<byte> bytes, out int done)
    {
        done = 0;
        return bytes.IsEmpty
            ? HostError.None
            : Outcome(pwrite(handle, in MemoryMarshal.GetReference(bytes), (nuint)bytes.Length, (long)position), out done);
    }

    public HostError Measure(out ulong length)
    {
        long end = lseek(handle, 0, SeekEnd);
        length = end < 0 ? 0 : (ulong)end;
        return end < 0 ? HostFolder.LastError() : HostError.None;
    }

    public void Dispose() => handle.Dispose();

    private static HostError Outcome(nint result, out int done)
    {
        done = result < 0 ? 0 : (int)result;
        return result < 0 ? HostFolder.LastError() : HostError.None;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint pread(SafeFileHandle file, ref byte buffer, nuint count, long offset);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint pwrite(SafeFileHandle file, in byte buffer, nuint count, long offset);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long lseek(SafeFileHandle file, long offset, int whence);
}
