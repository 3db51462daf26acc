using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>Writes an ELF file with nothing but function symbols, so that gdb can break at a kernel's names. Document: System V ABI, ELF.</summary>
internal static class SymbolFile
{
    private const int FileHeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;

    public static void Write(string file, IReadOnlyDictionary<string, ulong> symbols)
    {
        KeyValuePair<string, ulong>[] ordered = [.. symbols.OrderBy(symbol => symbol.Value).ThenBy(symbol => symbol.Key, StringComparer.Ordinal)];
        ulong low = ordered[0].Value;
        ulong high = ordered[^1].Value;

        MemoryStream names = new();
        names.WriteByte(0);
        MemoryStream table = new();
        using BinaryWriter symbolWriter = new(table);
        symbolWriter.Write(new byte[SymbolSize]);
        foreach ((string name, ulong address) in ordered)
        {
            symbolWriter.Write((uint)names.Length); // st_name
            symbolWriter.Write((byte)0x12); // st_info: STB_GLOBAL, STT_FUNC
            symbolWriter.Write((byte)0); // st_other
            symbolWriter.Write((ushort)1); // st_shndx: .text
            symbolWriter.Write(address);
            symbolWriter.Write(0UL); // st_size
            names.Write(Encoding.ASCII.GetBytes(name + "\0"));
        }

        byte[] sectionNames = Encoding.ASCII.GetBytes("\0.text\0.symtab\0.strtab\0.shstrtab\0");
        ulong symbolsAt = FileHeaderSize;
        ulong namesAt = symbolsAt + (ulong)table.Length;
        ulong sectionNamesAt = namesAt + (ulong)names.Length;
        ulong headersAt = sectionNamesAt + (ulong)sectionNames.Length;

        using BinaryWriter output = new(File.Create(file));
        WriteFileHeader(output, headersAt);
        output.Write(table.ToArray());
        output.Write(names.ToArray());
        output.Write(sectionNames);
        output.Write(new byte[SectionHeaderSize]);
        WriteSection(output, new Section(Name: 1, Type: 8, Flags: 6, low, 0, high + 0x1000 - low, 0, 0, 4, 0)); // SHT_NOBITS, alloc and execute
        WriteSection(output, new Section(Name: 7, Type: 2, Flags: 0, 0, symbolsAt, (ulong)table.Length, 3, 1, 8, SymbolSize)); // SHT_SYMTAB
        WriteSection(output, new Section(Name: 15, Type: 3, Flags: 0, 0, namesAt, (ulong)names.Length, 0, 0, 1, 0)); // SHT_STRTAB
        WriteSection(output, new Section(Name: 23, Type: 3, Flags: 0, 0, sectionNamesAt, (ulong)sectionNames.Length, 0, 0, 1, 0));
    }

    private static void WriteFileHeader(BinaryWriter output, ulong headersAt)
    {
        output.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        output.Write((ushort)2); // ET_EXEC
        output.Write((ushort)183); // EM_AARCH64
        output.Write(1u);
        output.Write(0UL); // entry
        output.Write(0UL); // no program headers
        output.Write(headersAt);
        output.Write(0u);
        output.Write((ushort)FileHeaderSize);
        output.Write((ushort)0);
        output.Write((ushort)0);
        output.Write((ushort)SectionHeaderSize);
        output.Write((ushort)5); // sections
        output.Write((ushort)4); // the section of section names
    }

    private static void WriteSection(BinaryWriter output, Section section)
    {
        output.Write(section.Name);
        output.Write(section.Type);
        output.Write(section.Flags);
        output.Write(section.Address);
        output.Write(section.Offset);
        output.Write(section.Size);
        output.Write(section.Link);
        output.Write(section.Info);
        output.Write(section.Alignment);
        output.Write(section.EntrySize);
    }

    private sealed record Section(
        uint Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link, uint Info, ulong Alignment, ulong EntrySize);
}
