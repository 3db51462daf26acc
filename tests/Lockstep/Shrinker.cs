using System.Collections.Generic;

namespace GdbHost.Lockstep;

/// <summary>Makes the program of a difference smaller while it still shows one.</summary>
internal static class Shrinker
{
    /// <summary>The block alone, with as few of its groups as can be and, if it suffices, one round.</summary>
    public static Difference Shrink(Comparison comparison, Difference found)
    {
        Difference? alone = comparison.RunAlone(Alone(found));
        if (alone is null)
        {
            return found;
        }

        alone = Try(comparison, alone, alone.Program.Blocks[0], 1, OneRound);
        for (int size = 16; size > 0; size /= 2)
        {
            for (int k = alone.Program.Groups.Count - size; k >= 0; k -= size)
            {
                WordGroup first = alone.Program.Groups[k];
                WordGroup last = alone.Program.Groups[k + size - 1];
                alone = Try(comparison, alone, first.Start, last.Start + last.Count - first.Start, Erase);
            }
        }

        return alone;
    }

    private delegate void Change(uint[] words, (int Start, int Count) range);

    private static void OneRound(uint[] words, (int Start, int Count) range) => words[range.Start] = (words[range.Start] & ~0x1f_ffe0u) | (1 << 5);

    private static void Erase(uint[] words, (int Start, int Count) range) => System.Array.Fill(words, A64.Nop, range.Start, range.Count);

    private static Difference Try(Comparison comparison, Difference now, int start, int count, Change change)
    {
        uint[] words = [.. now.Program.Words];
        change(words, (start, count));
        TestProgram smaller = new()
        {
            Words = words,
            Blocks = now.Program.Blocks,
            Groups = now.Program.Groups,
            Start = now.Program.Start,
            Data = now.Program.Data,
        };
        return System.MemoryExtensions.SequenceEqual<uint>(words, now.Program.Words) ? now : comparison.RunAlone(smaller) ?? now;
    }

    private static TestProgram Alone(Difference found)
    {
        TestProgram program = found.Program;
        int first = program.Blocks[found.Block];
        int end = program.End(found.Block);
        List<WordGroup> groups = [];
        foreach (WordGroup group in program.Groups)
        {
            if (group.Start >= first && group.Start < end)
            {
                groups.Add(group);
            }
        }

        return new TestProgram
        {
            // Words of other blocks stay where they are, so that addresses do.
            Words = program.Words[..end],
            Blocks = [first],
            Groups = groups,
            Start = found.Before,
            Data = found.DataBefore,
        };
    }
}
