using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.InstructionWords;
using GdbHost.Machine.Isa;
using Xunit;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>
/// Random words and blocks on both engines from the same state. Witness: the interpreter, which the vectors compare with qemu-aarch64; here it
/// is asked what no file could hold. A failure names its seed.
/// </summary>
public sealed class EngineDifferenceTests : IDisposable
{
    private const int ReportedDifferences = 10;

    private static readonly string[] BlockClasses = ["immediate", "register", "simd-fp", "simd-fp"];

    private readonly VectorMachine _interpreter = new(Engine.Interpreter);
    private readonly VectorMachine _translator = new(Engine.Translator);
    private readonly Decoder _decoder = new();

    public void Dispose()
    {
        _interpreter.Dispose();
        _translator.Dispose();
    }

    [Theory]
    [InlineData("immediate")]
    [InlineData("branch")]
    [InlineData("load-store")]
    [InlineData("register")]
    [InlineData("simd-fp")]
    public void Word_of_every_row_does_the_same_on_both_engines(string encodingClass)
    {
        const int States = 12;
        RandomBits random = RandomBits.From(encodingClass);
        OperandSetup setup = new(random);
        Check(
            from row in EncodingClass.Named(encodingClass).Rows
            where UserMode.Runs(row) && !UserMode.Picked.ContainsKey(row.Name)
            from sampled in RowSampler.Words(row, 8, 96, IsAllocated)
            let word = setup.Tame(sampled)
            where IsAllocated(word)
            from _ in Enumerable.Range(0, States)
            select (new[] { word }, random.Next(), (Dictionary<int, ulong>?)setup.For(word)));
    }

    [Fact]
    public void Block_of_data_processing_does_the_same_on_both_engines()
    {
        const int Blocks = 20_000;
        const int Longest = 12;
        RandomBits random = new(20);
        uint[] words =
        [
            .. from name in BlockClasses
               from row in EncodingClass.Named(name).Rows
               from word in RowSampler.Words(row, 4, 48, IsAllocated)
               where IsAllocated(word)
               select word,
        ];
        Check(
            from _ in Enumerable.Range(0, Blocks)
            let block = Enumerable.Range(0, 2 + (int)random.Below(Longest)).Select(_ => FewRegisters(words[random.Below((uint)words.Length)], random)).ToArray()
            where block.All(IsAllocated)
            select (block, random.Next(), (Dictionary<int, ulong>?)null));
    }

    [Fact]
    public void Flags_of_a_comparison_are_the_same_behind_it_whether_it_left_for_a_NaN_or_not()
    {
        const int States = 64;
        const uint Conditions = 14;
        const uint CompareDoubles = 0x1e61_2000;
        const uint CompareSingles = 0x1e21_2000;
        const uint SetIfNot = 0x9a9f_07e0;
        const uint AddSettingFlags = 0xab03_0041;
        const int ConditionField = 12;
        RandomBits random = new(3);
        Check(
            from compare in new[] { CompareDoubles, CompareSingles }
            from condition in Enumerable.Range(0, (int)Conditions)
            from _ in Enumerable.Range(0, States)
            select (new[] { compare, SetIfNot | ((uint)condition << ConditionField), AddSettingFlags }, random.Next(), (Dictionary<int, ulong>?)null));
    }

    /// <summary>The word with its lower three registers among the first four of theirs, so that instructions of a block depend on each other.</summary>
    private static uint FewRegisters(uint word, RandomBits random)
    {
        const uint UpperBits = (0b11100 << 5) | 0b11100;
        return random.OneIn(4) ? word : word & ~UpperBits;
    }

    private static string Text(uint[] words, ulong seed) =>
        string.Create(CultureInfo.InvariantCulture, $"{string.Join('+', words.Select(static w => w.ToString("x8", CultureInfo.InvariantCulture)))} seed {seed:x}");

    private bool IsAllocated(uint word)
    {
        Instruction i = default;
        return _decoder.Decode(word, ref i, out bool _) is not null;
    }

    private void Check(IEnumerable<(uint[] Words, ulong Seed, Dictionary<int, ulong>? Registers)> cases)
    {
        List<string> differences = [];
        int run = 0;
        foreach ((uint[] words, ulong seed, Dictionary<int, ulong>? registers) in cases)
        {
            VectorState before = SpecialValues.State(seed);
            foreach ((int register, ulong value) in registers ?? [])
            {
                before.Set(register == 31 ? $"sp={value:x}" : $"x{register}={value:x}");
            }

            string expected = _interpreter.Run(words, before);
            string ours = _translator.Run(words, before);
            if (ours != expected)
            {
                differences.Add($"{Text(words, seed)} ({string.Join(", ", words.Select(w => _decoder.Find(w)!.Name))}):\n  {expected}\n  {ours}");
            }

            run++;
        }

        Assert.True(_translator.IsTranslating);
        Assert.True(run > 100, "too few cases");
        Assert.True(differences.Count == 0, $"{differences.Count} of {run} differ\n{string.Join('\n', differences.Take(ReportedDifferences))}");
    }
}
