using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Snapshots;

/// <summary>The pages of guest memory that hold something.</summary>
internal static class MemoryPages
{
    /// <summary>Numbers of the pages with a byte that is not zero, rising. Pages that were never stored to cost nothing.</summary>
    public static IEnumerable<ulong> NotZero(Ram memory)
    {
        ulong count = memory.Size >> Ram.PageShift;
        for (ulong page = memory.NextWritten(0); page < count; page = memory.NextWritten(page + 1))
        {
            if (Of(memory, page).ContainsAnyExcept((byte)0))
            {
                yield return page;
            }
        }
    }

    public static Span<byte> Of(Ram memory, ulong page) => memory.Span(page << Ram.PageShift, (int)Ram.PageSize);
}
