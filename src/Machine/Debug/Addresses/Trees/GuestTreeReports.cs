using System.Collections.Generic;

namespace GdbHost.Machine.Debug.Addresses.Trees;

/// <summary>A range of addresses that a node of a device tree names, as the CPU sees it.</summary>
/// <param name="Node">The node's path.</param>
/// <param name="Name">Which of its properties: <c>reg</c>, <c>ECAM</c>, <c>ranges</c>; with a number where there are several.</param>
/// <param name="Last">The last byte.</param>
/// <param name="IsMemory">A memory node's.</param>
public sealed record TreeRange(string Node, string Name, ulong First, ulong Last, bool IsMemory);

/// <summary>The device tree that a guest was given.</summary>
/// <param name="Address">Where it is: an IPA where stage 2 is on, else a PA; null for the machine's own, which is not searched for.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Model">The root's model, or what it is compatible with.</param>
/// <param name="Others">Where other trees are.</param>
public sealed record GuestTreeReport(ulong? Address, int Bytes, string Model, IReadOnlyList<ulong> Others, IReadOnlyList<TreeRange> Ranges);
