using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.Intrinsics;
using System.Text.RegularExpressions;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Groups.FloatingPoint;
using Xunit;

namespace GdbHost.Machine.Tests.Isa.Fp;

/// <summary>
/// Whole floating-point instructions on either engine against two oracles: the GNU assembler for the encodings and
/// qemu-aarch64 for what they do; the first line of tests/Vectors/a64/fp-instructions.txt names both versions.
/// </summary>
public sealed unsafe partial class FpInstructionTests
{
    private static readonly Row[] FpRows =
    [
        .. FpDataProcessing.Rows, .. FpComparisons.Rows, .. FpConversions.Rows, .. SimdFpThreeSame.Rows,
        .. SimdFpTwoRegisterMisc.Rows, .. SimdFpByElement.Rows, .. SimdFpReduce.Rows, .. SimdFpImmediate.Rows,
    ];

    private readonly Decoder _decoder = new();

    [Theory]
    [InlineData(Engine.Interpreter)]
    [InlineData(Engine.Translator)]
    public void Instruction_on_vector_registers_changes_what_the_oracle_changes(Engine engine)
    {
        using WordRunner runner = new(engine);
        VectorFiles.AssertAll(VectorFiles.Read("fp-instructions.txt"), line => Difference(runner, line));
        Assert.Equal(engine == Engine.Translator, runner.IsTranslating);
    }

    [Fact]
    public void Every_floating_point_row_has_a_vector()
    {
        HashSet<Row?> met = [.. VectorFiles.Read("fp-instructions.txt").Select(line => _decoder.Find(Word(line.Split(" ; ")[1])))];
        Assert.Empty(FpRows.Where(row => !met.Contains(row)).Select(static row => row.Name));
    }

    [Fact]
    public void Word_of_the_scalar_space_is_undefined_where_it_is_for_the_oracle() =>
        VectorFiles.AssertAll(
            [.. VectorFiles.Read("fp-allocated.txt").Where(static line => IsScalar(Word(line)))],
            line => Decodes(Word(line)) == line.EndsWith('a') ? null : line);

    [Fact]
    public void Word_of_the_vector_space_does_not_decode_where_it_is_undefined_for_the_oracle() =>
        VectorFiles.AssertAll(
            [.. VectorFiles.Read("fp-allocated.txt").Where(static line => !IsScalar(Word(line)) && line.EndsWith('u'))],
            line => Decodes(Word(line)) ? line : null);

    // Data Processing -- Scalar Floating-Point: bit 30 clear, bits 28:25 set.
    private static bool IsScalar(uint word) => (word & 0x5E00_0000) == 0x1E00_0000;

    private static uint Word(string fields) => (uint)VectorFiles.Hex(fields.Split(' ')[0]);

    // instruction ; word control nzcv ; registers before ; changes
    private static string? Difference(WordRunner runner, string line)
    {
        string[] parts = line.Split(';', StringSplitOptions.TrimEntries);
        string[] start = parts[1].Split(' ');
        uint control = (uint)VectorFiles.Hex(start[1]);
        CpuState* state = runner.State;
        runner.Reset();
        state->Fp.Fpcr = (control & 0x1F) << 22;
        state->Fp.Fpsr = (control & 0x20) >> 1;
        state->Nzcv = (uint)VectorFiles.Hex(start[2]) << 28;
        Apply(state, parts[2]);
        CpuState before = *state;
        if (!runner.Execute(Word(parts[1])))
        {
            return line + "   ours: UNDEFINED";
        }

        string ours = Changes(state, in before);
        return ours == parts[3] ? null : $"{line}   ours: {ours}";
    }

    private bool Decodes(uint word)
    {
        Instruction i = default;
        return _decoder.Decode(word, ref i, out bool _) is not null;
    }

    private static void Apply(CpuState* state, string registers)
    {
        foreach (Match match in RegisterValue().Matches(registers))
        {
            int number = int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
            ulong first = VectorFiles.Hex(match.Groups["first"].Value);
            if (match.Groups["bank"].Value == "x")
            {
                state->X[number] = first;
            }
            else
            {
                state->Vector(number) = Vector128.Create(VectorFiles.Hex(match.Groups["low"].Value), first).AsByte();
            }
        }
    }

    private static string Changes(CpuState* state, in CpuState before)
    {
        List<string> changes = [];
        for (int n = 0; n < Slots.Zero; n++)
        {
            if (state->X[n] != before.X[n])
            {
                changes.Add(string.Create(CultureInfo.InvariantCulture, $"x{n}={state->X[n]:x}"));
            }
        }

        for (int n = 0; n < 64; n += 2)
        {
            if (state->V[n] != before.V[n] || state->V[n + 1] != before.V[n + 1])
            {
                changes.Add(string.Create(CultureInfo.InvariantCulture, $"v{n / 2}={state->V[n + 1]:x}_{state->V[n]:x}"));
            }
        }

        if (state->Nzcv != before.Nzcv)
        {
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"nzcv={state->Nzcv >> 28:x}"));
        }

        if (state->Fp.Fpsr != before.Fp.Fpsr)
        {
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"fpsr={state->Fp.Fpsr:x}"));
        }

        return string.Join(' ', changes);
    }

    [GeneratedRegex("(?<bank>[xv])(?<number>[0-9]+)=(?<first>[0-9a-f]+)(_(?<low>[0-9a-f]+))?")]
    private static partial Regex RegisterValue();
}
