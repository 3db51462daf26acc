using System.Collections.Generic;
using System.Linq;

namespace GdbHost.GdbStub.Report.Pictures;

/// <summary>A range of addresses with an output for its first one.</summary>
/// <param name="IsMapped">It leads there; else nothing maps it.</param>
internal readonly record struct Extent(ulong First, ulong Last, ulong Output, bool IsMapped = true)
{
    public ulong OutputLast => Output + (Last - First);
}

/// <summary>One box of a picture of an address space.</summary>
/// <param name="Kind">
/// <c>ram</c>, <c>rom</c>, <c>device</c>, <c>other</c>; <c>hole</c> for what stage 1 gives and stage 2 does not map, <c>fault</c> where the
/// guest has failed there.
/// </param>
/// <param name="Parts">The ranges that it stands for, by rising address.</param>
internal sealed record Segment(string Name, string Kind, IReadOnlyList<Extent> Parts)
{
    public ulong First => Parts[0].First;

    public ulong Last => Parts[^1].Last;

    /// <summary>Bytes in its ranges, without what is between them.</summary>
    public ulong Bytes => Parts.Aggregate(0UL, static (sum, p) => sum + (p.Last - p.First) + 1);

    /// <summary>Something of this leads to something of the other.</summary>
    public bool LeadsTo(Segment other) => Parts.Any(p => p.IsMapped && other.Parts.Any(o => p.Output <= o.Last && o.First <= p.OutputLast));
}
