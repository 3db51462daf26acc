using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;

namespace GdbHost.GdbStub.Report.Pictures;

/// <summary>
/// The address spaces of one world as few boxes: what stage 1 maps, what stage 2 maps or lacks, and what the board has. Made of the facts of
/// "s1 map", "s2 map" and "map"; ranges next to each other that lead to the same place become one box.
/// </summary>
/// <param name="Virtual">Empty where stage 1 is off.</param>
/// <param name="Intermediate">Empty where stage 2 is off or not asked for; holes are addresses that stage 1 gives and stage 2 does not map.</param>
/// <param name="Physical">The board's regions that something leads to, and those that nothing does.</param>
internal sealed record AddressLayout(IReadOnlyList<Segment> Virtual, IReadOnlyList<Segment> Intermediate, IReadOnlyList<Segment> Physical)
{
    /// <summary>Boxes of one address space.</summary>
    private const int MostBoxes = 14;

    private const string Hole = "hole";
    private const string Device = "device";

    public bool IsEmpty => Virtual.Count == 0 && Intermediate.Count == 0;

    /// <summary>Makes it of the answers to the three commands.</summary>
    /// <param name="stage2">Null for a regime that has no stage 2.</param>
    public static AddressLayout Of(IReadOnlyList<AnswerLine> stage1, IReadOnlyList<AnswerLine>? stage2, IReadOnlyList<AnswerLine> board)
    {
        Extent[] virtuals = [.. stage1.Select(AsExtent)];
        Extent[] intermediates = [.. (stage2 ?? []).Select(AsExtent).OrderBy(static s => s.First)];
        Segment[] regions = [.. board.Select(static l => new Segment(l.Words("name")!, l.Words("kind")!, [new Extent((ulong)l.Word("first")!, (ulong)l.Word("last")!, (ulong)l.Word("first")!)]))];
        Segment[] holes = intermediates.Length == 0 ? [] : [.. Few(Holes(virtuals, intermediates, regions))];
        Segment[] middle = [.. Few(Joined(intermediates).Select(s => NameOf(s, regions))).Concat(holes).OrderBy(static s => s.First)];
        Segment[] first = [.. Few(virtuals.Select(s => NameOf(s, regions, intermediates)))];
        Segment[] last = middle.Length == 0 ? first : middle;
        bool IsReached(Segment region) => last.Any(s => s.Kind != Hole && s.LeadsTo(region));
        return new AddressLayout(first, middle, [.. Few(Unreached(regions, IsReached), IsReached)]);
    }

    private static Extent AsExtent(AnswerLine line) => new((ulong)line.Word("first")!, (ulong)line.Word("last")!, (ulong)line.Word("output")!);

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
    private static List<Segment> Holes(Extent[] virtuals, Extent[] intermediates, Segment[] regions)
    {
        List<Extent> holes = [];
        foreach (Extent span in virtuals)
        {
            ulong at = span.Output;
            foreach (Extent mapped in intermediates.Where(m => m.Last >= span.Output && m.First <= span.OutputLast))
            {
                if (mapped.First > at)
                {
                    holes.Add(new Extent(at, mapped.First - 1, at));
                }

                at = Math.Max(at, mapped.Last + 1);
            }

            if (at <= span.OutputLast)
            {
                holes.Add(new Extent(at, span.OutputLast, at));
            }
        }

        return [.. Joined(holes.Distinct().OrderBy(static h => h.First)).Select(h => new Segment(
            Array.Find(regions, r => r.First <= h.First && h.First <= r.Last)?.Name ?? "nothing", Hole, [h]))];
    }

    /// <summary>Calls a range by what it reaches in the end.</summary>
    private static Segment NameOf(Extent span, Segment[] regions, Extent[]? stage2 = null)
    {
        Extent reached = span;
        bool refused = false;
        if (stage2 is { Length: > 0 })
        {
            Extent[] through = [.. stage2.Where(m => m.First <= span.Output && span.Output <= m.Last).Take(1)];
            refused = through.Length == 0;
            reached = refused ? span : span with { Output = through[0].Output + (span.Output - through[0].First) };
        }

        Segment[] found = [.. regions.Where(r => reached.Output <= r.Last && r.First <= reached.OutputLast)];
        string kind = refused ? Hole : found.Length == 0 ? "other" : found.All(f => f.Kind == found[0].Kind) ? found[0].Kind : Device;
        return new Segment(found.Length switch { 0 => "nothing", 1 => found[0].Name, _ => found.All(f => f.Kind == found[0].Kind) ? $"{found[0].Kind}s" : "devices" }, kind, [span]);
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
        (bits == 64 || next.First - before.Last <= 1UL << bits)
        && (before.Kind == next.Kind ? before.Name == next.Name || mixes || next.Kind == Device : mixes && before.Kind != Hole && next.Kind != Hole);

    private static Segment Join(Segment before, Segment next)
    {
        bool sameKind = before.Kind == next.Kind;
        string name = before.Name == next.Name ? next.Name : sameKind ? $"{next.Kind.TrimEnd('s')}s" : "RAM, devices";
        return new Segment(name, sameKind ? next.Kind : "other", [.. before.Parts, .. next.Parts]);
    }
}
