using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Debug.Addresses;

/// <summary>Finds what a guest has put at the beginning of a page.</summary>
internal static class RamSearch
{
    // 16 GiB: a second of host time or two.
    private const ulong MostPages = 1 << 22;

    public static IReadOnlyList<ulong> PagesThatBegin(PhysicalBus bus, ReadOnlySpan<byte> bytes, int most)
    {
        List<ulong> found = [];
        ulong pages = 0;
        foreach (BusRegion region in bus.Regions)
        {
            for (ulong at = 0; region.Ram is not null && !region.ReadOnly && at + Ram.PageSize <= region.Size && pages < MostPages && found.Count < most; at += Ram.PageSize, pages++)
            {
                if (region.Ram.Span(at, bytes.Length).SequenceEqual(bytes))
                {
                    found.Add(region.Start + at);
                }
            }
        }

        return found;
    }
}
