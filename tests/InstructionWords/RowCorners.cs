using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;

namespace GdbHost.InstructionWords;

/// <summary>A property of a word of a row that some vector must have.</summary>
/// <param name="Name">The property: <c>Rn=31</c>.</param>
/// <param name="Holds">Whether a word has it.</param>
/// <param name="Make">Gives it to a word.</param>
internal sealed record Corner(string Name, Func<uint, bool> Holds, Func<uint, uint> Make);

/// <summary>
/// The corners of each row: register 31 in each place, equal registers, every condition code, all values of small fields, the
/// ends of immediates and shift amounts.
/// </summary>
internal static class RowCorners
{
    private const int RegisterWidth = 5;
    private const int AllValuesWidth = 4;
    private const int Register = 31;
    private const int Tries = 2000;

    /// <summary>
    /// Corners that no vector can have, by row and corner: a branch to itself does not end, and a literal
    /// must lie in the window.
    /// </summary>
    private static readonly (string Row, string Corner)[] OutOfReach =
    [
        ("LDR (literal", "imm19="), ("LDRSW (literal)", "imm19="), ("PRFM (literal)", "imm19="),
        ("B", "imm26=0"), ("BL", "imm26=0"), ("B.cond", "imm19=0"), ("CBZ", "imm19=0"), ("CBNZ", "imm19=0"), ("TBZ", "imm14=0"), ("TBNZ", "imm14=0"),
    ];

    public static IEnumerable<Corner> Of(Row row)
    {
        IReadOnlyList<PatternField> fields = EncodingPattern.Parse(row.Pattern).Fields;
        PatternField[] registers = [.. fields.Where(static f => f.Name[0] == 'R' && RowSampler.Width(f) == RegisterWidth)];
        return registers.Select(static f => Value(f, Register))
            .Concat(registers.SelectMany((f, k) => registers.Skip(k + 1).Select(other => Equal([f, other]))))
            .Concat(registers.Length > 2 ? [Equal(registers)] : [])
            .Concat(fields.Where(static f => f.Name[0] != 'R').SelectMany(Values))
            .Where(corner => !OutOfReach.Any(o => row.Name.StartsWith(o.Row, StringComparison.Ordinal) && IsNamed(corner, o.Corner)));
    }

    /// <summary>A valid word of the row that has the corner, or null where there is none.</summary>
    public static uint? Find(Row row, Corner corner, Func<uint, bool> isGood)
    {
        EncodingPattern pattern = EncodingPattern.Parse(row.Pattern);
        RandomBits random = RandomBits.From(row.Pattern + corner.Name);
        for (int k = 0; k < Tries; k++)
        {
            uint word = corner.Make(((uint)random.Next() & ~pattern.Mask) | pattern.Value);
            if (pattern.Matches(word) && isGood(word))
            {
                return word;
            }
        }

        return null;
    }

    private static bool IsNamed(Corner corner, string name) => name.EndsWith('=') ? corner.Name.StartsWith(name, StringComparison.Ordinal) : corner.Name == name;

    private static IEnumerable<Corner> Values(PatternField field)
    {
        int width = RowSampler.Width(field);
        uint last = uint.MaxValue >> (32 - width);
        return width <= AllValuesWidth ? Enumerable.Range(0, (int)last + 1).Select(v => Value(field, (uint)v)) : [Value(field, 0), Value(field, last)];
    }

    private static Corner Value(PatternField field, uint value) => new(
        $"{field.Name}={value}",
        word => word.Field(field.Hi, field.Lo) == value,
        word => word.WithField(field.Hi, field.Lo, value));

    private static Corner Equal(PatternField[] fields) => new(
        string.Join('=', fields.Select(static f => f.Name)),
        word => fields.All(f => word.Field(f.Hi, f.Lo) == word.Field(fields[0].Hi, fields[0].Lo)),
        word => fields.Aggregate(word, (w, f) => w.WithField(f.Hi, f.Lo, word.Field(fields[0].Hi, fields[0].Lo))));
}
