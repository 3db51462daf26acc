using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GdbHost.GdbStub.Backends;

/// <summary>
/// Keeps two machines from using one image. The locks are those of QEMU (its documentation, Disk image file locking): one byte
/// for what a user does with the file and one for what it does not want others to do; so it works between QEMU and us.
/// Locks of open file descriptions (fcntl(2)): the kernel takes them back, however the program ends.
/// </summary>
internal static class ImageLock
{
    private const int GetLock = 36;
    private const int SetLock = 37;
    private const short ReadLock = 0;
    private const short WriteLock = 1;
    private const short Unlocked = 2;

    private const long UsesFrom = 100;
    private const long RefusesFrom = 200;

    private const int ReadsBit = 0;
    private const int WritesBit = 1;
    private const int ResizesBit = 3;

    /// <summary>Takes the locks; false where another machine uses the file in a way that does not go together. Where the host has no such locks there are none.</summary>
    public static bool TryTake(SafeFileHandle file, bool writes)
    {
        int[] uses = writes ? [ReadsBit, WritesBit] : [ReadsBit];
        int[] refuses = [WritesBit, ResizesBit];
        foreach (int bit in uses)
        {
            Take(file, UsesFrom + bit);
        }

        foreach (int bit in refuses)
        {
            Take(file, RefusesFrom + bit);
        }

        foreach (int bit in uses)
        {
            if (IsHeldByOther(file, RefusesFrom + bit))
            {
                return false;
            }
        }

        foreach (int bit in refuses)
        {
            if (IsHeldByOther(file, UsesFrom + bit))
            {
                return false;
            }
        }

        return true;
    }

    private static void Take(SafeFileHandle file, long at)
    {
        FileLock wanted = new() { Type = ReadLock, Start = at, Length = 1 };
        _ = fcntl(file, SetLock, ref wanted);
    }

    private static bool IsHeldByOther(SafeFileHandle file, long at)
    {
        FileLock asked = new() { Type = WriteLock, Start = at, Length = 1 };
        return fcntl(file, GetLock, ref asked) == 0 && asked.Type != Unlocked;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(SafeFileHandle file, int command, ref FileLock argument);

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
