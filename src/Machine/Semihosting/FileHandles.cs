using System;
using System.Text;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Semihosting;

/// <summary>
/// The handles that a program has open, all cores together. State of the machine is each one's path, mode and position,
/// and the last error: putting it back opens the files again, without truncating them.
/// </summary>
internal sealed class FileHandles(IHostFiles? files, ISemihostingConsole console) : IStateful, IDisposable
{
    private const int Most = 64;
    private const int LongestPath = 4096;

    /// <summary>Handle n is place n - 1: zero is no handle.</summary>
    private readonly OpenFile?[] _open = new OpenFile?[Most];

    public string StateName => "semihosting";

    /// <summary>What SYS_ERRNO answers: the error of the last call that had one.</summary>
    public HostError LastError { get; set; }

    /// <summary>The open file of a handle, or null.</summary>
    public OpenFile? Find(ulong handle) => handle - 1 < Most ? _open[(int)handle - 1] : null;

    /// <summary>SYS_OPEN. Zero and the reason where there is no handle.</summary>
    public HostError Open(string path, HostFileMode mode, out ulong handle)
    {
        handle = 0;
        int place = Array.IndexOf(_open, null);
        if (place < 0)
        {
            return HostError.TooManyFiles;
        }

        HostError error = Make(path, mode, out OpenFile? file);
        if (file is not null)
        {
            _open[place] = file;
            handle = (ulong)place + 1;
        }

        return error;
    }

    public HostError Close(ulong handle)
    {
        OpenFile? file = Find(handle);
        if (file is null)
        {
            return HostError.BadHandle;
        }

        file.Dispose();
        _open[(int)handle - 1] = null;
        return HostError.None;
    }

    /// <summary>Closes everything: the program that had it open is gone.</summary>
    public void Reset()
    {
        foreach (ref OpenFile? file in _open.AsSpan())
        {
            file?.Dispose();
            file = null;
        }

        LastError = HostError.None;
    }

    public void Save(StateWriter to)
    {
        to.Write((int)LastError);
        foreach (OpenFile? file in _open)
        {
            byte[] path = Encoding.UTF8.GetBytes(file?.Path ?? string.Empty);
            to.Write(path.Length);
            to.Write(path.AsSpan());
            to.Write(file?.Mode.Number ?? 0);
            to.Write(file?.Position ?? 0);
        }
    }

    /// <summary>A file that the host no longer has is no longer open: its handle is a bad one.</summary>
    public void Restore(StateReader from)
    {
        Reset();
        LastError = (HostError)from.ReadInt32();
        for (int place = 0; place < Most; place++)
        {
            byte[] path = new byte[Math.Clamp(from.ReadInt32(), 0, LongestPath)];
            from.ReadBytes(path);
            HostFileMode mode = new(from.ReadInt32());
            ulong position = from.ReadUInt64();
            if (path.Length > 0 && mode.IsKnown)
            {
                Reopen(place, Encoding.UTF8.GetString(path), mode, position);
            }
        }
    }

    public void Dispose() => Reset();

    private void Reopen(int place, string path, HostFileMode mode, ulong position)
    {
        if (files is null || path is ConsoleFile.Name or FeatureFile.Name)
        {
            _ = Make(path, mode, out _open[place]);
        }
        else if (files.Open(path, mode.WithoutTruncation, out _) is IHostFile file)
        {
            _open[place] = new DiskFile(path, mode, file);
        }

        if (_open[place] is OpenFile open)
        {
            open.Position = position;
        }
    }

    private HostError Make(string path, HostFileMode mode, out OpenFile? file)
    {
        file = null;
        switch (path)
        {
            case ConsoleFile.Name:
                file = new ConsoleFile(mode, console);
                return HostError.None;
            case FeatureFile.Name when !mode.IsPlainRead:
                return HostError.AccessDenied;
            case FeatureFile.Name:
                file = new FeatureFile(mode);
                return HostError.None;
        }

        HostError error = HostError.AccessDenied;
        if (files?.Open(path, mode, out error) is IHostFile opened)
        {
            file = new DiskFile(path, mode, opened);
        }

        return error;
    }
}
