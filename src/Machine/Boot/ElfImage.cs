using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards;

namespace GdbHost.Machine.Boot;

/// <summary>An ELF64 executable for AArch64 (System V ABI, Object Files; Arm's ELF for the 64-bit Architecture) as a boot loader sees it.</summary>
/// <param name="Entry">Physical address of the entry point.</param>
/// <param name="Segments">Each PT_LOAD at its physical address.</param>
internal sealed record ElfImage(ulong Entry, IReadOnlyList<Placement> Segments)
{
    private const int HeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;
    private const byte Class64 = 2;
    private const byte LittleEndian = 1;
    private const ushort AArch64 = 183;
    private const ushort Executable = 2;
    private const ushort SharedObject = 3;
    private const uint Load = 1;
    private const uint CanExecute = 1;

    public ulong LowestAddress => Segments.Min(s => s.Address);

    public ulong HighestEnd => Segments.Max(s => s.End);

    /// <summary>Reads the headers; what is wrong with the file becomes a message that names it.</summary>
    public static ElfImage Read(BootFile file)
    {
        ReadOnlySpan<byte> bytes = file.Bytes.Span;
        if (!file.IsElf || bytes.Length < HeaderBytes)
        {
            throw Bad(file, "it is not a complete ELF file", "give the linked executable");
        }

        CheckKind(file, bytes);
        ulong entry = U64(bytes, 24);
        ulong table = U64(bytes, 32);
        int entrySize = U16(bytes, 54);
        int count = U16(bytes, 56);
        if (count > 0 && (entrySize < ProgramHeaderBytes || table > (ulong)bytes.Length || (ulong)(count * entrySize) > (ulong)bytes.Length - table))
        {
            throw Bad(file, "its program headers lie outside the file: it is truncated", "copy or link it again");
        }

        List<Placement> segments = [];
        ulong physicalEntry = entry;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = bytes.Slice((int)table + (i * entrySize), ProgramHeaderBytes);
            ulong virtualAddress = U64(header, 16);
            ulong physicalAddress = U64(header, 24);
            ulong fileSize = U64(header, 32);
            if (U32(header, 0) != Load || U64(header, 40) == 0)
            {
                continue;
            }

            segments.Add(Segment(file, header, physicalAddress, fileSize));
            if ((U32(header, 4) & CanExecute) != 0 && entry - virtualAddress < fileSize)
            {
                physicalEntry = entry - virtualAddress + physicalAddress;
            }
        }

        return segments.Count > 0
            ? new ElfImage(physicalEntry, segments)
            : throw Bad(file, "it has nothing to load (no PT_LOAD segment)", "give a linked executable, not an object file");
    }

    private static void CheckKind(BootFile file, ReadOnlySpan<byte> bytes)
    {
        if (bytes[4] != Class64)
        {
            throw Bad(file, "it is a 32-bit ELF file", "build it for AArch64");
        }

        if (bytes[5] != LittleEndian)
        {
            throw Bad(file, "it is a big-endian ELF file", "build it little-endian");
        }

        if (U16(bytes, 18) != AArch64)
        {
            throw Bad(file, $"it is an ELF file for another architecture (e_machine {U16(bytes, 18)})", "build it for AArch64");
        }

        if (U16(bytes, 16) is not (Executable or SharedObject))
        {
            throw Bad(file, $"it is no executable (e_type {U16(bytes, 16)})", "link it first");
        }
    }

    private static Placement Segment(BootFile file, ReadOnlySpan<byte> header, ulong address, ulong fileSize)
    {
        ulong offset = U64(header, 8);
        ulong memorySize = U64(header, 40);
        ulong length = (ulong)file.Bytes.Length;
        if (offset > length || fileSize > length - offset)
        {
            throw Bad(file, $"the segment for 0x{address:x} lies outside the file: it is truncated", "copy or link it again");
        }

        if (memorySize < fileSize || address + memorySize < address)
        {
            throw Bad(file, $"the segment for 0x{address:x} has an impossible size", "link it again");
        }

        return new Placement(file.Name, address, file.Bytes.Slice((int)offset, (int)fileSize), memorySize);
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private static MachineConfigurationException Bad(BootFile file, string why, string remedy) =>
        new($"{file.Name}: {why}; {remedy}");
}
