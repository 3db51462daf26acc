using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Semihosting;
using Microsoft.Win32.SafeHandles;

namespace GdbHost.GdbStub.HostFiles;

/// <summary>
/// The folder of the host that semihosting reaches. Calls the C library itself, because the guest is told its error
/// numbers, and because opening a pipe must not block.
/// </summary>
internal sealed class HostFolder : IHostFiles
{
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int NoTerminal = 0x100;
    private const int Truncate = 0x200;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x8_0000;
    private const int Permissions = 0b110_100_100;

    private readonly ConfinedPath _paths;
    private readonly Log _log;
    private int _commands;

    private HostFolder(ConfinedPath paths, Log log)
    {
        _paths = paths;
        _log = log;
    }

    /// <param name="option">The option that names the folder, for messages.</param>
    /// <param name="path">The folder.</param>
    /// <param name="log">Where refused commands are reported.</param>
    /// <exception cref="UserErrorException">There is no such folder.</exception>
    public static HostFolder Open(string option, string path, Log log)
    {
        if (path.Length == 0 || !Directory.Exists(path))
        {
            throw new UserErrorException($"{option}: there is no folder \"{path}\"; name the one whose files the guest may use");
        }

        string named = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return new HostFolder(new ConfinedPath(RealPath(named), named), log);
    }

    public IHostFile? Open(string path, HostFileMode mode, out HostError reason)
    {
        reason = _paths.Resolve(path, followLast: true, out string resolved);
        if (reason == HostError.None && Directory.Exists(resolved))
        {
            reason = HostError.IsFolder;
        }

        if (reason != HostError.None)
        {
            return null;
        }

        int access = mode.CanRead && mode.CanWrite ? ReadWrite : mode.CanWrite ? WriteOnly : ReadOnly;
        int flags = access | (mode.MustExist ? 0 : Create) | (mode.Truncates ? Truncate : 0) | NoTerminal | NonBlocking | CloseOnExec;
        int descriptor = open(Bytes(resolved), flags, Permissions);
        if (descriptor < 0)
        {
            reason = LastError();
            return null;
        }

        HostFile file = new(new SafeFileHandle(descriptor, ownsHandle: true));
        reason = file.Measure(out _);
        if (reason == HostError.None)
        {
            return file;
        }

        // A pipe or a socket: it has no positions, and it could block.
        file.Dispose();
        return null;
    }

    public HostError Remove(string path)
    {
        HostError error = _paths.Resolve(path, followLast: false, out string resolved);
        return error != HostError.None ? error : unlink(Bytes(resolved)) < 0 ? LastError() : HostError.None;
    }

    public HostError Rename(string path, string newPath)
    {
        HostError error = _paths.Resolve(path, followLast: false, out string from);
        if (error != HostError.None)
        {
            return error;
        }

        error = _paths.Resolve(newPath, followLast: false, out string to);
        return error != HostError.None ? error : rename(Bytes(from), Bytes(to)) < 0 ? LastError() : HostError.None;
    }

    public void CommandRefused(string command)
    {
        // Said once: a guest that asks in a loop must not fill the log.
        if (Interlocked.Increment(ref _commands) == 1)
        {
            const int Shown = 200;
            string shown = command.Length > Shown ? command[..Shown] + "..." : command;
            _log.Warning($"semihosting: the guest asked the host to execute \"{Printable(shown)}\" (SYS_SYSTEM); commands are never executed");
        }
    }

    private static string Printable(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (char c in text)
        {
            clean.Append(char.IsControl(c) ? '?' : c);
        }

        return clean.ToString();
    }

    internal static HostError LastError() => (HostError)Marshal.GetLastPInvokeError();

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path + '\0');

    // One part after the other, because only the last link of a path is resolved by itself.
    private static string RealPath(string path)
    {
        string? parent = Path.GetDirectoryName(path);
        if (parent is null)
        {
            return path;
        }

        string here = Path.Combine(RealPath(parent), Path.GetFileName(path));
        return new DirectoryInfo(here).ResolveLinkTarget(returnFinalTarget: true) is FileSystemInfo target
            ? RealPath(Path.TrimEndingDirectorySeparator(target.FullName))
            : here;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int unlink(byte[] path);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int rename(byte[] path, byte[] newPath);
}
