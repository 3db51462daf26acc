using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>
/// The symbols a Linux Image carries for its own call traces. Debian's kernel package has no usable System.map, so the tests
/// take the addresses from the kernel itself. Document: Linux 6.1, scripts/kallsyms.c and kernel/kallsyms.c (the layout).
/// </summary>
internal static class KernelSymbols
{
    // arm64 with 48-bit addresses links the first byte of the Image here.
    private const ulong LinkAddress = 0xffff_8000_0800_0000;
    private const ulong RelativeRelocation = 1027; // R_AARCH64_RELATIVE
    private const int TokenCount = 256;
    private const int SymbolsPerMarker = 256;
    private const int Alignment = 8;

    /// <summary>Reads every symbol of an uncompressed arm64 Image, by name; of equal names the first one is kept.</summary>
    public static Dictionary<string, ulong> Read(string imageFile)
    {
        byte[] image = File.ReadAllBytes(imageFile);
        string[] tokens = FindTokens(image, out int tokenTable);
        int countAt = FindSymbolCount(image, tokenTable, out int count);
        int baseAt = countAt - Alignment;
        int offsets = baseAt - AlignUp(count * sizeof(uint));
        ulong relativeBase = RelocatedValue(image, baseAt);

        Dictionary<string, ulong> symbols = new(count);
        int at = countAt + Alignment;
        for (int index = 0; index < count; index++)
        {
            StringBuilder name = new();
            foreach (byte token in NextName(image, ref at))
            {
                name.Append(tokens[token]);
            }

            // The first letter is the symbol's type, as nm prints it.
            ulong address = relativeBase + ReadUInt32(image, offsets + (index * sizeof(uint)));
            symbols.TryAdd(name.ToString(1, name.Length - 1), address);
        }

        return symbols;
    }

    // The tokens of the digits stand for themselves, and so lie beside each other at places 0x30 to 0x39. After the
    // table come the offsets of the tokens in it.
    private static string[] FindTokens(byte[] image, out int start)
    {
        ReadOnlySpan<byte> digits = "0\01\02\03\04\05\06\07\08\09\0"u8;
        for (int at = 0; ; at++)
        {
            int found = image.AsSpan(at).IndexOf(digits);
            if (found < 0)
            {
                throw new InvalidDataException("No kallsyms token table: is the Image compressed?");
            }

            at += found;
            int end = SkipTokens(image, at, TokenCount - '0');
            int index = AlignUp(end);
            start = at - ReadUInt16(image, index + ('0' * sizeof(ushort)));
            if (start > 0 && ReadUInt16(image, index) == 0 && SkipTokens(image, start, TokenCount) == end)
            {
                break;
            }
        }

        string[] tokens = new string[TokenCount];
        int next = start;
        for (int token = 0; token < TokenCount; token++)
        {
            int length = image.AsSpan(next).IndexOf((byte)0);
            tokens[token] = Encoding.ASCII.GetString(image, next, length);
            next += length + 1;
        }

        return tokens;
    }

    private static int SkipTokens(byte[] image, int at, int count)
    {
        for (int token = 0; token < count; token++)
        {
            at += image.AsSpan(at).IndexOf((byte)0) + 1;
        }

        return at;
    }

    // The count lies before the names; the markers after them hold the place of every 256th name.
    private static int FindSymbolCount(byte[] image, int tokenTable, out int count)
    {
        for (int at = AlignUp(tokenTable) - Alignment; at > 0; at -= Alignment)
        {
            uint candidate = ReadUInt32(image, at);
            bool plausible = candidate is > 10_000 and < 1_000_000 && ReadUInt32(image, at + sizeof(uint)) == 0;
            if (plausible && NamesFit(image, at + Alignment, (int)candidate, tokenTable))
            {
                count = (int)candidate;
                return at;
            }
        }

        throw new InvalidDataException("No kallsyms names before the token table.");
    }

    private static bool NamesFit(byte[] image, int names, int count, int limit)
    {
        int at = names;
        int secondMarker = 0;
        for (int index = 0; index < count && at < limit; index++)
        {
            secondMarker = index == SymbolsPerMarker ? at - names : secondMarker;
            NextName(image, ref at);
        }

        int markers = AlignUp(at);
        return at < limit && ReadUInt32(image, markers) == 0 && ReadUInt32(image, markers + sizeof(uint)) == secondMarker;
    }

    // The Image is relocatable and holds zero where an address belongs; the address is in the relocation entry.
    private static ulong RelocatedValue(byte[] image, int at)
    {
        Span<byte> entry = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, LinkAddress + (ulong)at);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[sizeof(ulong)..], RelativeRelocation);
        int found = image.AsSpan().IndexOf(entry);
        return found < 0
            ? throw new InvalidDataException("No relocation for kallsyms_relative_base.")
            : BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(found + entry.Length));
    }

    // Length, then that many tokens; a length of 128 or more takes a second byte.
    private static ReadOnlySpan<byte> NextName(byte[] image, ref int at)
    {
        int length = image[at++];
        if ((length & 0x80) != 0)
        {
            length = (length & 0x7f) | (image[at++] << 7);
        }

        ReadOnlySpan<byte> name = image.AsSpan(at, length);
        at += length;
        return name;
    }

    private static uint ReadUInt32(byte[] image, int at)
    {
        return BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at));
    }

    private static int ReadUInt16(byte[] image, int at)
    {
        return BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(at));
    }

    private static int AlignUp(int value)
    {
        return (value + Alignment - 1) & -Alignment;
    }
}
