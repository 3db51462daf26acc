using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using GdbHost.InstructionWords;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Groups;
using Xunit;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>The instruction tables agree with themselves. Witness: DDI 0487, where a word has one meaning and a field one place.</summary>
public sealed class EncodingTableTests
{
    private static readonly (Row Row, EncodingPattern Pattern)[] Table =
        [.. All.Rows.Select(static row => (row, EncodingPattern.Parse(row.Pattern)))];

    /// <summary>Fields whose name the manual gives to another place in other classes; their rows read the bits themselves.</summary>
    private static readonly HashSet<(string Name, int Hi, int Lo)> ReadElsewhere =
    [
        ("cond", 3, 0), // B.cond; the select and compare classes have it in 15:12
        ("L", 22, 22), // load/store pair; by-element classes have it in 21
        ("sz", 30, 30), // load/store exclusive pair; SIMD has it in 22
        ("Rm", 19, 16), // by-element classes with M beside it
        ("size", 11, 10), // Advanced SIMD structures
        ("scale", 15, 14), // Advanced SIMD structures
    ];

    [Fact]
    public void Word_matches_at_most_one_row()
    {
        List<string> overlaps = [];
        for (int a = 0; a < Table.Length; a++)
        {
            for (int b = a + 1; b < Table.Length; b++)
            {
                if (CommonWord(Table[a].Pattern, Table[b].Pattern) is uint word)
                {
                    overlaps.Add($"{word:x8}: {Table[a].Row.Name} and {Table[b].Row.Name}");
                }
            }
        }

        Assert.Empty(overlaps);
    }

    [Fact]
    public void Random_word_has_the_one_row_that_the_decoder_finds_or_none()
    {
        const int Words = 2_000_000;
        Decoder decoder = new();
        RandomBits random = new(1);
        for (int n = 0; n < Words; n++)
        {
            uint word = (uint)random.Next();
            Assert.Same(OnlyRow(word), decoder.Find(word));
        }
    }

    [Fact]
    public void Decoder_finds_the_row_that_a_word_was_made_from()
    {
        Decoder decoder = new();
        Assert.Empty(from entry in Table
                     from word in RowSampler.Words(entry.Row, 16, 64, static _ => true)
                     where !ReferenceEquals(decoder.Find(word), entry.Row)
                     select $"{word:x8}: {entry.Row.Name}, found {decoder.Find(word)?.Name}");
    }

    [Fact]
    public void Every_row_has_words_that_decode()
    {
        Decoder decoder = new();
        Assert.Empty(from entry in Table
                     where !RowSampler.Words(entry.Row, 16, 256, word => Decodes(decoder, word)).Any(word => Decodes(decoder, word))
                     select entry.Row.Name);
    }

    [Fact]
    public void Field_of_a_pattern_is_where_the_property_of_its_name_reads()
    {
        string[] wrong = [.. (from entry in Table
                      from field in entry.Pattern.Fields
                      let properties = PropertiesFor(field.Name)
                      where properties.Length != 0 && !ReadElsewhere.Contains((field.Name, field.Hi, field.Lo))
                      where !properties.Any(property => Reads(property, field))
                      select $"{field.Name} at {field.Hi}:{field.Lo}").Distinct()];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Branch_and_exception_end_their_block()
    {
        string[] flowOn = ["CLREX", "DSB", "DMB", "MRS", "HINT", "NOP"];
        Assert.Empty(from row in EncodingClass.Named("branch").Rows
                     where !row.EndsBlock && !flowOn.Any(name => row.Name.StartsWith(name, StringComparison.Ordinal))
                     select row.Name);
    }

    private static Row? OnlyRow(uint word)
    {
        Row? found = null;
        foreach ((Row row, EncodingPattern pattern) in Table)
        {
            if (pattern.Matches(word))
            {
                Assert.True(found is null, $"{word:x8}: {found?.Name} and {row.Name}");
                found = row;
            }
        }

        return found;
    }

    private static bool Decodes(Decoder decoder, uint word)
    {
        Instruction i = default;
        return decoder.Decode(word, ref i, out bool _) is not null;
    }

    /// <summary>A word that both patterns match, or null.</summary>
    private static uint? CommonWord(EncodingPattern a, EncodingPattern b)
    {
        if (((a.Value ^ b.Value) & a.Mask & b.Mask) != 0)
        {
            return null;
        }

        // What is left to tell them apart is excluded values of small fields: random fillings find a word if there is one.
        const int Tries = 2000;
        RandomBits random = new(a.Value);
        uint value = a.Value | b.Value;
        uint mask = a.Mask | b.Mask;
        for (int k = 0; k < Tries; k++)
        {
            uint word = value | ((uint)random.Next() & ~mask);
            if (a.Matches(word) && b.Matches(word))
            {
                return word;
            }
        }

        return null;
    }

    private static PropertyInfo[] PropertiesFor(string field)
    {
        string[] names = [field, field + "Offset", "Vector" + field];
        return [.. typeof(A64Word).GetProperties().Where(p => names.Contains(p.Name, StringComparer.OrdinalIgnoreCase))];
    }

    /// <summary>The property depends on the bits of the field and on no other.</summary>
    private static bool Reads(PropertyInfo property, PatternField field)
    {
        object? zero = property.GetValue(new A64Word(0));
        for (int bit = 0; bit < 32; bit++)
        {
            bool depends = !Equals(property.GetValue(new A64Word(1u << bit)), zero);
            if (depends != (bit <= field.Hi && bit >= field.Lo))
            {
                return false;
            }
        }

        return true;
    }
}
