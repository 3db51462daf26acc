using System.Collections.Generic;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Messages;

namespace GdbHost.GdbStub.Commands.Objects;

/// <summary>
/// The memory map in the form that does gdb no harm. gdb applies it to the addresses it uses, which are virtual, and
/// refuses everything outside it; so the map covers all 64 bits, split at the edges of the board's regions so that
/// "info mem" shows them, and every part is "ram": under "rom" or "flash" gdb would change how it writes and breaks
/// at virtual addresses that only look like the board's flash.
/// </summary>
internal static class VirtualMemoryMap
{
    private const string Type = "ram";

    // A length of 2^64 cannot be written, so the whole space is never one region.
    private const ulong Half = 1UL << 63;

    public static IReadOnlyList<XmlMemoryRegion> Of(IReadOnlyList<MemoryRegion> physical)
    {
        var map = new List<XmlMemoryRegion>();
        ulong next = 0;
        foreach (MemoryRegion region in physical)
        {
            Add(map, next, region.Start - next);
            Add(map, region.Start, region.Length);
            next = region.Start + region.Length;
        }

        if (next < Half)
        {
            Add(map, next, Half - next);
            next = Half;
        }

        Add(map, next, 0 - next);
        return map;
    }

    private static void Add(List<XmlMemoryRegion> map, ulong start, ulong length)
    {
        if (length > 0)
        {
            map.Add(new XmlMemoryRegion(Type, start, length));
        }
    }
}
