using System.Collections.Generic;
using GdbHost.Machine.Isa.Groups;

namespace GdbHost.Machine.Isa;

/// <summary>
/// Finds the row of a word. Words are sorted by their top eleven bits; the short list of rows for one such value is
/// made when it is first met. All rows are read when the first word is met: a debugger need not wait for it.
/// </summary>
internal sealed class Decoder
{
    private const int IndexBits = 11;
    private const int IndexShift = 32 - IndexBits;
    private const uint IndexMask = uint.MaxValue << IndexShift;

    private readonly Entry[]?[] _byTopBits = new Entry[]?[1 << IndexBits];
    private Entry[]? _all;

    /// <summary>
    /// Decodes a word into <paramref name="i"/>. Gives the routine, or null where the word is UNDEFINED.
    /// <paramref name="endsBlock"/> says whether the block ends with it.
    /// </summary>
    public Routine? Decode(uint word, ref Instruction i, out bool endsBlock)
    {
        i = new Instruction { Word = word };
        Row? row = Find(word);
        Routine? routine = row?.Decode(new A64Word(word), ref i);
        endsBlock = routine is null || row!.EndsBlock;
        return routine;
    }

    /// <summary>The row a word belongs to, or null where none does.</summary>
    public Row? Find(uint word)
    {
        foreach (Entry entry in Bucket(word >> IndexShift))
        {
            if (entry.Pattern.Matches(word))
            {
                return entry.Row;
            }
        }

        return null;
    }

    private Entry[] Bucket(uint top)
    {
        Entry[]? bucket = _byTopBits[top];
        if (bucket is null)
        {
            List<Entry> found = [];
            foreach (Entry entry in _all ??= ReadRows())
            {
                uint fixedHere = entry.Pattern.Mask & IndexMask;
                if (((top << IndexShift) & fixedHere) == (entry.Pattern.Value & IndexMask))
                {
                    found.Add(entry);
                }
            }

            bucket = [.. found];
            _byTopBits[top] = bucket;
        }

        return bucket;
    }

    private static Entry[] ReadRows()
    {
        var entries = new Entry[All.Rows.Count];
        for (int k = 0; k < entries.Length; k++)
        {
            entries[k] = new Entry(EncodingPattern.Parse(All.Rows[k].Pattern), All.Rows[k]);
        }

        return entries;
    }

    private readonly record struct Entry(EncodingPattern Pattern, Row Row);
}
