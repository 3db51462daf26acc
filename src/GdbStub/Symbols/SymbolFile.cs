using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using GdbHost.GdbStub.CommandLine;
using static System.Buffers.Binary.BinaryPrimitives;

namespace GdbHost.GdbStub.Symbols;

/// <summary>
/// Reads symbols from an AArch64 ELF file (System V ABI, Object Files: sections, symbol table) or from Linux's System.map, whose lines
/// are address, type and name.
/// </summary>
internal static class SymbolFile
{
    private const int HeaderBytes = 64;
    private const int SectionHeaderBytes = 64;
    private const int SymbolBytes = 24;
    private const uint SymbolTableType = 2;
    private const int NoType = 0;
    private const int Object = 1;
    private const int Function = 2;
    private const int MostNameBytes = 512;

    /// <exception cref="UserErrorException">The file cannot be used.</exception>
    public static SymbolTable Read(string option, string path) => Of(option, path, InputFile.Read(option, path).Span);

    /// <summary>The same for a file that has been read.</summary>
    /// <exception cref="UserErrorException">It names nothing.</exception>
    public static SymbolTable Of(string option, string path, ReadOnlySpan<byte> bytes)
    {
        SymbolTable table = new(path, IsElf(bytes) ? OfElf(bytes) : OfMap(bytes));
        return table.Count > 0
            ? table
            : throw new UserErrorException($"{option}: {path} has no symbols; name an unstripped ELF file such as vmlinux, or a System.map");
    }

    /// <summary>Whether a file begins as a whole 64-bit little-endian ELF header does.</summary>
    public static bool IsElf(ReadOnlySpan<byte> bytes) => bytes.Length >= HeaderBytes && bytes.StartsWith("\u007fELF\u0002\u0001"u8);

    /// <summary>The symbols of an ELF file; empty for anything else, and for one without.</summary>
    public static SymbolTable OfProgram(string name, ReadOnlySpan<byte> bytes) => new(name, IsElf(bytes) ? OfElf(bytes) : []);

    private static List<(ulong, string)> OfElf(ReadOnlySpan<byte> file)
    {
        List<(ulong, string)> symbols = [];
        ulong headers = ReadUInt64LittleEndian(file[40..]);
        int count = ReadUInt16LittleEndian(file[60..]);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = Part(file, headers + ((ulong)i * SectionHeaderBytes), SectionHeaderBytes);
            if (header.IsEmpty || ReadUInt32LittleEndian(header[4..]) != SymbolTableType)
            {
                continue;
            }

            ReadOnlySpan<byte> link = Part(file, headers + ((ulong)ReadUInt32LittleEndian(header[40..]) * SectionHeaderBytes), SectionHeaderBytes);
            if (!link.IsEmpty)
            {
                Add(symbols, Section(file, header), Section(file, link));
            }
        }

        return symbols;
    }

    private static void Add(List<(ulong, string)> symbols, ReadOnlySpan<byte> table, ReadOnlySpan<byte> names)
    {
        for (; table.Length >= SymbolBytes; table = table[SymbolBytes..])
        {
            uint name = ReadUInt32LittleEndian(table);
            bool isDefined = ReadUInt16LittleEndian(table[6..]) != 0;
            if (isDefined && (table[4] & 15) is NoType or Object or Function && name < names.Length)
            {
                ReadOnlySpan<byte> text = names[(int)name..];
                int end = text[..Math.Min(text.Length, MostNameBytes)].IndexOf((byte)0);

                // Mapping symbols ($x, $d) are none of the programmer's (IHI 0056, Mapping symbols).
                if (end > 0 && text[0] != (byte)'$')
                {
                    symbols.Add((ReadUInt64LittleEndian(table[8..]), Encoding.ASCII.GetString(text[..end])));
                }
            }
        }
    }

    private static ReadOnlySpan<byte> Section(ReadOnlySpan<byte> file, ReadOnlySpan<byte> header) =>
        Part(file, ReadUInt64LittleEndian(header[24..]), ReadUInt64LittleEndian(header[32..]));

    // Empty where the file does not hold it.
    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> file, ulong start, ulong length) =>
        start <= (ulong)file.Length && length <= (ulong)file.Length - start ? file.Slice((int)start, (int)length) : [];

    private static List<(ulong, string)> OfMap(ReadOnlySpan<byte> file)
    {
        List<(ulong, string)> symbols = [];
        foreach (Range range in file.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = file[range];
            if (line.Length > 19 && line.Length < MostNameBytes && line[16] == (byte)' ' && line[18] == (byte)' '
                && ulong.TryParse(line[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong address) && line[19] != (byte)'$')
            {
                symbols.Add((address, Encoding.ASCII.GetString(line[19..].TrimEnd((byte)'\r'))));
            }
        }

        return symbols;
    }
}
