using System.Collections.Generic;
using System.Linq;

namespace GdbHost.GdbStub.Report.Pictures;

/// <summary>A range of addresses with an output for its first one.</summary>
internal readonly record struct Extent(ulong First, ulong Last, ulong Output)
{
    public ulong OutputLast => Output + (Last - First);
}

/// <summary>One box of a picture of an address space.</summary>
/// <param name="Kind"><c>ram</c>, <c>rom</c>, <c>device</c>, <c>hole</c> or <c>other</c>.</param>
/// <param name="Parts">The ranges that it stands for, by rising address.</param>
internal sealed record Segment(string Name, string Kind, IReadOnlyList<Extent> Parts)
{
    public ulong First => Parts[0].First;

    public ulong Last => Parts[^1].Last;

    /// <summary>Bytes in its ranges, without what is between them.</summary>
    public ulong Bytes => Parts.Aggregate(0UL, static (sum, p) => sum + (p.Last - p.First) + 1);

    /// <summary>Something of this leads to something of the other.</summary>
    public bool LeadsTo(Segment other) => Parts.Any(p => other.Parts.Any(o => p.Output <= o.Last && o.First <= p.OutputLast));
}
