using System;
using System.Runtime.InteropServices;

namespace GdbHost.Machine.Cpu.Translate.X64;

/// <summary>
/// Memory for generated code: shared anonymous pages mapped twice, once to be written and once to be executed, so that no
/// page is ever both. Pages cost memory only once they are used.
/// </summary>
internal sealed unsafe partial class CodeMemory : IDisposable
{
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int ProtExecute = 4;
    private const int MapShared = 1;
    private const int MapAnonymous = 0x20;
    private const int MayMove = 1;
    private const int NoFile = -1;
    private static readonly nint Failed = -1;

    private CodeMemory(nint writable, nint executable, nuint bytes)
    {
        Writable = (byte*)writable;
        Executable = (byte*)executable;
        Bytes = bytes;
    }

    ~CodeMemory()
    {
        Unmap();
    }

    /// <summary>Where code is written.</summary>
    public byte* Writable { get; private set; }

    /// <summary>Where the same code is executed.</summary>
    public byte* Executable { get; private set; }

    /// <summary>What turns an address for writing into one for executing.</summary>
    public nint ToExecutable => (nint)(Executable - Writable);

    public nuint Bytes { get; }

    /// <summary>Maps code memory, or gives null where the host does not allow it.</summary>
    public static CodeMemory? TryMap(nuint bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // Not a file of memory: perf knows code by its --perf-map only where no file is mapped.
        nint writable = Map(0, bytes, ProtRead | ProtWrite, MapShared | MapAnonymous, NoFile, 0);
        // An old size of 0 keeps the first mapping and adds a second one of the same pages (mremap(2)).
        nint executable = writable == Failed ? Failed : Remap(writable, 0, bytes, MayMove);
        if (executable != Failed && Protect(executable, bytes, ProtRead | ProtExecute) == 0)
        {
            return new CodeMemory(writable, executable, bytes);
        }

        UnmapIfMapped(writable, bytes);
        UnmapIfMapped(executable, bytes);
        return null;
    }

    public void Dispose()
    {
        Unmap();
        GC.SuppressFinalize(this);
    }

    private static void UnmapIfMapped(nint address, nuint bytes)
    {
        if (address != Failed)
        {
            _ = Unmap(address, bytes);
        }
    }

    private void Unmap()
    {
        if (Writable is not null)
        {
            _ = Unmap((nint)Writable, Bytes);
            _ = Unmap((nint)Executable, Bytes);
            Writable = null;
            Executable = null;
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint bytes, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mremap")]
    private static partial nint Remap(nint address, nuint oldBytes, nuint bytes, int flags);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint bytes);
}
