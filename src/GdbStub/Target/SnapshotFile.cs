using System;
using System.IO;
using System.Security;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Target;

/// <summary>
/// Snapshots as files: a file is there complete or not at all, and nothing but an older snapshot is ever replaced, for
/// it is a debugger on the other end of a wire that names the file.
/// </summary>
internal static class SnapshotFile
{
    private const string Unfinished = ".unfinished";

    public static string? Save(MachineDebugPort machine, string path) => Try(path, () =>
    {
        string unfinished = path + Unfinished;
        RefuseToReplace(path);
        RefuseToReplace(unfinished);
        try
        {
            using (FileStream file = new(unfinished, FileMode.Create, FileAccess.Write))
            {
                machine.Save(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    });

    public static string? Load(MachineDebugPort machine, string path) => Try(path, () =>
    {
        if (IsEmptyOrSpecial(new FileInfo(path)))
        {
            throw new SnapshotException("it is empty, or no ordinary file");
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read);
        machine.Restore(file);
    });

    private static void RefuseToReplace(string path)
    {
        FileInfo there = new(path);
        if (there.Exists && (IsEmptyOrSpecial(there) || !MachineDebugPort.IsSnapshot(path)))
        {
            throw new SnapshotException("it is there and is no snapshot; name another file");
        }
    }

    /// <summary>Devices and pipes have no length; opening one could wait for ever.</summary>
    private static bool IsEmptyOrSpecial(FileInfo file) => file.Length == 0;

    private static string? Try(string path, Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (FileNotFoundException)
        {
            return $"{path}: there is no such file";
        }
        catch (DirectoryNotFoundException)
        {
            return $"{path}: there is no such folder";
        }
        catch (Exception e) when (e is SnapshotException or IOException or UnauthorizedAccessException
            or ArgumentException or NotSupportedException or SecurityException)
        {
            return $"{path}: {e.Message}";
        }
    }
}
