using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.Intrinsics;
using System.Text.RegularExpressions;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Groups.Simd;
using GdbHost.Machine.Tests.Isa.Fp;
using Xunit;

namespace GdbHost.Machine.Tests.Isa.Simd;

/// <summary>
/// Whole Advanced SIMD instructions on either engine, and which words are UNDEFINED, against an oracle: qemu-aarch64, whose
/// version the first line of tests/Vectors/a64/simd-instructions.txt names.
/// </summary>
public sealed unsafe partial class SimdInstructionTests
{
    private const string File = "simd-instructions.txt";

    private static readonly Row[] SimdRows =
    [
        .. SimdThreeSame.Rows, .. SimdThreeDifferent.Rows, .. SimdTwoRegisterMisc.Rows, .. SimdAcrossLanes.Rows,
        .. SimdByElement.Rows, .. SimdShiftImmediate.Rows, .. SimdScalarShiftImmediate.Rows, .. SimdModifiedImmediate.Rows,
        .. SimdCopy.Rows, .. SimdPermute.Rows, .. SimdLoadStoreMultiple.Rows, .. SimdLoadStoreSingle.Rows,
        .. CryptoAes.Rows, .. CryptoSha.Rows,
    ];

    private readonly Decoder _decoder = new();

    [Theory]
    [InlineData(Engine.Interpreter)]
    [InlineData(Engine.Translator)]
    public void Instruction_on_vector_registers_changes_what_the_oracle_changes(Engine engine)
    {
        using WordRunner runner = new(engine);
        VectorFiles.AssertAll([.. VectorFiles.Read(File).Where(static line => !IsUndefined(line))], line => Difference(runner, line));
        Assert.Equal(engine == Engine.Translator, runner.IsTranslating);
    }

    [Fact]
    public void Word_does_not_decode_where_it_is_undefined_for_the_oracle() =>
        VectorFiles.AssertAll(
            [.. VectorFiles.Read(File).Where(IsUndefined)],
            line => Decode(Word(line), out Instruction _) is null ? null : line);

    [Fact]
    public void Every_integer_row_has_three_vectors()
    {
        Dictionary<Row, int> met = SimdRows.ToDictionary(static row => row, static _ => 0);
        foreach (string line in VectorFiles.Read(File).Where(static line => !IsUndefined(line)))
        {
            if (_decoder.Find(Word(line)) is { } row && met.TryGetValue(row, out int count))
            {
                met[row] = count + 1;
            }
        }

        Assert.Empty(met.Where(static pair => pair.Value < 3).Select(static pair => $"{pair.Key.Name}: {pair.Value}"));
    }

    private static bool IsUndefined(string line) => line.EndsWith("undefined", StringComparison.Ordinal);

    private static uint Word(string line) => (uint)VectorFiles.Hex(line[..8]);

    // word ; before ; changes
    private static string? Difference(WordRunner runner, string line)
    {
        string[] parts = line.Split(';', StringSplitOptions.TrimEntries);
        runner.Reset();
        ulong run = Apply(runner, parts[1]);
        CpuState before = *runner.State;
        byte[] memory = runner.Page.ToArray();
        if (!runner.Execute(Word(line)))
        {
            return line + "   ours: UNDEFINED";
        }

        string ours = Changes(runner, in before, memory, run);
        return ours == parts[2] ? null : $"{line}   ours: {ours} ({runner.Decoder.Find(Word(line))!.Name})";
    }

    private Routine? Decode(uint word, out Instruction i)
    {
        i = default;
        return _decoder.Decode(word, ref i, out bool _);
    }

    // Gives the offset in the page of the memory that is listed.
    private static ulong Apply(WordRunner runner, string before)
    {
        CpuState* state = runner.State;
        ulong run = 0;
        foreach (Match match in Place().Matches(before))
        {
            string value = match.Groups["value"].Value;
            int number = match.Groups["number"].Length == 0 ? 0 : int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
            switch (match.Groups["bank"].Value)
            {
                case "x":
                    state->X[number] = VectorFiles.Hex(value);
                    run = state->X[number] - WordRunner.PageAddress < WordRunner.PageBytes ? state->X[number] - WordRunner.PageAddress : run;
                    break;
                case "v":
                    string[] halves = value.Split('_');
                    state->Vector(number) = Vector128.Create(VectorFiles.Hex(halves[1]), VectorFiles.Hex(halves[0])).AsByte();
                    break;
                case "fpsr":
                    state->Fp.Fpsr = (uint)VectorFiles.Hex(value);
                    break;
                default:
                    Convert.FromHexString(value).CopyTo(runner.Page[(int)run..]);
                    break;
            }
        }

        return run;
    }

    private static string Changes(WordRunner runner, in CpuState before, byte[] memory, ulong run)
    {
        CpuState* state = runner.State;
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

        if (state->Fp.Fpsr != before.Fp.Fpsr)
        {
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"fpsr={state->Fp.Fpsr:x}"));
        }

        Span<byte> page = runner.Page;
        Span<byte> listed = page.Slice((int)run, 64);
        if (!listed.SequenceEqual(memory.AsSpan((int)run, 64)))
        {
            changes.Add("m=" + Convert.ToHexStringLower(listed));
            memory.AsSpan((int)run, 64).CopyTo(listed);
        }

        if (!page.SequenceEqual(memory))
        {
            changes.Add("memory elsewhere");
        }

        return string.Join(' ', changes);
    }

    [GeneratedRegex("(?<bank>x|v|fpsr|m)(?<number>[0-9]*)=(?<value>[0-9a-f_]+)")]
    private static partial Regex Place();
}
