using System;
using System.IO;
using System.Runtime.InteropServices;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.HostFiles;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Semihosting;
using Microsoft.Win32.SafeHandles;

namespace GdbHost.GdbStub.Backends;

/// <summary>
/// A raw image file as a disk. Each write is the host kernel's before the guest hears that it is done, so no end of this program
/// loses it; a flush makes it outlive the host's power, too.
/// </summary>
internal sealed class FileStorage : IBlockStorage, IDisposable
{
    private const ulong SectorBytes = 512;
    private const int PunchHole = 0x02;
    private const int KeepSize = 0x01;

    private static readonly byte[] Zeros = new byte[64 << 10];

    private readonly SafeFileHandle _file;
    private readonly HostFile _io;

    private FileStorage(SafeFileHandle file, ulong length, bool readOnly)
    {
        _file = file;
        _io = new HostFile(file);
        Length = length;
        IsReadOnly = readOnly;
    }

    public ulong Length { get; }

    public bool IsReadOnly { get; }

    /// <param name="option">The option that names the file, for messages.</param>
    /// <exception cref="UserErrorException">It cannot be used as a disk.</exception>
    public static FileStorage Open(string option, string path, bool readOnly)
    {
        SafeFileHandle file = OpenFile(option, path, readOnly);
        try
        {
            if (!ImageLock.TryTake(file, writes: !readOnly))
            {
                throw new UserErrorException(
                    $"{option}: {path} is in use by another machine, which would damage it or see it change; end that one, or copy the file");
            }

            long length = RandomAccess.GetLength(file);
            if (length == 0 || (ulong)length % SectorBytes != 0)
            {
                throw new UserErrorException(
                    $"{option}: {path} has {length} bytes, which is no whole number of sectors of {SectorBytes}: it is truncated or no disk image; "
                        + "make it longer with truncate -s, or check the path");
            }

            return new FileStorage(file, (ulong)length, readOnly);
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
        }

        return true;
    }

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
