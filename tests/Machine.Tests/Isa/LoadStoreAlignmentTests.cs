using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.InstructionWords;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;
using Xunit;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>
/// What every load and store checks before it does anything. Witness: DDI 0487, SCTLR_EL1.A and SCTLR_EL1.SA0, and
/// "Alignment of data accesses". Structure loads and stores are in <see cref="Simd.SimdTrapTests"/>.
/// </summary>
public sealed class LoadStoreAlignmentTests
{
    private const uint BaseIsSp = 31u << 5;
    private const ulong Address = Arena.Window + 128;

    private readonly OperandSetup _setup = new(new RandomBits(1));

    [Theory]
    [InlineData(Engine.Interpreter)]
    [InlineData(Engine.Translator)]
    public void Load_or_store_from_a_misaligned_sp_faults_and_changes_nothing(Engine engine)
    {
        using VectorMachine machine = new(engine);
        machine.CheckAlignment(ofAccesses: false, ofStack: true);
        Assert.Empty(Failures(machine, BaseIsSp, static _ => Address, static word => IsPrefetch(word) ? "" : " sp"));
    }

    [Theory]
    [InlineData(Engine.Interpreter)]
    [InlineData(Engine.Translator)]
    public void Misaligned_element_faults_where_alignment_is_checked(Engine engine)
    {
        using VectorMachine machine = new(engine);
        machine.CheckAlignment(ofAccesses: true, ofStack: false);
        Assert.Empty(Failures(machine, 0, static word => Address + (Bytes(word) / 2), static word => IsPrefetch(word) || Bytes(word) == 1 ? "" : " bus"));
    }

    [Theory]
    [InlineData(Engine.Interpreter)]
    [InlineData(Engine.Translator)]
    public void Aligned_element_does_not_fault_where_alignment_is_checked_unless_it_is_half_an_exclusive_pair(Engine engine)
    {
        using VectorMachine machine = new(engine);
        machine.CheckAlignment(ofAccesses: true, ofStack: false);
        Assert.Empty(Failures(machine, 0, static word => Address + Bytes(word), static word => IsExclusivePair(word) ? " bus" : ""));
    }

    [Theory]
    [InlineData(Engine.Interpreter)]
    [InlineData(Engine.Translator)]
    public void Only_ordered_and_exclusive_accesses_must_be_aligned_where_alignment_is_not_checked(Engine engine)
    {
        using VectorMachine machine = new(engine);
        machine.CheckAlignment(ofAccesses: false, ofStack: false);
        Assert.Empty(Failures(machine, 0, static word => Address + (Bytes(word) / 2), static word => IsOrdered(word) && Bytes(word) > 1 ? " bus" : ""));
    }

    private static bool IsPrefetch(uint word) => (word & 0xffc0_0000) is 0xf980_0000 or 0xf880_0000;

    private static bool IsOrdered(uint word) => (word & 0x3f00_0000) == 0x0800_0000;

    private static bool IsExclusivePair(uint word) => IsOrdered(word) && word.Bit(21);

    private static bool IsStructure(uint word) => (word & 0xbe00_0000) == 0x0c00_0000;

    private static ulong Bytes(uint word) => 1UL << OperandSetup.Scale(word);

    /// <summary>Words of all rows with a base register, with bits set in them; a base and an index that are not one register.</summary>
    private static IEnumerable<uint> Words(uint alsoSet)
    {
        Decoder decoder = new();
        return from row in EncodingClass.Named("load-store").Rows
               where row.Pattern.Contains("Rn:5", StringComparison.Ordinal)
               from sampled in RowSampler.Words(row, 8, 64, static _ => true)
               let word = sampled | alsoSet
               let fields = new A64Word(word)
               where !IsStructure(word) && fields.Rm != fields.Rn && Decodes(decoder, word)
               select word;
    }

    private static bool Decodes(Decoder decoder, uint word)
    {
        Instruction i = default;
        return decoder.Decode(word, ref i, out bool _) is not null;
    }

    /// <summary>Executes every word on an address. The expectation is what comes first; nothing: that it is no exception.</summary>
    private List<string> Failures(VectorMachine machine, uint alsoSet, Func<uint, ulong> address, Func<uint, string> expected)
    {
        List<string> failures = [];
        int run = 0;
        foreach (uint word in Words(alsoSet))
        {
            VectorState before = VectorState.From(word);
            foreach ((int register, ulong value) in _setup.For(word, address(word)))
            {
                before.Set(register == 31 ? $"sp={value:x}" : $"x{register}={value:x}");
            }

            if (alsoSet == BaseIsSp)
            {
                before.Sp = Address + 8;
            }

            string ours = machine.Run([word], before);
            string wanted = expected(word);
            bool isException = ours.Split(' ') is [_, "bus" or "sp" or "segv" or "ill", ..];
            if (wanted.Length == 0 ? isException : ours != wanted)
            {
                failures.Add($"{word:x8}: {ours}, expected '{wanted}'");
            }

            run++;
        }

        Assert.InRange(run, 1000, int.MaxValue);
        return failures;
    }
}
