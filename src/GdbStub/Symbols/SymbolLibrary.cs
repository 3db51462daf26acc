using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using GdbHost.GdbStub.CommandLine;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Symbols;

/// <summary>
/// A file whose symbols gdb is to have beside those of the program that the machine begins with: its name and content, and where its segments are.
/// System V ABI, Object Files, ELF Header and Program Header.
/// </summary>
/// <param name="Name">The whole path on this host, so that gdb finds the file there too ("set sysroot /").</param>
/// <param name="Library">As gdb is told of it.</param>
internal sealed record SymbolLibrary(string Name, ReadOnlyMemory<byte> Bytes, XmlLibrary Library)
{
    private const int ProgramHeaderBytes = 56;
    private const uint Loadable = 1; // PT_LOAD
    private const uint DynamicSection = 2; // PT_DYNAMIC

    /// <param name="option">The option that has named the file, for messages.</param>
    /// <param name="path">The file.</param>
    /// <param name="offset">What is added to the addresses that it is linked at, as the user wrote it; null for nothing.</param>
    /// <param name="bytes">Its content.</param>
    /// <returns>Null for a file of names alone, such as a System.map: gdb cannot use it.</returns>
    /// <exception cref="UserErrorException">There is nothing in it that an offset could move.</exception>
    public static SymbolLibrary? Of(string option, string path, string? offset, ReadOnlyMemory<byte> bytes)
    {
        string name = Path.GetFullPath(path);
        XmlLibrary library = LibraryOf(name, bytes.Span, offset is null ? 0 : OptionValues.Address(option, offset));
        if (library.Segments.Count == 0)
        {
            return offset is null
                ? null
                : throw new UserErrorException($"{option}: {path} is no 64-bit little-endian ELF file with a segment to load, so no OFFSET goes with it; name the linked kernel or program (vmlinux, not Image)");
        }

        return new SymbolLibrary(name, bytes, library);
    }

    /// <summary>The same for a program that the machine loads, where it is linked.</summary>
    /// <param name="name">Its whole path, or its name alone if it is no file of this host.</param>
    public static SymbolLibrary OfLoaded(string name, ReadOnlyMemory<byte> bytes) => new(name, bytes, LibraryOf(name, bytes.Span, 0));

    private static XmlLibrary LibraryOf(string name, ReadOnlySpan<byte> file, ulong offset)
    {
        List<ulong> segments = [];
        ulong dynamic = 0;
        if (!SymbolFile.IsElf(file))
        {
            return new XmlLibrary(name, segments);
        }

        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(file[32..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(file[54..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[56..]);
        if (size < ProgramHeaderBytes || table > (ulong)file.Length || (ulong)(size * count) > (ulong)file.Length - table)
        {
            return new XmlLibrary(name, segments);
        }

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = file.Slice((int)table + (i * size), size);
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]) + offset;
            switch (BinaryPrimitives.ReadUInt32LittleEndian(header))
            {
                case Loadable:
                    segments.Add(address);
                    break;
                case DynamicSection:
                    dynamic = address;
                    break;
            }
        }

        return new XmlLibrary(name, segments, offset, dynamic);
    }
}
