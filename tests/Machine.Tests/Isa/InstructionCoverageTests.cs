using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using GdbHost.InstructionWords;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Groups;
using GdbHost.Machine.Tests.Isa.Fp;
using Xunit;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>What the vectors cover, row by row and operation by operation. Witness: the instruction tables and the vector files.</summary>
public sealed class InstructionCoverageTests
{
    private const int LeastVectors = 12;
    private const uint Qc = 1u << 27;

    private static readonly Lazy<ILookup<Row, Vector>> Vectors = new(Read);

    /// <summary>Operations on integers, whose operands have no kinds of number.</summary>
    private static readonly string[] OfIntegers = ["scvtf", "ucvtf", "urecpe", "ursqrte"];

    [Fact]
    public void Every_row_has_at_least_twelve_vectors_that_are_not_UNDEFINED()
    {
        IEnumerable<Row> rows = All.Rows.Where(static row => UserMode.Runs(row) && !UserMode.Picked.ContainsKey(row.Name) && !UserMode.OfOtherLevels.Contains(row.Name));
        Assert.Empty(from row in rows
                     let count = Vectors.Value[row].Count(static v => !v.IsUndefined)
                     where count < LeastVectors && EncodingPattern.Parse(row.Pattern).Fields.Count > 1
                     select $"{row.Name}: {count}");
    }

    [Fact]
    public void Rows_without_that_many_are_the_picked_ones_and_those_of_other_levels()
    {
        Assert.All(UserMode.Picked, static picked => Assert.True(picked.Value.Length >= 4, picked.Key));
        Assert.Empty(UserMode.OfOtherLevels.Except(All.Rows.Select(static row => row.Name)));
        Assert.All(All.Rows.Where(static row => UserMode.OfOtherLevels.Contains(row.Name)), static row => Assert.NotEmpty(Vectors.Value[row]));
        Assert.All(UserMode.NotRun.Values, static reason => Assert.Contains(".c, ", reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_corner_of_every_row_has_a_vector()
    {
        Decoder decoder = new();
        bool IsValid(uint word)
        {
            Instruction i = default;
            return decoder.Decode(word, ref i, out bool _) is not null;
        }

        IEnumerable<Row> rows = All.Rows.Where(static row => UserMode.Runs(row) && !UserMode.Picked.ContainsKey(row.Name));
        Assert.Empty(from row in rows
                     from corner in RowCorners.Of(row)
                     where !Vectors.Value[row].Any(v => corner.Holds(v.Word)) && RowCorners.Find(row, corner, IsValid) is not null
                     select $"{row.Name}: {corner.Name}");
    }

    [Fact]
    public void Every_saturating_row_has_vectors_that_set_QC_and_vectors_that_do_not()
    {
        IEnumerable<Row> saturating = All.Rows.Where(static row => row.Name.StartsWith("SQ", StringComparison.Ordinal)
            || row.Name.StartsWith("UQ", StringComparison.Ordinal) || row.Name.StartsWith("SUQADD", StringComparison.Ordinal)
            || row.Name.StartsWith("USQADD", StringComparison.Ordinal));
        Assert.True(saturating.Count() > 40);
        Assert.Empty(from row in saturating
                     where !Vectors.Value[row].Any(static v => v.SetsQc) || Vectors.Value[row].All(static v => v.SetsQc)
                     select row.Name);
    }

    [Fact]
    public void Every_operation_meets_every_kind_of_number_in_every_place()
    {
        string[] kinds = ["+zero", "-zero", "denormal", "normal", "infinite", "quiet", "signaling"];
        Assert.Empty(from operation in Operations()
                     where !OfIntegers.Contains(operation.Key.Split('_')[0])
                     from place in Enumerable.Range(0, operation.First().Operands.Length)
                     let met = operation.Select(line => Kind(line.Operands[place], Width(operation.Key))).ToHashSet()
                     from kind in kinds
                     where !met.Contains(kind)
                     select $"{operation.Key}, operand {place}: no {kind}");
    }

    [Fact]
    public void Every_operation_meets_every_rounding_mode_and_every_bit_of_FPCR_and_a_flag_that_is_set_before()
    {
        Assert.Empty(from operation in Operations()
                     let controls = operation.Select(static line => line.Control).ToHashSet()
                     from wanted in new (uint Mask, uint Value)[] { (3, 0), (3, 1), (3, 2), (3, 3), (4, 4), (8, 8), (16, 16), (32, 32) }
                     where !controls.Any(c => (c & wanted.Mask) == wanted.Value)
                     select $"{operation.Key}: no control with {wanted.Value:x}");
    }

    private static IEnumerable<IGrouping<string, FpLine>> Operations() =>
        Directory.EnumerateFiles(Path.Combine(VectorFiles.Folder, "fp")).SelectMany(File.ReadLines).Where(static line => line[0] != '#')
            .Select(static line => line.Split(' ')).Select(static words => new FpLine(
                words[0], (uint)VectorFiles.Hex(words[1]), [.. words.Skip(2).TakeWhile(static w => w != "=").Select(VectorFiles.Hex)]))
            .GroupBy(static line => line.Name);

    /// <summary>Bits of an operand: of fcvt_d_s and fcvtzs_w_s_40 the s, of fadd_d the d.</summary>
    private static int Width(string operation)
    {
        string letters = string.Concat(operation.Split('_').Skip(1).Where(static part => part is "h" or "s" or "d"));
        return letters[^1] switch { 'h' => 16, 's' => 32, _ => 64 };
    }

    private static string Kind(ulong value, int width)
    {
        int fraction = width switch { 16 => 10, 32 => 23, _ => 52 };
        ulong ones = (1UL << (width - 1 - fraction)) - 1;
        ulong exponent = (value >> fraction) & ones;
        ulong rest = value & ((1UL << fraction) - 1);
        bool negative = (value >> (width - 1)) != 0;
        return exponent == 0 ? (rest != 0 ? "denormal" : negative ? "-zero" : "+zero")
            : exponent != ones ? "normal"
            : rest == 0 ? "infinite"
            : (rest >> (fraction - 1)) != 0 ? "quiet" : "signaling";
    }

    private static ILookup<Row, Vector> Read()
    {
        Decoder decoder = new();
        return Files().SelectMany(static file => File.ReadLines(file).Where(static line => line.Length > 0 && line[0] is not ('#' or '['))).SelectMany(Parse)
            .Select(v => (Row: decoder.Find(v.Word), Vector: v)).Where(static pair => pair.Row is not null)
            .ToLookup(static pair => pair.Row!, static pair => pair.Vector);
    }

    private static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(VectorFiles.Folder, "*instructions*.txt").Order(StringComparer.Ordinal);

    /// <summary>The words of a line of any of the three formats (tests/Vectors/README.md).</summary>
    private static IEnumerable<Vector> Parse(string line)
    {
        string[] sides = line.Split(" ->");
        if (sides.Length == 2)
        {
            string[] words = sides[0].Split(' ')[0].Split('+');
            bool undefined = sides[1].StartsWith(" ill", StringComparison.Ordinal);
            bool sets = SetsQc(sides[1]) && (VectorState.From(VectorFiles.Hex(sides[0].Split(' ')[1])).Fpsr & Qc) == 0;
            return words.Select(w => new Vector(Word(w), undefined && words.Length == 1, sets && words.Length == 1));
        }

        string[] parts = line.Split(" ; ");
        bool isListing = parts[0].Length != 8 || !parts[0].All(char.IsAsciiHexDigit);
        uint word = Word(parts[isListing ? 1 : 0].Split(' ')[0]);
        return [new Vector(word, parts[^1] == "undefined", SetsQc(parts[^1]) && !SetsQc(parts[^2]))];
    }

    private static bool SetsQc(string changes) =>
        changes.Split(' ').Any(static c => c.StartsWith("fpsr=", StringComparison.Ordinal) && (Word(c[5..]) & Qc) != 0);

    private static uint Word(string hex) => uint.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Vector(uint Word, bool IsUndefined, bool SetsQc);

    private sealed record FpLine(string Name, uint Control, ulong[] Operands);
}
