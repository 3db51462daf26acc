using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>
/// What outlives a device that has been taken out: stream table entries of Requester IDs that no function has, what the SMMU keeps for them
/// alone, and mappings of other streams to registers that are gone.
/// </summary>
internal static class SmmuOrphans
{
    private const int MostStreams = 64;
    private const int MostRanges = 16;
    private const int MostSubstreams = 1 << 10;
    private const ulong Page = 4096;
    private const ulong MostPages = 1 << 16;

    public static IEnumerable<string> Lines(Boards.Machine machine)
    {
        SmmuV3 smmu = machine.Smmu!;
        uint[] orphans = [.. Translating(smmu).Where(s => SmmuState.FunctionOf(machine, s) is null).Take(MostStreams + 1)];
        List<string> lines = [.. orphans.Take(MostStreams).SelectMany(s => Stream(machine, s))];
        lines.AddRange(orphans.Length > MostStreams ? ["and more streams, which are not shown"] : []);
        lines.AddRange(Kept(machine));
        lines.AddRange(MachinePci.All(machine.Pcie!.Bus).SelectMany(f => Gone(machine, f)));
        return lines.Count == 0 ? ["nothing: all streams that are translated or kept are of functions that are there, and no mapping leads to registers that are gone"] : lines;
    }

    // Streams that a request would get through, in memory or in what is kept.
    private static IEnumerable<uint> Translating(SmmuV3 smmu)
    {
        if (!smmu.Control.SmmuEnable)
        {
            yield break;
        }

        for (uint stream = 0; stream < 1u << smmu.StreamTable.Bits; stream++)
        {
            Lookup<StreamTableEntry> found = smmu.Streams.LookEntry(smmu.StreamTable, stream);
            if ((found.Problem is null && Passes(found.Value)) || (smmu.Structures.Find(stream) is KeptStream kept && Passes(kept.Ste)))
            {
                yield return stream;
            }
        }
    }

    private static bool Passes(in StreamTableEntry ste) => ste.V && ste.Config != StreamConfig.Abort;

    private static IEnumerable<string> Stream(Boards.Machine machine, uint stream)
    {
        SmmuV3 smmu = machine.Smmu!;
        Lookup<StreamTableEntry> found = smmu.Streams.LookEntry(smmu.StreamTable, stream);
        KeptStream? kept = smmu.Structures.Find(stream);
        bool inMemory = found.Problem is null && Passes(found.Value);
        string entry = inMemory ? $"its STE is still valid ({SmmuState.Of(found.Value)})" : "its STE is no longer valid";
        string inCache = kept is null ? "" : inMemory ? ", and the SMMU keeps it" : $", and the SMMU still keeps the one before ({SmmuState.Of(kept.Ste)}): CMD_CFGI_STE is missing";
        yield return $"SID 0x{stream:x} ({new RequesterId((ushort)stream)}): no function has this Requester ID; {entry}{inCache}";
        if (!inMemory || found.Value.Config == StreamConfig.Bypass)
        {
            yield break;
        }

        IovaSpace space = new(machine, stream);
        foreach (IovaRange range in space.Ranges.Take(MostRanges))
        {
            yield return $"  still mapped: 0x{range.First:x} to 0x{range.Last:x} -> 0x{range.Physical:x} {range.Name}";
        }

        if (space.Ranges.Count > MostRanges || !space.IsComplete)
        {
            yield return "  and more, which is not shown";
        }
    }

    /// <summary>Translations whose VMID and ASID no stream of a function has.</summary>
    private static IEnumerable<string> Kept(Boards.Machine machine)
    {
        SmmuV3 smmu = machine.Smmu!;
        StreamContext[] present = [.. MachinePci.All(machine.Pcie!.Bus).SelectMany(f => Contexts(smmu, f.Requester.Value))];
        return smmu.Translations.Combined.Where(e => !present.Any(c => c.Cd is not null && c.Bank == e.Bank && (c.Tag == e.Entry.Context || c.GlobalTag == e.Entry.Context)))
            .Concat(smmu.Translations.Stage2.Where(e => !present.Any(c => c.Setup.Stage2.Enabled && c.Ste.Vmid == e.Vmid)))
            .Take(MostRanges)
            .Select(static e => $"{SmmuCaches.Words(e)}: no stream of a function has its VMID and ASID");
    }

    // Of a stream as memory has it, and as it is kept.
    private static IEnumerable<StreamContext> Contexts(SmmuV3 smmu, uint stream)
    {
        if (smmu.Streams.Look(smmu.StreamTable, stream, substream: null).Context is StreamContext now)
        {
            yield return now;
        }

        foreach (uint substream in smmu.Streams.LookSubstreams(smmu.StreamTable, stream).Take(MostSubstreams))
        {
            if (smmu.Streams.Look(smmu.StreamTable, stream, substream).Context is StreamContext other)
            {
                yield return other;
            }
        }

        foreach (KeptDescriptor kept in smmu.Structures.Find(stream)?.Descriptors ?? [])
        {
            if (kept.Context is StreamContext context)
            {
                yield return context;
            }
        }

        if (smmu.Structures.Find(stream) is KeptStream { IsLegal: true, Ste.HasStage2: true } stage2)
        {
            yield return stage2.WithoutStage1;
        }
    }

    /// <summary>Mappings of a function's stream that lead into a window of PCI's where no function answers.</summary>
    private static IEnumerable<string> Gone(Boards.Machine machine, PciFunction function)
    {
        IovaSpace space = new(machine, function.Requester.Value);
        foreach (IovaRange range in space.Ranges.Where(static r => r.Kind == DmaPlaceKind.PciWindow && r.Permissions.Length > 0))
        {
            ulong? from = null;
            ulong pages = ulong.Min(((range.Last - range.First) / Page) + 1, MostPages);
            for (ulong page = 0; page <= pages; page++)
            {
                ulong at = range.Physical + (page * Page);
                bool answers = page == pages || machine.Pcie!.DecodeOutbound(at, out _) is not null;
                if (answers && from is ulong first)
                {
                    ulong iova = range.First + (first - range.Physical);
                    yield return $"{function.Requester} {function.StateName}: 0x{iova:x} to 0x{iova + (at - first) - 1:x} -> 0x{first:x} {range.Name}: no function answers there: registers of a device that is gone, or that has moved";
                    from = null;
                }
                else if (!answers)
                {
                    from ??= at;
                }
            }
        }
    }
}
