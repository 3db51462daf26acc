using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using GdbHost.Machine.Boards;

namespace GdbHost.Machine.Boot;

/// <summary>
/// A kernel that is no ELF file: an arm64 Image (Linux, Documentation/arm64/booting.rst), which says where it wants
/// to be, or bytes without a header. Both may be packed by gzip.
/// </summary>
/// <param name="Bytes">The unpacked file.</param>
/// <param name="Offset">Where it goes, from the start of RAM.</param>
/// <param name="Size">Bytes it needs in memory.</param>
internal sealed record KernelImage(ReadOnlyMemory<byte> Bytes, ulong Offset, ulong Size)
{
    /// <summary>Where a kernel without header, or with the header of old times, goes.</summary>
    private const ulong DefaultOffset = 0x80000;

    /// <summary>QEMU keeps the first page of RAM for its boot code and moves a kernel that would lie there up.</summary>
    private const ulong BootCodeBytes = 0x1000;
    private const ulong Alignment = 2 << 20;

    private const int HeaderBytes = 64;
    private const ulong BigEndianFlag = 1;

    public static KernelImage Read(BootFile file, ulong ramBytes)
    {
        ReadOnlyMemory<byte> bytes = Unpacked(file, ramBytes);
        if (bytes.Length == 0)
        {
            throw new MachineConfigurationException($"{file.Name}: it is empty; give a kernel");
        }

        ReadOnlySpan<byte> header = bytes.Span;
        if (header.Length < HeaderBytes || !header.Slice(56, 4).SequenceEqual("ARMd"u8))
        {
            return new KernelImage(bytes, DefaultOffset, (ulong)bytes.Length);
        }

        if ((BinaryPrimitives.ReadUInt64LittleEndian(header[24..]) & BigEndianFlag) != 0)
        {
            throw new MachineConfigurationException($"{file.Name}: it is a big-endian kernel; build it little-endian");
        }

        // Without an image size the text offset is not to be trusted either: kernels before 3.17.
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        if (size == 0)
        {
            return new KernelImage(bytes, DefaultOffset, (ulong)bytes.Length);
        }

        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        return new KernelImage(bytes, offset < BootCodeBytes ? offset + Alignment : offset, Math.Max(size, (ulong)bytes.Length));
    }

    /// <summary>The file's bytes, or what gzip has packed in it.</summary>
    public static ReadOnlyMemory<byte> Unpacked(BootFile file, ulong ramBytes) =>
        IsGzip(file.Bytes.Span) ? Unpack(file, ramBytes) : file.Bytes;

    private static bool IsGzip(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 0x08]);

    private static byte[] Unpack(BootFile file, ulong ramBytes)
    {
        try
        {
            using MemoryStream packed = new(file.Bytes.ToArray());
            using GZipStream unpacking = new(packed, CompressionMode.Decompress);
            using MemoryStream unpacked = new();
            byte[] buffer = new byte[1 << 16];
            for (int read = unpacking.Read(buffer); read > 0; read = unpacking.Read(buffer))
            {
                unpacked.Write(buffer, 0, read);
                if ((ulong)unpacked.Length > Math.Min(ramBytes, int.MaxValue / 2))
                {
                    throw new MachineConfigurationException($"{file.Name}: unpacked it is larger than RAM; give more with --memory");
                }
            }

            return unpacked.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new MachineConfigurationException($"{file.Name}: it begins like a gzip file but cannot be unpacked; copy it again", e);
        }
    }
}
