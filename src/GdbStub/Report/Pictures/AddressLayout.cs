using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;

namespace GdbHost.GdbStub.Report.Pictures;

/// <summary>
/// The address spaces of one world as few boxes: what stage 1 maps, what stage 2 maps or lacks, and what the board has. Ranges next to each other that lead to the same place become one box.
/// </summary>
/// <param name="Virtual">Empty where stage 1 is off.</param>
/// <param name="Intermediate">Empty where stage 2 is off or not asked for; holes are addresses that stage 1 gives and stage 2 does not map.</param>
/// <param name="Physical">The board's regions that something leads to, and those that nothing does.</param>
internal sealed record AddressLayout(IReadOnlyList<Segment> Virtual, IReadOnlyList<Segment> Intermediate, IReadOnlyList<Segment> Physical)
{
    /// <summary>Boxes of one address space.</summary>
    private const int MostBoxes = 14;

    private const string Hole = "hole";
    private const string Fault = "fault";
    private const string Mixed = "mixed";
    private const string Device = "device";

    public bool IsEmpty => Virtual.Count == 0 && Intermediate.Count == 0;

    /// <param name="stage1">The ranges of stage 1; none where it is off.</param>
    /// <param name="stage2">Those of stage 2, by rising address; null where it is off or the regime has none.</param>
    /// <param name="failed">An intermediate address at which the guest has failed, or null.</param>
    /// <param name="board">Lines of "map".</param>
    public static AddressLayout Of(IEnumerable<Extent> stage1, IEnumerable<Extent>? stage2, ulong? failed, IReadOnlyList<AnswerLine> board)
    {
        Extent[] virtuals = [.. stage1];
        Extent[] intermediates = [.. stage2 ?? []];
        Segment[] regions = [.. board.Select(static l => new Segment(l.Words("name")!, l.Words("kind")!, [new Extent((ulong)l.Word("first")!, (ulong)l.Word("last")!, (ulong)l.Word("first")!)]))];
        IEnumerable<Segment> holes = stage2 is null ? [] : Holes(virtuals, intermediates, regions, failed);
        Segment[] middle = [.. Few(Joined(intermediates).Select(s => NameOf(s, regions, null, failed)).Concat(holes).OrderBy(static s => s.First))];
        Segment[] first = [.. Few(virtuals.Select(s => NameOf(s, regions, stage2 is null ? null : intermediates, failed)))];
        Segment[] last = middle.Length == 0 ? first : middle;
        bool IsReached(Segment region) => last.Any(s => s.LeadsTo(region));
        return new AddressLayout(first, middle, [.. Few(Unreached(regions, IsReached), IsReached)]);
    }

    /// <summary>What nothing leads to is told of in one box where it is more than one in a row.</summary>
    private static IEnumerable<Segment> Unreached(Segment[] regions, Func<Segment, bool> isReached)
    {
        for (int i = 0; i < regions.Length;)
        {
            Segment[] run = [.. regions.Skip(i).TakeWhile(r => !isReached(r))];
            yield return run.Length <= 1 ? regions[i] : new Segment($"{run.Length} regions", run[0].Kind, [.. run.SelectMany(static r => r.Parts)]);
            i += Math.Max(run.Length, 1);
        }
    }

    // What differs in attributes only is the same place.
    private static IEnumerable<Extent> Joined(IEnumerable<Extent> spans)
    {
        Extent? open = null;
        foreach (Extent span in spans)
        {
            if (open is Extent before && before.Last + 1 == span.First && before.OutputLast + 1 == span.Output)
            {
                open = before with { Last = span.Last };
                continue;
            }

            if (open is Extent done)
            {
                yield return done;
            }

            open = span;
        }

        if (open is Extent end)
        {
            yield return end;
        }
    }

    /// <summary>The addresses that stage 1 gives and stage 2 does not map.</summary>
    private static IEnumerable<Segment> Holes(Extent[] virtuals, Extent[] intermediates, Segment[] regions, ulong? failed)
    {
        HashSet<Extent> holes = [];
        foreach (Extent span in virtuals)
        {
            ulong at = span.Output;
            bool open = true;
            for (int i = FirstFrom(intermediates, at); i < intermediates.Length && intermediates[i].First <= span.OutputLast; i++)
            {
                if (intermediates[i].First > at)
                {
                    holes.Add(new Extent(at, intermediates[i].First - 1, at, false));
                }

                open = intermediates[i].Last < span.OutputLast;
                at = intermediates[i].Last + 1;
            }

            if (open)
            {
                holes.Add(new Extent(at, span.OutputLast, at, false));
            }
        }

        return Joined(holes.OrderBy(static h => h.First)).Select(h => new Segment(
            Array.Find(regions, r => r.First <= h.First && h.First <= r.Last)?.Name ?? "not mapped", Contains(h.First, h.Last, failed) ? Fault : Hole, [h]));
    }

    private static bool Contains(ulong first, ulong last, ulong? address) => address is ulong at && first <= at && at <= last;

    // The index of the first range that ends at an address or behind it.
    private static int FirstFrom(Extent[] sorted, ulong address)
    {
        int low = 0;
        for (int high = sorted.Length; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = sorted[middle].Last < address ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Calls a range by what it reaches in the end.</summary>
    private static Segment NameOf(Extent span, Segment[] regions, Extent[]? stage2, ulong? failed)
    {
        Extent reached = span;
        bool refused = false;
        if (stage2 is not null)
        {
            int through = FirstFrom(stage2, span.Output);
            refused = through == stage2.Length || stage2[through].First > span.Output;
            reached = refused ? span : span with { Output = stage2[through].Output + (span.Output - stage2[through].First) };
        }

        Segment[] found = [.. regions.Where(r => reached.Output <= r.Last && r.First <= reached.OutputLast)];
        bool alike = found.All(f => f.Kind == found[0].Kind);
        string kind = refused ? Contains(span.Output, span.OutputLast, failed) ? Fault : Hole : found.Length == 0 ? "other" : alike ? found[0].Kind : Device;
        string name = found.Length switch { 0 => refused ? "not mapped" : "nothing", 1 => found[0].Name, _ => alike ? $"{found[0].Kind}s" : "devices" };
        return new Segment(name, kind, [span]);
    }

    /// <summary>Joins neighbors that lead to the same kind of place, then nearer and farther ones of any kind, until there are few.</summary>
    /// <param name="keep">What is not joined with others.</param>
    private static List<Segment> Few(IEnumerable<Segment> segments, Func<Segment, bool>? keep = null)
    {
        List<Segment> all = [.. segments];
        foreach (bool mixes in (bool[])[false, true])
        {
            for (int bits = 12; all.Count > MostBoxes && bits <= 64; bits++)
            {
                List<Segment> fewer = [];
                foreach (Segment next in all)
                {
                    bool joins = fewer.Count > 0 && IsJoined(fewer[^1], next, mixes, bits) && (keep is null || keep(fewer[^1]) == keep(next));
                    if (joins)
                    {
                        fewer[^1] = Join(fewer[^1], next);
                    }
                    else
                    {
                        fewer.Add(next);
                    }
                }

                all = fewer;
            }
        }

        return all;
    }

    private static bool IsJoined(Segment before, Segment next, bool mixes, int bits) =>
        before.Kind != Fault && next.Kind != Fault && (bits == 64 || next.First - before.Last <= 1UL << bits)
        && (before.Kind == next.Kind ? before.Name == next.Name || mixes || next.Kind == Device : mixes);

    private static Segment Join(Segment before, Segment next)
    {
        bool sameKind = before.Kind == next.Kind;
        string name = before.Name == next.Name ? next.Name : !sameKind ? Mixed : next.Kind is Hole ? "not mapped" : next.Kind is "other" ? Mixed : $"{next.Kind}s";
        string kind = sameKind || (before.Name == next.Name && before.Kind == Hole) ? next.Kind : before.Name == next.Name && next.Kind == Hole ? before.Kind : "other";
        return new Segment(name, kind, [.. before.Parts, .. next.Parts]);
    }
}
