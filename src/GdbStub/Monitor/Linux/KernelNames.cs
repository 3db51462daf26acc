using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using GdbHost.GdbStub.Symbols;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>
/// The names that a kernel carries for its own call traces (CONFIG_KALLSYMS; Linux 6.1, scripts/kallsyms.c): functions, and data only
/// with CONFIG_KALLSYMS_ALL. Kernels from 6.0 on note where they are.
/// </summary>
internal static class KernelNames
{
    private const uint MostNames = 1 << 19;
    private const int MostNameChars = 512;
    private const int MostChars = 1 << 25;
    private const int Tokens = 256;
    private const int MostTokenBytes = 1 << 14;
    private const int AverageNameBytes = 24;
    private const int LongLength = 0x80;

    /// <summary>Null where the kernel does not tell, or its tables make no sense.</summary>
    public static SymbolTable? Of(GuestKernel kernel)
    {
        KernelNotes notes = kernel.Notes;
        if (notes.Symbol("kallsyms_num_syms") is not ulong number || kernel.Word32(number) is not (> 0 and <= MostNames and uint count)
            || notes.Symbol("kallsyms_names") is not ulong names || notes.Symbol("kallsyms_offsets") is not ulong offsetsAt
            || notes.Symbol("kallsyms_relative_base") is not ulong baseAt || kernel.Word(baseAt) is not ulong relativeBase
            || TokensOf(kernel) is not string[] tokens)
        {
            return null;
        }

        byte[] offsets = new byte[count * sizeof(uint)];
        byte[] packed = new byte[(int)count * AverageNameBytes];
        kernel.ReadPages(names, packed);
        return kernel.TryRead(offsetsAt, offsets) ? new SymbolTable("kallsyms", Read(packed, offsets, relativeBase, tokens)) : null;
    }

    // Each name is its length and as many numbers of tokens; the first letter of the text is the type.
    private static List<(ulong, string)> Read(byte[] packed, byte[] offsets, ulong relativeBase, string[] tokens)
    {
        List<(ulong, string)> symbols = [];
        int at = 0;
        int chars = 0;
        for (int i = 0; i < offsets.Length / sizeof(uint) && at < packed.Length && chars < MostChars; i++)
        {
            int length = packed[at++];
            if ((length & LongLength) != 0 && at < packed.Length)
            {
                length = (length & (LongLength - 1)) | (packed[at++] << 7);
            }

            if (at + length > packed.Length)
            {
                break;
            }

            StringBuilder name = new();
            foreach (byte token in packed.AsSpan(at, Math.Min(length, MostNameChars)))
            {
                name.Append(name.Length < MostNameChars ? tokens[token] : "");
            }

            at += length;
            chars += name.Length;
            int offset = BinaryPrimitives.ReadInt32LittleEndian(offsets.AsSpan(i * sizeof(uint)));
            if (name.Length > 1 && name[1] != '$')
            {
                symbols.Add((relativeBase + (uint)offset, Printable.Of(name.ToString(1, name.Length - 1))));
            }
        }

        return symbols;
    }

    private static string[]? TokensOf(GuestKernel kernel)
    {
        byte[] index = new byte[Tokens * sizeof(ushort)];
        if (kernel.Notes.Symbol("kallsyms_token_table") is not ulong table || kernel.Notes.Symbol("kallsyms_token_index") is not ulong indexAt || !kernel.TryRead(indexAt, index))
        {
            return null;
        }

        byte[] text = new byte[MostTokenBytes];
        kernel.ReadPages(table, text);
        string[] tokens = new string[Tokens];
        for (int i = 0; i < Tokens; i++)
        {
            int start = BinaryPrimitives.ReadUInt16LittleEndian(index.AsSpan(i * sizeof(ushort)));
            tokens[i] = start < text.Length ? Printable.Of(text.AsSpan(start)[..Math.Min(text.Length - start, 64)]) : "";
        }

        return tokens;
    }
}
