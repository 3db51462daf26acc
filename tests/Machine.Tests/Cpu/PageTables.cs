using System;
using System.Buffers.Binary;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>Tables of a <see cref="TestCore"/> for the first pages of its RAM, 4 KiB granule (DDI 0487, VMSAv8-64 translation table format descriptors).</summary>
internal static class PageTables
{
    public const ulong Page = 0x1000;
    public const ulong Level1 = TestCore.RamStart + (4 * Page);
    public const ulong Level2 = TestCore.RamStart + (5 * Page);

    /// <summary>Descriptor n is that of page n of RAM.</summary>
    public const ulong Level3 = TestCore.RamStart + (6 * Page);

    /// <summary>A page, accessed, inner shareable, of memory attributes 1.</summary>
    public const ulong PageDescriptor = 3 | (1 << 10) | (3 << 8) | (1 << 2);

    /// <summary>Writes all three levels.</summary>
    /// <param name="core">The core.</param>
    /// <param name="pages">Descriptors of the pages from the beginning of RAM.</param>
    /// <param name="bigEndian">They are read so.</param>
    public static void Write(TestCore core, ReadOnlySpan<ulong> pages, bool bigEndian = false)
    {
        Write(core, Level1 + 8, Level2 | 3, bigEndian);
        Write(core, Level2, Level3 | 3, bigEndian);
        for (int page = 0; page < pages.Length; page++)
        {
            Write(core, Level3 + (8 * (ulong)page), pages[page], bigEndian);
        }
    }

    private static void Write(TestCore core, ulong address, ulong descriptor, bool bigEndian)
    {
        ulong stored = bigEndian ? BinaryPrimitives.ReverseEndianness(descriptor) : descriptor;
        core.Write(address, (uint)stored, (uint)(stored >> 32));
    }
}
