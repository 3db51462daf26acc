using System;
using System.IO;
using System.Runtime.InteropServices;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.HostFiles;
using GdbHost.Machine.Semihosting;
using Microsoft.Win32.SafeHandles;

namespace GdbHost.GdbStub.Backends;

/// <summary>
/// The file of a disk image, locked against other machines. Each write is the host kernel's before the guest hears that it is done, so no end of this
/// program loses it; a flush makes it outlive the host's power, too.
/// </summary>
internal sealed class ImageFile : IDisposable
{
    private const int PunchHole = 0x02;
    private const int KeepSize = 0x01;

    private static readonly byte[] Zeros = new byte[64 << 10];

    private readonly SafeFileHandle _file;
    private readonly HostFile _io;

    private ImageFile(SafeFileHandle file, string path, bool readOnly)
    {
        _file = file;
        _io = new HostFile(file);
        Path = path;
        IsReadOnly = readOnly;
        Length = (ulong)RandomAccess.GetLength(file);
    }

    public string Path { get; }

    public bool IsReadOnly { get; }

    /// <summary>Bytes: as it was opened, or longer where it has been written to behind its end.</summary>
    public ulong Length { get; private set; }

    /// <param name="option">The option that names the file, for messages.</param>
    /// <exception cref="UserErrorException">It cannot be used.</exception>
    public static ImageFile Open(string option, string path, bool readOnly)
    {
        SafeFileHandle file = OpenFile(option, path, readOnly);
        try
        {
            return ImageLock.TryTake(file, writes: !readOnly)
                ? new ImageFile(file, path, readOnly)
                : throw new UserErrorException(
                    $"{option}: {path} is in use by another machine, which would damage it or see it change; end that one, or copy the file");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>False also where somebody has made the file shorter.</summary>
    public bool TryRead(ulong position, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            if (_io.Read(position, into, out int count) != HostError.None || count == 0)
            {
                return false;
            }

            into = into[count..];
            position += (ulong)count;
        }

        return true;
    }

    public bool TryWrite(ulong position, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_io.Write(position, bytes, out int count) != HostError.None || count == 0)
            {
                return false;
            }

            bytes = bytes[count..];
            position += (ulong)count;
            Length = Math.Max(Length, position);
        }

        return true;
    }

    /// <summary>Makes a range, which lies inside, read as zeros.</summary>
    public bool TryClear(ulong position, ulong length)
    {
        if (length == 0 || fallocate(_file, PunchHole | KeepSize, (long)position, (long)length) == 0)
        {
            return true;
        }

        for (ulong done = 0; done < length;)
        {
            int count = (int)Math.Min((ulong)Zeros.Length, length - done);
            if (!TryWrite(position + done, Zeros.AsSpan(0, count)))
            {
                return false;
            }

            done += (ulong)count;
        }

        return true;
    }

    /// <summary>Returns when all that was written will outlive the host's power.</summary>
    public bool TryFlush()
    {
        try
        {
            if (!IsReadOnly)
            {
                RandomAccess.FlushToDisk(_file);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        TryFlush();
        _io.Dispose();
    }

    private static SafeFileHandle OpenFile(string option, string path, bool readOnly)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, readOnly ? FileAccess.Read : FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException e)
        {
            throw new UserErrorException($"{option}: there is no file {path}; check the path, or make an empty disk with truncate -s 64M {path}", e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new UserErrorException($"{option}: the folder of {path} does not exist; check the path", e);
        }
        catch (UnauthorizedAccessException e)
        {
            string what = Directory.Exists(path) ? "it is a folder; name a file" : "access is denied; check its permissions, or add readonly=on or snapshot=on";
            throw new UserErrorException($"{option}: cannot open {path}: {what}", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw new UserErrorException($"{option}: cannot open {path}: {e.Message}", e);
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fallocate(SafeFileHandle file, int mode, long offset, long length);
}
