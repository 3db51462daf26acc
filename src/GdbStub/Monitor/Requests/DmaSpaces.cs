using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Dma;

namespace GdbHost.GdbStub.Monitor.Requests;

/// <summary>"monitor dma doorbells" and "monitor dma overlaps": where the addresses of functions' requests lead.</summary>
internal static class DmaSpaces
{
    private const int MostRanges = 256;

    public static void Doorbells(MonitorRequest request, MachineInspection machine)
    {
        foreach (DoorbellReport doorbell in machine.Doorbells)
        {
            request.Line(
                $"{doorbell.Name}: messages go to PA 0x{doorbell.Register:x}, {(doorbell.IsTranslated ? "translated by the SMMU like any write" : "untranslated")}",
                new("doorbell", doorbell.Name), new("register", doorbell.Register), new("translated", doorbell.IsTranslated));
            foreach ((string function, IReadOnlyList<ulong> addresses) in doorbell.Seen)
            {
                string at = addresses.Count == 0 ? "no address leads there: its messages are lost" : $"at {string.Join(", ", addresses.Select(static a => $"0x{a:x}"))}";
                request.Line($"  {function}: {at}", new("function", function), new("iovas", addresses));
            }
        }

        if (machine.Doorbells.Count == 0)
        {
            request.Line("This machine has no doorbells: messages are written nowhere that makes interrupts of them.");
        }
    }

    public static void Overlaps(MonitorRequest request, MachineInspection machine, ushort requester)
    {
        if (machine.DmaSpace(requester) is not DmaSpaceReport space)
        {
            request.Fail($"there is no function at {MonitorArguments.FunctionName(requester)}; \"monitor pci\" lists them");
            return;
        }

        Print(request, space);
        foreach (DmaSpaceReport substream in space.Substreams)
        {
            Print(request, substream);
        }
    }

    private static void Print(MonitorRequest request, DmaSpaceReport space)
    {
        string pasid = space.Pasid is uint number ? $" PASID 0x{number:x}" : "";
        request.Line(
            $"{space.Function}{pasid}: {space.Title}",
            new("function", space.Function), new("pasid", space.Pasid is uint p ? (ulong)p : null), new("translation", space.Title), new("complete", space.IsComplete));
        foreach (IovaRange r in space.Ranges.Take(MostRanges))
        {
            request.Line(
                $"  0x{r.First:x} to 0x{r.Last:x} -> 0x{r.Physical:x} {r.Name}{(r.Kind == DmaPlaceKind.Memory ? "" : $" ({r.Kind})")}{(r.Permissions.Length > 0 ? ", " + r.Permissions : "")}",
                new("first", r.First), new("last", r.Last), new("physical", r.Physical), new("place", r.Kind.ToString()), new("name", r.Name));
        }

        if (!space.IsComplete || space.Ranges.Count > MostRanges)
        {
            request.Line($"  and more, which is not shown{(space.IsComplete ? "" : " or looked at: there are too many tables")}");
        }

        foreach (DmaOverlap overlap in space.Overlaps)
        {
            request.Line($"overlap: 0x{overlap.First:x} to 0x{overlap.Last:x}: {overlap.Words}", new("first", overlap.First), new("last", overlap.Last), new("overlap", overlap.Words));
        }

        if (space.Overlaps.Count == 0)
        {
            request.Line("no overlaps: what lies in the middle of memory is memory");
        }
    }
}
