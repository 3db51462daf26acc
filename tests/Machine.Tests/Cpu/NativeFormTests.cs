using System;
using System.Linq;
using GdbHost.InstructionWords;
using GdbHost.Machine.Cpu.Translate;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Groups;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>Which instructions the translator hands to the interpreter: a list kept by hand, so that none joins it unseen.</summary>
public sealed class NativeFormTests : IDisposable
{
    private static readonly string[] GeneralClasses = ["load-store", "immediate", "register"];

    private readonly IrBuilder _unit = new();
    private readonly Decoder _decoder = new();

    public void Dispose() => _unit.Dispose();

    [Fact]
    public void Floating_point_and_SIMD_rows_are_native_but_for_these()
    {
        string[] expected = [.. InterpretedRows.All.Order(StringComparer.Ordinal)];
        string[] found =
        [
            .. All.Rows.Where(static row => EncodingClass.Named("simd-fp").Holds(EncodingPattern.Parse(row.Pattern).Value) || IsVectorAccess(row))
                .Select(row => (row.Name, Share: InterpretedWords(row))).Where(static row => row.Share != 0)
                .Select(static row => row.Share == 1 ? row.Name : row.Name + ": some").Order(StringComparer.Ordinal),
        ];
        Assert.True(
            expected.SequenceEqual(found),
            $"not in the list: {string.Join('\n', found.Except(expected))}\nin the list, but native: {string.Join('\n', expected.Except(found))}");
    }

    [Fact]
    public void Loads_stores_and_data_processing_of_general_registers_are_native_but_for_these()
    {
        string[] found =
        [
            .. from name in GeneralClasses
               from row in All.Rows
               where EncodingClass.Named(name).Holds(EncodingPattern.Parse(row.Pattern).Value) && InterpretedWords(row) != 0
               orderby row.Name
               select row.Name,
        ];
        string[] expected = HostProcessor.HasCarrylessMultiply ? [] : ["CRC32B", "CRC32H", "CRC32W", "CRC32X"];
        Assert.True(expected.SequenceEqual(found), string.Join(", ", found));
    }

    private static bool IsVectorAccess(Row row) => EncodingClass.Named("load-store").Holds(EncodingPattern.Parse(row.Pattern).Value)
        && row.Pattern.Contains("size:2 Rn:5 Rt:5", StringComparison.Ordinal);

    /// <summary>The share of a row's words that are given up.</summary>
    private double InterpretedWords(Row row)
    {
        bool[] given = [.. RowSampler.Words(row, 8, 256, IsAllocated).Where(IsAllocated).Select(IsGivenUp)];
        Assert.NotEmpty(given);
        return given.Count(static up => up) / (double)given.Length;
    }

    private bool IsAllocated(uint word)
    {
        Instruction i = default;
        return _decoder.Decode(word, ref i, out bool _) is not null;
    }

    private unsafe bool IsGivenUp(uint word)
    {
        Instruction i = default;
        Routine routine = _decoder.Decode(word, ref i, out bool _)!;
        _unit.Begin();
        _unit.StartInstruction(0, 0);
        TranslatorEngine engine = new(_unit);
        routine.Translated(ref engine, in i);
        return _unit.Unsupported;
    }
}
