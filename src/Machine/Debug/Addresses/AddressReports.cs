using System.Collections.Generic;

namespace GdbHost.Machine.Debug.Addresses;

/// <summary>What is at a physical address.</summary>
/// <param name="Region">The name of what answers.</param>
/// <param name="Offset">From its first byte.</param>
/// <param name="Kind"><c>ram</c>, <c>rom</c> or <c>device</c>.</param>
/// <param name="Register">The manual's name of a device's register; null where the region does not name them.</param>
/// <param name="Pci">For configuration space: where it leads.</param>
public sealed record PlaceReport(string Region, ulong Offset, string Kind, string? Register, ConfigPlace? Pci)
{
    /// <summary>For a window that leads to PCI: who answers there.</summary>
    public WindowPlace? Window { get; init; }
}

/// <summary>A place in PCI's memory or I/O space.</summary>
/// <param name="Function"><c>bb:dd.f</c> and name; null where nobody answers.</param>
/// <param name="Bar">Number of the base address register.</param>
/// <param name="Offset">From its first byte.</param>
public sealed record WindowPlace(string? Function, int Bar, ulong Offset);

/// <summary>A place in PCI configuration space.</summary>
/// <param name="Function">Bus, device and function as <c>bb:dd.f</c>.</param>
/// <param name="Register">Offset in the function's configuration space.</param>
/// <param name="Name">Of the function that is there; null for none.</param>
public sealed record ConfigPlace(string Function, int Register, string? Name);

/// <summary>A range that tables map the same way.</summary>
/// <param name="Start">First input address.</param>
/// <param name="Last">Last input address.</param>
/// <param name="Output">Where <paramref name="Start"/> goes.</param>
/// <param name="Attributes">Memory type and permissions in the words of the manual.</param>
/// <param name="Place">What the board has at the output; null where that is not known or nothing.</param>
public sealed record MappedRange(ulong Start, ulong Last, ulong Output, string Attributes, string? Place);

/// <summary>The ranges of one stage.</summary>
/// <param name="IsOn">The stage translates; else every address passes.</param>
/// <param name="IsComplete">All ranges are here; else the tables are too many to be walked.</param>
public sealed record MapReport(bool IsOn, bool IsComplete, IReadOnlyList<MappedRange> Ranges);

/// <summary>One entry of a core's TLB.</summary>
/// <param name="Regime">EL1&amp;0, EL2 or EL3.</param>
/// <param name="Asid">Null for a global entry.</param>
/// <param name="StaleStage">
/// It answers for its address now, and the tables say something else: maintenance is missing. 1 or 2 for the stage whose tables do; 0: they agree.
/// </param>
public sealed record TlbReport(
    string Regime, int Vmid, int? Asid, ulong Address, ulong Bytes, ulong Intermediate, ulong Physical, string Attributes, int StaleStage)
{
    public bool Stale => StaleStage != 0;
}
