using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.InstructionWords;
using GdbHost.Lockstep;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Groups;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>Random programs on our core and on qemu-aarch64, all registers and memory compared after every block. The oracle: qemu-aarch64.</summary>
public sealed class LockstepTests
{
    private const ulong Seed = 20_240_501;

    /// <summary>About half a minute; scripts/lockstep.sh runs for as long as one likes.</summary>
    private const int Programs = 800;

    public static TheoryData<string> OurEngines() => [.. Engines.All.Keys];

    [RequiresTheory(Need.CrossCompiler, Need.UserEmulator)]
    [MemberData(nameof(OurEngines))]
    public void Random_programs_run_as_on_the_oracle(string engine)
    {
        using Comparison comparison = new(Engines.All[engine]);

        Difference? difference = comparison.Run(Enumerable.Range(0, Programs).Select(static n => ProgramGenerator.Make(Seed, n)));

        Assert.True(difference is null, difference is null ? "" : $"scripts/lockstep.sh again {Seed} {difference.Program.Number} {engine}\n{Report.Of(difference)}");
        Assert.True(comparison.Instructions > 50_000_000, $"only {comparison.Instructions} instructions");
    }

    [Fact]
    public void Programs_have_words_of_every_row_that_a_process_can_run()
    {
        Decoder decoder = new();
        HashSet<Row?> met = [.. Enumerable.Range(0, Programs).SelectMany(static n => ProgramGenerator.Make(Seed, n).Words).Distinct().Select(decoder.Find)];

        string[] not = ["HLT", "ERET", .. UserMode.NotRun.Keys];
        Assert.Empty(from row in All.Rows where !met.Contains(row) && !not.Contains(row.Name) select row.Name);
    }

    [Fact]
    public void The_same_seed_and_number_give_the_same_program()
    {
        TestProgram first = ProgramGenerator.Make(Seed, 7);
        TestProgram second = ProgramGenerator.Make(Seed, 7);
        TestProgram other = ProgramGenerator.Make(Seed, 8);

        Assert.Equal(first.Words, second.Words);
        Assert.Equal(first.Data, second.Data);
        Assert.True(first.Start.Same(second.Start));
        Assert.NotEqual(first.Words, other.Words);
    }

    [RequiresFact(Need.CrossCompiler, Need.UserEmulator)]
    public void A_difference_is_found_and_shrunk_to_the_instruction_that_makes_it()
    {
        // The oracle lets EL0 read the virtual counter, and our core has not been told to.
        const uint MrsX0Cntvct = 0xd53b_e040;
        TestProgram good = ProgramGenerator.Make(Seed, 1);
        WordGroup planted = good.Groups.First(g => g.Start > good.Blocks[2]);
        uint[] words = [.. good.Words];
        Array.Fill(words, A64.Nop, planted.Start, planted.Count);
        words[planted.Start] = MrsX0Cntvct;
        TestProgram bad = new()
        {
            Words = words, Blocks = good.Blocks, Groups = good.Groups, Start = good.Start, Data = good.Data,
        };
        using Comparison comparison = new(Engines.Interpreter);

        Difference? found = comparison.Run([ProgramGenerator.Make(Seed, 0), bad]);
        Assert.NotNull(found);
        Assert.Equal(2, found.Block);

        Difference shrunk = Shrinker.Shrink(comparison, found);
        int rest = shrunk.Program.Words[shrunk.Program.Blocks[0]..].Count(static word => word is not (A64.Nop or A64.Undefined));
        string address = (Layout.Code + (4 * (ulong)planted.Start)).ToString("x", CultureInfo.InvariantCulture);
        Assert.Contains($"{address} {MrsX0Cntvct:x8}", Report.Of(shrunk), StringComparison.Ordinal);
        Assert.True(rest <= 5, $"{rest} instructions are left:\n{Report.Of(shrunk)}");
    }
}
