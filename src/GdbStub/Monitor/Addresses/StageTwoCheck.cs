using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Addresses;
using GdbHost.Machine.Debug.Addresses.Trees;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Addresses;

/// <summary>"monitor s2 check": what the guest's device tree names, beside what stage 2 maps.</summary>
internal static class StageTwoCheck
{
    public static void Write(MonitorRequest request, MapReport map, ulong? at)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        if (machine.GuestTree(request.Cpu, at) is not GuestTreeReport tree)
        {
            request.Fail(at is ulong address
                ? $"there is no device tree at IPA 0x{address:x}"
                : "no device tree is in the guest's memory: \"monitor s2 check IPA\" says where it is; against the board's map:");
            if (at is null)
            {
                AgainstBoard(request, map);
            }

            return;
        }

        Tree(request, tree);
        IReadOnlyList<MachineTrap> traps = machine.ReadTraps(int.MaxValue).Traps;
        Verdict[] verdicts = [.. tree.Ranges.Select(range => Judge(request, map, range, traps))];
        for (int first = 0, next; first < verdicts.Length; first = next)
        {
            next = first + 1;
            while (next < verdicts.Length && verdicts[next].Follows(verdicts[next - 1]))
            {
                next++;
            }

            Print(request, verdicts[first], verdicts[next - 1], next - first);
        }

        int good = verdicts.Count(static v => v.IsGood);
        string advice = verdicts.Any(static v => v is { State: "hole" or "partly", IsGood: false })
            ? "; an access to what is not mapped traps, which is right where EL2 emulates it or maps it then: \"monitor traps on\" at the start counts that"
            : "";
        request.Line($"{verdicts.Length} ranges: {good} good, {verdicts.Length - good} not{advice}", new("ranges", verdicts.Length), new("good", good));
    }

    /// <summary>The ranges of the guest's tree that a map has nothing of, a line each; nothing where there is no tree.</summary>
    /// <param name="firstHole">The first address of a range that is not there; null where it is.</param>
    /// <param name="what">What is said of such an address.</param>
    public static void Holes(MonitorRequest request, GuestTreeReport? tree, Func<TreeRange, ulong?> firstHole, string what)
    {
        foreach (TreeRange range in tree?.Ranges ?? [])
        {
            if (firstHole(range) is ulong hole)
            {
                request.Line($"{what} 0x{hole:x}: {Words(range)}", new("hole", hole), new("node", range.Node), new("property", range.Name), new("first", range.First), new("last", range.Last));
            }
        }
    }

    /// <summary>The first input address of a range that nothing maps; null where all is mapped.</summary>
    public static ulong? FirstHole(MapReport map, TreeRange range)
    {
        ulong next = range.First;
        foreach (MappedRange mapped in map.Ranges.Where(m => m.Last >= range.First && m.Start <= range.Last))
        {
            if (mapped.Start > next)
            {
                return next;
            }

            if (mapped.Last >= range.Last)
            {
                return null;
            }

            next = mapped.Last + 1;
        }

        return next;
    }

    private static void Tree(MonitorRequest request, GuestTreeReport tree)
    {
        string others = tree.Others.Count == 0 ? "" : $"; others at {string.Join(", ", tree.Others.Take(4).Select(static o => $"0x{o:x}"))}";
        request.Line($"device tree at IPA 0x{tree.Address:x}, {tree.Bytes} bytes: {tree.Model}{others}", new("tree", tree.Address), new("bytes", tree.Bytes), new("model", tree.Model));
    }

    private static string Words(TreeRange range) => $"{range.Node} {range.Name} 0x{range.First:x10}-0x{range.Last:x10}";

    private static Verdict Judge(MonitorRequest request, MapReport map, TreeRange range, IReadOnlyList<MachineTrap> traps)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        MappedRange[] parts = [.. map.Ranges.Where(m => m.Last >= range.First && m.Start <= range.Last)];
        if (FirstHole(map, range) is ulong hole)
        {
            return Hole(request, range, hole, parts.Length > 0, traps);
        }

        List<string> leads = [];
        string? wrong = null;
        foreach (MappedRange part in parts)
        {
            ulong output = part.Output + (ulong.Max(range.First, part.Start) - part.Start);
            PlaceReport? place = machine.Place(output);
            leads.Add($"PA 0x{output:x10} {place?.Region ?? "nothing"}, {part.Attributes}");
            wrong ??= Wrong(range, part, place);
        }

        string words = $"-> {string.Join("; ", leads.Take(3))}{(leads.Count > 3 ? "; and more" : "")}{(wrong is null ? "" : $": {wrong}")}";
        return new Verdict(range, wrong is null ? "good" : "wrong", words, wrong is null, 0, 0);
    }

    private static string? Wrong(TreeRange range, MappedRange mapped, PlaceReport? place) => place switch
    {
        null => "nothing answers there",
        _ when !range.IsMemory => null,
        { Kind: not "ram" } => "the guest takes it for memory",
        _ when mapped.Attributes.StartsWith("Device", StringComparison.Ordinal) => "memory of a guest should be Normal: unaligned and exclusive accesses fail",
        _ when !mapped.Attributes.Contains("privileged rwx", StringComparison.Ordinal) => "memory that the guest may not read, write and execute",
        _ => null,
    };

    /// <summary>A hole is no mistake where EL2 is seen to emulate what is there, or to map it when it is touched.</summary>
    private static Verdict Hole(MonitorRequest request, TreeRange range, ulong hole, bool partly, IReadOnlyList<MachineTrap> traps)
    {
        MachineTrap[] seen = [.. traps.Where(t => t.Ipa >= range.First && t.Ipa <= range.Last && t.Return is not null)];
        int served = seen.Count(static t => t.Return!.Pc == t.Pc + 4 || t.Return.Stage2Changed);
        WalkFailure? failure = ((ITranslation)request.Target).ExplainIntermediate(request.Cpu, hole, WalkAccess.Read).Failure;
        bool good = served > 0 && served == seen.Length;
        string words = $"0x{hole:x} is not mapped{(failure is null ? "" : $": {TranslationWords.Failure(failure)}")}"
            + (seen.Length > 0 ? $"; EL2 has served {served} of {seen.Length} traps there" : "");
        return new Verdict(range, good ? "served" : partly ? "partly" : "hole", words, good, served, seen.Length);
    }

    private static void Print(MonitorRequest request, Verdict first, Verdict last, int count)
    {
        string nodes = count == 1 ? first.Range.Node : $"{first.Range.Node} to {last.Range.Node} ({count} nodes)";
        string text = $"{first.State,-6} {nodes} {first.Range.Name} 0x{first.Range.First:x10}-0x{last.Range.Last:x10}: {first.Words}";
        Fact[] facts =
        [
            new("verdict", first.State), new("node", first.Range.Node), new("nodes", count), new("property", first.Range.Name), new("first", first.Range.First),
            new("last", last.Range.Last), new("served", first.Served), new("traps", first.Traps),
        ];
        if (first.IsGood)
        {
            request.Line(text, facts);
        }
        else
        {
            request.Fail(text, facts);
        }
    }

    private static void AgainstBoard(MonitorRequest request, MapReport map)
    {
        int reached = 0;
        foreach (MemoryRegion region in ((IMemoryMap)request.Target).MemoryRegions)
        {
            if (map.Ranges.Any(r => r.Output <= region.Last && region.Start <= r.Output + (r.Last - r.Start)))
            {
                reached++;
                continue;
            }

            request.Line($"not reached: 0x{region.Start:x10}-0x{region.Last:x10} {region.Kind} {region.Name}",
                new("not-reached", region.Name), new("first", region.Start), new("last", region.Last), new("kind", $"{region.Kind}"));
        }

        request.Line($"{reached} regions of the board's map are reached, in whole or in part");
    }

    /// <summary>What is said of one range.</summary>
    /// <param name="Served">Traps there that EL2 has emulated or mapped for.</param>
    private sealed record Verdict(TreeRange Range, string State, string Words, bool IsGood, int Served, int Traps)
    {
        /// <summary>One of a row of nodes alike, such as the slots of virtio-mmio, of which nothing is mapped or known.</summary>
        public bool Follows(Verdict before) => State == before.State && State == "hole" && Traps == 0 && before.Traps == 0 && Range.First == before.Range.Last + 1
            && Stem(Range.Node) == Stem(before.Range.Node) && Range.Name == before.Range.Name;

        private static string Stem(string node) => node.Split('@')[0];
    }
}
