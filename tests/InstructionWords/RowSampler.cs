using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Isa;

namespace GdbHost.InstructionWords;

/// <summary>
/// Makes words of a row: every combination of its small fields, with register 31 and equal registers more often than
/// chance would have them. The same row always gives the same words.
/// </summary>
internal static class RowSampler
{
    private const int SmallField = 3;
    private const int RegisterField = 5;

    /// <summary>
    /// Between <paramref name="least"/> and <paramref name="most"/> words that <paramref name="isGood"/>, more where small
    /// fields have more combinations; and some that are not.
    /// </summary>
    public static IReadOnlyList<uint> Words(Row row, int least, int most, Func<uint, bool> isGood)
    {
        EncodingPattern pattern = EncodingPattern.Parse(row.Pattern);
        if (pattern.Fields.Count == 0)
        {
            return [pattern.Value];
        }

        RandomBits random = RandomBits.From(row.Pattern);
        PatternField[] small = [.. pattern.Fields.Where(static f => Width(f) <= SmallField)];
        int combinations = 1 << Math.Min(small.Sum(Width), 16);
        int count = Math.Clamp(combinations * 2, least, most);
        uint start = random.Below((uint)combinations);

        // An odd step visits every combination, and different ones early.
        uint step = (random.Below((uint)combinations) * 2) + 1;
        List<uint> words = [];
        int good = 0;
        for (int k = 0; good < count && k < Math.Max(count * 16, 4096); k++)
        {
            uint word = Fill(pattern, small, (start + ((uint)k * step)) & (uint)(combinations - 1), random);
            bool wanted = isGood(word);
            if (pattern.Matches(word) && (wanted || words.Count - good < count / 4))
            {
                words.Add(word);
                good += wanted ? 1 : 0;
            }
        }

        return words;
    }

    public static int Width(PatternField field) => field.Hi - field.Lo + 1;

    private static uint Fill(EncodingPattern pattern, PatternField[] small, uint combination, RandomBits random)
    {
        uint word = pattern.Value;
        uint first = random.Below(32);
        uint last = first;
        bool isFirst = true;
        foreach (PatternField field in pattern.Fields)
        {
            uint value;
            if (small.Contains(field))
            {
                value = combination & ((1u << Width(field)) - 1);
                combination >>= Width(field);
            }
            else if (Width(field) == RegisterField)
            {
                value = random.Below(8) switch { 0 => 31, 1 => last, 2 => first, _ => random.Below(32) };
                last = value;
                first = isFirst ? value : first;
                isFirst = false;
            }
            else
            {
                value = Edge(Width(field), random);
            }

            word |= value << field.Lo;
        }

        return word;
    }

    private static uint Edge(int width, RandomBits random)
    {
        uint all = (1u << width) - 1;
        return random.Below(8) switch
        {
            0 => 0,
            1 => all,
            2 => 1u << (width - 1),
            3 => random.Below(4),
            _ => (uint)random.Next() & all,
        };
    }
}
