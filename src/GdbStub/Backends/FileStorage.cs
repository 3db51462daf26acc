using System;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Backends;

namespace GdbHost.GdbStub.Backends;

/// <summary>A raw image file as a disk.</summary>
internal sealed class FileStorage : IBlockStorage, IDisposable
{
    private const ulong SectorBytes = 512;

    private readonly ImageFile _file;
    private readonly bool _guessed;

    private FileStorage(ImageFile file, bool guessed)
    {
        _file = file;
        _guessed = guessed;
    }

    public ulong Length => _file.Length;

    public bool IsReadOnly => _file.IsReadOnly;

    /// <param name="option">The option that names the file, for messages.</param>
    /// <param name="file">It goes over to the disk.</param>
    /// <param name="guessed">
    /// The user has not said that the image is raw. Then the guest is not to make it look like one of another format, which could name files of the host's
    /// when it is opened the next time; QEMU has the same rule.
    /// </param>
    /// <exception cref="UserErrorException">It cannot be used as a disk.</exception>
    public static FileStorage Open(string option, ImageFile file, bool guessed)
    {
        if (file.Length == 0 || file.Length % SectorBytes != 0)
        {
            throw new UserErrorException(
                $"{option}: {file.Path} has {file.Length} bytes, which is no whole number of sectors of {SectorBytes}: it is truncated or no disk image; "
                    + "make it longer with truncate -s, or check the path");
        }

        return new FileStorage(file, guessed);
    }

    /// <summary>False also where somebody has made the file shorter.</summary>
    public bool TryRead(ulong position, Span<byte> into) => _file.TryRead(position, into);

    public bool TryWrite(ulong position, ReadOnlySpan<byte> bytes) =>
        !(_guessed && position == 0 && DiskImage.HasMagic(bytes)) && _file.TryWrite(position, bytes);

    public bool TryClear(ulong position, ulong length) => _file.TryClear(position, length);

    public bool TryFlush() => _file.TryFlush();

    public void Dispose() => _file.Dispose();
}
