using System.Collections.Generic;

namespace GdbHost.GdbStub.Target;

/// <summary>One region of the physical map.</summary>
/// <param name="Length">In bytes, never 0.</param>
/// <param name="Kind">ram, rom, device or empty window, in the board's words.</param>
internal sealed record MemoryRegion(ulong Start, ulong Length, string Kind, string Name)
{
    /// <summary>The last address that belongs to it.</summary>
    public ulong Last => Start + (Length - 1);
}

/// <summary>The physical memory map of the board.</summary>
internal interface IMemoryMap
{
    /// <summary>By ascending address, without overlaps.</summary>
    IReadOnlyList<MemoryRegion> MemoryRegions { get; }
}
