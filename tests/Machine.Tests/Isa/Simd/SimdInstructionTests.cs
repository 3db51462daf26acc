using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.RegularExpressions;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Interpreter;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Groups.Simd;
using GdbHost.Machine.Tests.Isa.Fp;
using Xunit;

namespace GdbHost.Machine.Tests.Isa.Simd;

/// <summary>
/// Whole Advanced SIMD instructions in the interpreter, and which words are UNDEFINED, against an oracle: qemu-aarch64, whose
/// version the first line of tests/Vectors/a64/simd-instructions.txt names.
/// </summary>
public sealed unsafe partial class SimdInstructionTests : IDisposable
{
    private const string File = "simd-instructions.txt";
    private const ulong PageAddress = 0x1000_0000;
    private const int PageBytes = 4096;

    private static readonly Row[] SimdRows =
    [
        .. SimdThreeSame.Rows, .. SimdThreeDifferent.Rows, .. SimdTwoRegisterMisc.Rows, .. SimdAcrossLanes.Rows,
        .. SimdByElement.Rows, .. SimdShiftImmediate.Rows, .. SimdScalarShiftImmediate.Rows, .. SimdModifiedImmediate.Rows,
        .. SimdCopy.Rows, .. SimdPermute.Rows, .. SimdLoadStoreMultiple.Rows, .. SimdLoadStoreSingle.Rows,
        .. CryptoAes.Rows, .. CryptoSha.Rows,
    ];

    private readonly CpuState* _state = (CpuState*)NativeMemory.AlignedAlloc((nuint)sizeof(CpuState), 64);
    private readonly FastTlbEntry* _tlb =
        (FastTlbEntry*)NativeMemory.AllocZeroed(CpuState.FastTlbEntries, (nuint)sizeof(FastTlbEntry));

    private readonly byte* _page = (byte*)NativeMemory.AlignedAlloc(PageBytes, PageBytes);
    private readonly Decoder _decoder = new();

    public SimdInstructionTests()
    {
        _tlb[(PageAddress >> 12) % CpuState.FastTlbEntries] = new FastTlbEntry
        {
            ReadTag = PageAddress,
            WriteTag = PageAddress,
            Addend = (ulong)_page - PageAddress,
        };
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_state);
        NativeMemory.Free(_tlb);
        NativeMemory.AlignedFree(_page);
    }

    [Fact]
    public void Instruction_on_vector_registers_changes_what_the_oracle_changes() =>
        VectorFiles.AssertAll([.. VectorFiles.Read(File).Where(static line => !IsUndefined(line))], Difference);

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
    private string? Difference(string line)
    {
        string[] parts = line.Split(';', StringSplitOptions.TrimEntries);
        *_state = default;
        _state->FastTlb = _tlb;
        new Span<byte>(_page, PageBytes).Clear();
        ulong run = Apply(parts[1]);
        CpuState before = *_state;
        byte[] memory = new Span<byte>(_page, PageBytes).ToArray();
        if (!Execute(Word(line)))
        {
            return line + "   ours: UNDEFINED";
        }

        string ours = Changes(in before, memory, run);
        return ours == parts[2] ? null : $"{line}   ours: {ours} ({_decoder.Find(Word(line))!.Name})";
    }

    private Routine? Decode(uint word, out Instruction i)
    {
        i = default;
        return _decoder.Decode(word, ref i, out bool _);
    }

    private bool Execute(uint word)
    {
        if (Decode(word, out Instruction i) is not { } routine)
        {
            return false;
        }

        var handler = (delegate*<InterpreterEngine*, Instruction*, Flow>)BlockCache.HandlerOf(routine);
        return handler((InterpreterEngine*)_state, &i) == Flow.Next;
    }

    // Gives the offset in the page of the memory that is listed.
    private ulong Apply(string before)
    {
        ulong run = 0;
        foreach (Match match in Place().Matches(before))
        {
            string value = match.Groups["value"].Value;
            int number = match.Groups["number"].Length == 0 ? 0 : int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
            switch (match.Groups["bank"].Value)
            {
                case "x":
                    _state->X[number] = VectorFiles.Hex(value);
                    run = _state->X[number] - PageAddress < PageBytes ? _state->X[number] - PageAddress : run;
                    break;
                case "v":
                    string[] halves = value.Split('_');
                    _state->Vector(number) = Vector128.Create(VectorFiles.Hex(halves[1]), VectorFiles.Hex(halves[0])).AsByte();
                    break;
                case "fpsr":
                    _state->Fp.Fpsr = (uint)VectorFiles.Hex(value);
                    break;
                default:
                    Convert.FromHexString(value).CopyTo(new Span<byte>(_page + run, PageBytes - (int)run));
                    break;
            }
        }

        return run;
    }

    private string Changes(in CpuState before, byte[] memory, ulong run)
    {
        List<string> changes = [];
        for (int n = 0; n < Slots.Zero; n++)
        {
            if (_state->X[n] != before.X[n])
            {
                changes.Add(string.Create(CultureInfo.InvariantCulture, $"x{n}={_state->X[n]:x}"));
            }
        }

        for (int n = 0; n < 64; n += 2)
        {
            if (_state->V[n] != before.V[n] || _state->V[n + 1] != before.V[n + 1])
            {
                changes.Add(string.Create(CultureInfo.InvariantCulture, $"v{n / 2}={_state->V[n + 1]:x}_{_state->V[n]:x}"));
            }
        }

        if (_state->Fp.Fpsr != before.Fp.Fpsr)
        {
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"fpsr={_state->Fp.Fpsr:x}"));
        }

        Span<byte> page = new(_page, PageBytes);
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
