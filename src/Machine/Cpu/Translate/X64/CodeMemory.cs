using System;
using System.Runtime.InteropServices;

namespace GdbHost.Machine.Cpu.Translate.X64;

/// <summary>
/// Memory for generated code: one anonymous file mapped twice, once to be written and once to be executed, so that no
/// page is ever both. Pages cost memory only once they are used.
/// </summary>
internal sealed unsafe partial class CodeMemory : IDisposable
{
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int ProtExecute = 4;
    private const int MapShared = 1;
    private const uint CloseOnExec = 1;
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

        int file = CreateMemoryFile("gdbhost-code", CloseOnExec);
        if (file < 0)
        {
            return null;
        }

        nint writable = Failed;
        nint executable = Failed;
        if (Truncate(file, (long)bytes) == 0)
        {
            writable = Map(0, bytes, ProtRead | ProtWrite, MapShared, file, 0);
            executable = Map(0, bytes, ProtRead | ProtExecute, MapShared, file, 0);
        }

        _ = Close(file);
        if (writable != Failed && executable != Failed)
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

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate")]
    private static partial int Truncate(int file, long bytes);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint bytes, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
