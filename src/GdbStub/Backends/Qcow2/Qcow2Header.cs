using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace GdbHost.GdbStub.Backends.Qcow2;

/// <summary>
/// The header of a qcow2 image, version 2 or 3 (QEMU documentation, docs/interop/qcow2.txt), checked: what is in it can be used without a further look at
/// sizes.
/// </summary>
internal sealed record Qcow2Header
{
    public const uint Magic = 0x5146_49fb;

    private const int IncompatibleAt = 72;
    public const int AutoclearAt = 88;
    public const int RefcountTableAt = 48;

    private const int Version2Bytes = 72;
    private const int Version3Bytes = 104;
    private const int LongestHeader = 4096;
    private const ulong Dirty = 1 << 0;
    private const ulong Corrupt = 1 << 1;
    private const ulong ExternalData = 1 << 2;
    private const ulong CompressionType = 1 << 3;
    private const ulong ExtendedEntries = 1 << 4;
    private const uint BackingFormatExtension = 0xe279_2aca;
    private const int LongestName = 1023;
    private const uint SectorBytes = 512;

    /// <summary>QEMU's limits.</summary>
    private const ulong MostL1Bytes = 32 << 20;
    private const ulong MostRefcountTableBytes = 8 << 20;

    public required int Version { get; init; }

    /// <summary>9 to 21.</summary>
    public required int ClusterBits { get; init; }

    /// <summary>Bytes of the disk, a multiple of 512.</summary>
    public required ulong Size { get; init; }

    public required int L1Entries { get; init; }

    public required ulong L1Offset { get; init; }

    public required ulong RefcountTableOffset { get; init; }

    public required int RefcountTableClusters { get; init; }

    /// <summary>Bits of a reference count, as a power of two: 0 to 6.</summary>
    public required int RefcountOrder { get; init; }

    /// <summary>Features that a program that does not know them clears when it writes.</summary>
    public ulong Autoclear { get; init; }

    /// <summary>Null for none.</summary>
    public string? BackingFile { get; init; }

    public string? BackingFormat { get; init; }

    public int ClusterBytes => 1 << ClusterBits;

    /// <exception cref="InvalidDataException">The message is for the user.</exception>
    public static Qcow2Header Read(ImageFile file)
    {
        byte[] bytes = new byte[Math.Min(LongestHeader, file.Length)];
        if (bytes.Length < Version2Bytes || !file.TryRead(0, bytes) || Word(bytes, 0) != Magic)
        {
            throw Broken("its first bytes are not those of one: it is truncated, or of another format");
        }

        uint version = Word(bytes, 4);
        if (version is not (2 or 3) || (version == 3 && bytes.Length < Version3Bytes))
        {
            throw new InvalidDataException($"it is qcow2 of version {version}; only 2 and 3 are built, convert it with qemu-img convert -O qcow2");
        }

        ulong features = version == 3 ? Quad(bytes, IncompatibleAt) : 0;
        CheckFeatures(features, Word(bytes, 32), file.IsReadOnly);
        Qcow2Header header = new()
        {
            Version = (int)version,
            ClusterBits = (int)Math.Min(Word(bytes, 20), int.MaxValue),
            Size = Quad(bytes, 24),
            L1Entries = (int)Math.Min(Word(bytes, 36), int.MaxValue),
            L1Offset = Quad(bytes, 40),
            RefcountTableOffset = Quad(bytes, RefcountTableAt),
            RefcountTableClusters = (int)Math.Min(Word(bytes, 56), int.MaxValue),
            RefcountOrder = version == 3 ? (int)Math.Min(Word(bytes, 96), int.MaxValue) : 4,
            Autoclear = version == 3 ? Quad(bytes, AutoclearAt) : 0,
            BackingFile = BackingName(file, Quad(bytes, 8), Word(bytes, 16)),
            BackingFormat = ExtensionText(bytes, version == 3 ? Word(bytes, 100) : Version2Bytes),
        };
        header.CheckSizes(file);
        return header;
    }

    private static void CheckFeatures(ulong features, uint encryption, bool readOnly)
    {
        string? refused = features switch
        {
            _ when encryption != 0 => "it is encrypted; decrypt it with qemu-img convert",
            _ when (features & ExternalData) != 0 => "its data is in another file; join them with qemu-img convert -O qcow2",
            _ when (features & CompressionType) != 0 => "it is compressed with zstd; convert it with qemu-img convert -O qcow2",
            _ when (features & ExtendedEntries) != 0 => "it has extended L2 entries; convert it with qemu-img convert -O qcow2",
            _ when (features & Dirty) != 0 && !readOnly => "it was not closed; repair it with qemu-img check -r all",
            _ when (features & Corrupt) != 0 && !readOnly => "it is marked as corrupt; repair it with qemu-img check -r all",
            _ when (features & ~(Dirty | Corrupt)) != 0 => $"it has features that are not built (0x{features:x}); convert it with qemu-img convert -O qcow2",
            _ => null,
        };
        if (refused is not null)
        {
            throw new InvalidDataException(refused);
        }
    }

    private static string? BackingName(ImageFile file, ulong offset, uint length)
    {
        if (offset == 0)
        {
            return null;
        }

        byte[] name = new byte[Math.Min(length, LongestName + 1)];
        if (length is 0 or > LongestName || offset > file.Length || !file.TryRead(offset, name))
        {
            throw Broken("the name of its backing file is not in it");
        }

        string text = Encoding.UTF8.GetString(name);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && text.IndexOf('/', StringComparison.Ordinal) is int slash && (slash < 0 || slash > colon))
        {
            text = text.StartsWith("file:", StringComparison.Ordinal)
                ? text["file:".Length..]
                : throw new InvalidDataException($"its backing file {text} is no file; join them with qemu-img convert -O qcow2");
        }

        return text;
    }

    private static string? ExtensionText(ReadOnlySpan<byte> bytes, uint at)
    {
        while (at + 8 <= bytes.Length && Word(bytes, (int)at) is uint type and not 0)
        {
            uint length = Word(bytes, (int)at + 4);
            if (length > bytes.Length - at - 8)
            {
                break;
            }

            if (type == BackingFormatExtension)
            {
                string format = Encoding.ASCII.GetString(bytes.Slice((int)at + 8, (int)length));
                return format is DiskImage.Raw or DiskImage.Qcow2 ? format
                    : throw new InvalidDataException($"its backing file is of the format {format}; join them with qemu-img convert -O qcow2");
            }

            at += 8 + ((length + 7) & ~7u);
        }

        return null;
    }

    private static InvalidDataException Broken(string what) => new($"it is no qcow2 image that can be used: {what}; look at it with qemu-img check");

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static ulong Quad(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]);

    private void CheckSizes(ImageFile file)
    {
        if (ClusterBits is < 9 or > 21 || RefcountOrder is < 0 or > 6)
        {
            throw Broken($"clusters of 2^{ClusterBits} bytes with counts of 2^{RefcountOrder} bits");
        }

        if (Size == 0 || Size % SectorBytes != 0 || Size > long.MaxValue)
        {
            throw Broken($"a disk of {Size} bytes");
        }

        ulong perTable = 1UL << (ClusterBits + ClusterBits - 3);
        ulong needed = (Size / perTable) + (Size % perTable == 0 ? 0ul : 1);
        ulong l1Bytes = (ulong)L1Entries * 8;
        if (needed > (ulong)L1Entries || l1Bytes > MostL1Bytes || !IsIn(file, L1Offset, l1Bytes))
        {
            throw Broken($"an L1 table of {L1Entries} entries at 0x{L1Offset:x} for {Size} bytes");
        }

        ulong tableBytes = (ulong)RefcountTableClusters << ClusterBits;
        if (RefcountTableClusters == 0 || tableBytes > MostRefcountTableBytes || !IsIn(file, RefcountTableOffset, tableBytes))
        {
            throw Broken($"a table of reference counts of {RefcountTableClusters} clusters at 0x{RefcountTableOffset:x}");
        }
    }

    private bool IsIn(ImageFile file, ulong offset, ulong bytes) =>
        offset != 0 && offset % (ulong)ClusterBytes == 0 && offset <= file.Length && bytes <= file.Length - offset;
}
