using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Bridges;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>Addresses that a function may take for memory and that are something else.</summary>
/// <param name="First">First address as the function sends it.</param>
/// <param name="Last">Last address.</param>
/// <param name="Words">What it is, and what comes of it.</param>
public sealed record DmaOverlap(ulong First, ulong Last, string Words);

/// <summary>All that a function's requests can reach.</summary>
/// <param name="Function"><c>bb:dd.f</c> and name.</param>
/// <param name="Title">How its addresses are translated.</param>
/// <param name="IsComplete">All ranges are here.</param>
public sealed record DmaSpaceReport(string Function, string Title, bool IsComplete, IReadOnlyList<IovaRange> Ranges, IReadOnlyList<DmaOverlap> Overlaps)
{
    /// <summary>The PASID that its requests carry; null for those without.</summary>
    public uint? Pasid { get; init; }

    /// <summary>The same for each PASID that the stream has.</summary>
    public IReadOnlyList<DmaSpaceReport> Substreams { get; init; } = [];
}

/// <summary>A doorbell, and where functions find it.</summary>
/// <param name="Name">Of its frame.</param>
/// <param name="Register">Physical address.</param>
/// <param name="IsTranslated">A message's address goes through the SMMU like any other.</param>
/// <param name="Seen">For each function: the addresses that lead to it; none where messages are lost.</param>
public sealed record DoorbellReport(string Name, ulong Register, bool IsTranslated, IReadOnlyList<(string Function, IReadOnlyList<ulong> Addresses)> Seen);

/// <summary>Looks for what lies in the middle of a stream's memory and is no memory (doorbells, windows, neighbors).</summary>
internal static class DmaOverlaps
{
    private const int MostSubstreams = 64;

    /// <summary>Null where there is no such function.</summary>
    public static DmaSpaceReport? Of(Boards.Machine machine, ushort requester)
    {
        if (machine.Pcie?.Find(requester >> 8, requester & 0xff) is not PciFunction function)
        {
            return null;
        }

        return Of(machine, function, null) with
        {
            Substreams = machine.Smmu is { Control.SmmuEnable: true } smmu ? [.. smmu.Streams.LookSubstreams(smmu.StreamTable, requester).Take(MostSubstreams).Select(s => Of(machine, function, s))] : [],
        };
    }

    public static IReadOnlyList<DoorbellReport> Doorbells(Boards.Machine machine)
    {
        PciFunction[] functions = machine.Pcie is RootComplex root ? [.. MachinePci.All(root.Bus)] : [];
        (PciFunction Function, IovaSpace Space)[] spaces = [.. functions.Select(f => (f, new IovaSpace(machine, f.Requester.Value)))];
        return
        [
            .. from place in DmaPlaces.Doorbells(machine)
               let translated = machine.Smmu is not null && !machine.Pcie!.Model.DoorbellsBeforeIommu
               select new DoorbellReport(place.Doorbell.Name, place.Register, translated, [.. spaces.Select(s => (NameOf(s.Function), Seen(s.Space, place.Register, translated)))]),
        ];
    }

    private static DmaSpaceReport Of(Boards.Machine machine, PciFunction function, uint? substream)
    {
        IovaSpace space = new(machine, function.Requester.Value, substream);
        IEnumerable<DmaOverlap> overlaps = space.Ranges.Where(static r => r.Kind != DmaPlaceKind.Memory).SelectMany(r => Within(space.Ranges, r)).Concat(Peers(function, space.Ranges));
        if (machine.Pcie!.Model.DoorbellsBeforeIommu)
        {
            overlaps = overlaps.Concat(machine.Pcie.Model.Doorbells.SelectMany(d => Claimed(space.Ranges, d.PciStart, d.Size, "a doorbell of the host bridge has it before the SMMU")));
        }

        return new DmaSpaceReport(NameOf(function), space.Title, space.IsComplete, space.Ranges, [.. overlaps]) { Pasid = substream };
    }

    private static IReadOnlyList<ulong> Seen(IovaSpace space, ulong register, bool translated) => translated
        ? [.. space.Ranges.Where(r => register - r.Physical <= r.Last - r.First).Select(r => r.First + (register - r.Physical))]
        : [register];

    private static string NameOf(PciFunction function) => $"{function.Requester} {function.StateName}";

    /// <summary>Memory goes on before or behind the range, and not because it does so in the physical map.</summary>
    private static IEnumerable<DmaOverlap> Within(IReadOnlyList<IovaRange> ranges, IovaRange other)
    {
        bool before = ranges.Any(m => m.IsRam && m.Last + 1 == other.First && m.Physical + (other.First - m.First) != other.Physical);
        bool behind = ranges.Any(m => m.IsRam && other.Last + 1 == m.First && other.Physical + (m.First - other.First) != m.Physical);
        if (before || behind)
        {
            string where = before && behind ? "memory before and behind it" : before ? "memory before it" : "memory behind it";
            string what = other.Kind switch
            {
                DmaPlaceKind.Doorbell => $"{other.Name}, a doorbell: DMA writes there are interrupts and are lost, DMA reads do not give memory",
                DmaPlaceKind.ConfigSpace => $"{other.Name}, configuration space: DMA there changes functions",
                DmaPlaceKind.PciWindow => $"{other.Name}, which leads back to PCI: DMA there goes to another function or to none",
                _ => $"{other.Name}, registers of a device: DMA there is no access to memory",
            };
            yield return new DmaOverlap(other.First, other.Last, $"{what} ({where})");
        }
    }

    private static List<DmaOverlap> Peers(PciFunction function, IReadOnlyList<IovaRange> ranges)
    {
        List<DmaOverlap> found = [];
        for (PciBus? bus = function.Bus; bus?.Bridge is Bridge { RedirectsPeers: false } bridge; bus = bridge.Bus)
        {
            PciFunction[] own = [.. MachinePci.All(bridge.Secondary)];
            foreach (PciFunction peer in bridge.Bus is PciBus above ? MachinePci.All(above) : [])
            {
                string taken = own.Contains(peer) ? $"is behind {bridge.StateName} itself, which does not forward it" : $"takes it on {bridge.Bus!.Name}, and the SMMU does not see it";
                found.AddRange(
                    from bar in peer.BaseAddresses
                    where !bar.IsIo && peer.Decodes(bar) && bridge.Bus!.Decode(io: false, peer.Config.AddressOf(bar), out _) is not null
                    from overlap in Claimed(ranges, peer.Config.AddressOf(bar), bar.Size, $"{peer.StateName} {taken}")
                    select overlap);
            }
        }

        return found;
    }

    private static IEnumerable<DmaOverlap> Claimed(IReadOnlyList<IovaRange> ranges, ulong start, ulong size, string words) =>
        from range in ranges
        let first = ulong.Max(range.First, start)
        let last = ulong.Min(range.Last, start + (size - 1))
        where range.IsRam && first <= last
        select new DmaOverlap(first, last, $"{words}: it does not reach {range.Name}");
}
