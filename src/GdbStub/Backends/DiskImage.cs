using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO;
using GdbHost.GdbStub.Backends.Qcow2;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Machine.Backends;

namespace GdbHost.GdbStub.Backends;

/// <summary>Opens the image of a disk, of whatever format, with the images that are behind it.</summary>
internal static class DiskImage
{
    public const string Raw = "raw";
    public const string Qcow2 = "qcow2";

    /// <summary>Images one behind the other; more are nothing that anybody wants.</summary>
    private const int MostBehind = 32;

    /// <param name="option">The option that names the file, for messages.</param>
    /// <param name="format">Null: the file's first bytes say, as with QEMU.</param>
    /// <exception cref="UserErrorException">It cannot be used as a disk.</exception>
    public static IBlockStorage Open(string option, string path, string? format, bool readOnly) => Open(option, path, format, readOnly, []);

    /// <summary>Whether bytes begin as an image of another format than raw does.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(bytes) == Qcow2Header.Magic;

    private static IBlockStorage Open(string option, string path, string? format, bool readOnly, ImmutableList<string> before)
    {
        string whole = Path.GetFullPath(path);
        if (before.Contains(whole) || before.Count > MostBehind)
        {
            string what = before.Contains(whole) ? "its backing files lead back to it" : $"more than {MostBehind} images are behind one another";
            throw new UserErrorException($"{option}: {path}: {what}; join them with qemu-img rebase");
        }

        ImageFile file = ImageFile.Open(option, path, readOnly);
        try
        {
            Span<byte> first = stackalloc byte[sizeof(uint)];
            bool looksQcow2 = file.Length >= sizeof(uint) && file.TryRead(0, first) && HasMagic(first);
            return (format ?? (looksQcow2 ? Qcow2 : Raw)) == Raw
                ? FileStorage.Open(option, file, guessed: format is null)
                : OpenQcow2(option, file, before.Add(whole));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Qcow2Image OpenQcow2(string option, ImageFile file, ImmutableList<string> chain)
    {
        Qcow2Header header;
        try
        {
            header = Qcow2Header.Read(file);
        }
        catch (InvalidDataException e)
        {
            throw new UserErrorException($"{option}: {file.Path}: {e.Message}", e);
        }

        IBlockStorage? behind = null;
        if (header.BackingFile is string name)
        {
            string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path)) ?? "/", name);
            behind = Open(chain.Count == 1 ? $"{option}: the backing file of {file.Path}" : option, path, header.BackingFormat, readOnly: true, chain);
        }

        try
        {
            return new Qcow2Image(file, header, behind);
        }
        catch (InvalidDataException e)
        {
            (behind as IDisposable)?.Dispose();
            throw new UserErrorException($"{option}: {file.Path}: {e.Message}", e);
        }
    }
}
