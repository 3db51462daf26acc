using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Symbols;

/// <summary>
/// A file that is not loaded, or not by us, whose symbols gdb is to have: its name and content, and where its segments are. System V ABI,
/// Object Files, ELF Header and Program Header.
/// </summary>
/// <param name="Name">The whole path on this host, so that gdb finds the file there too ("set sysroot /").</param>
/// <param name="Segments">The address of each loadable segment, in the order of the file; gdb wants all of them.</param>
internal sealed record SymbolLibrary(string Name, ReadOnlyMemory<byte> Bytes, IReadOnlyList<ulong> Segments)
{
    private const int ProgramHeaderBytes = 56;
    private const uint Loadable = 1; // PT_LOAD

    /// <summary>As gdb is told of it.</summary>
    public XmlLibrary Library => new(Name, Segments);

    /// <param name="option">The option that has named the file, for messages.</param>
    /// <param name="path">The file.</param>
    /// <param name="offset">What is added to the addresses that it is linked at, as the user wrote it; null for nothing.</param>
    /// <param name="bytes">Its content.</param>
    /// <returns>Null for a file of names alone, such as a System.map: gdb cannot use it.</returns>
    /// <exception cref="UserErrorException">There is nothing in it that an offset could move.</exception>
    public static SymbolLibrary? Of(string option, string path, string? offset, ReadOnlyMemory<byte> bytes)
    {
        List<ulong> segments = SegmentsOf(bytes.Span, offset is null ? 0 : OptionValues.Address(option, offset));
        if (segments.Count == 0)
        {
            return offset is null
                ? null
                : throw new UserErrorException($"{option}: {path} is no 64-bit little-endian ELF file with a segment to load, so no OFFSET goes with it; name the linked kernel or program (vmlinux, not Image)");
        }

        return new SymbolLibrary(Path.GetFullPath(path), bytes, segments);
    }

    private static List<ulong> SegmentsOf(ReadOnlySpan<byte> file, ulong offset)
    {
        List<ulong> segments = [];
        if (!SymbolFile.IsElf(file))
        {
            return segments;
        }

        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(file[32..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(file[54..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[56..]);
        if (size < ProgramHeaderBytes || table > (ulong)file.Length || (ulong)(size * count) > (ulong)file.Length - table)
        {
            return segments;
        }

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = file.Slice((int)table + (i * size), size);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) == Loadable)
            {
                segments.Add(BinaryPrimitives.ReadUInt64LittleEndian(header[16..]) + offset);
            }
        }

        return segments;
    }
}
