using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GdbHost.Machine.Isa;

namespace GdbHost.InstructionWords;

/// <summary>
/// Prints words for tests/Vectors/gen/instructions.c: for each row of an encoding class a line with its name in
/// brackets, then lines of words, seed of the registers and registers that must have a certain value. Or words of the whole
/// space with seed 0, all registers zero.
/// </summary>
internal static class Program
{
    private const int UndefinedWords = 400;
    private const int AllocationWordsOfClass = 500;
    private const string Allocation = "allocation";
    private const string Corners = "corners";
    private const string Operands = "operands";

    private static readonly string[] Saturating = ["SQ", "UQ", "SUQADD", "USQADD"];

    private static readonly Decoder Decoder = new();

    private static int Main(string[] args)
    {
        if (args.Length != 1)
        {
            string names = string.Join(", ", EncodingClass.All.Select(static c => c.Name).Concat([Corners, Operands, Allocation]));
            Console.Error.WriteLine($"usage: InstructionWords CLASS, one of: {names}");
            return 2;
        }

        using var output = new StreamWriter(Console.OpenStandardOutput());
        if (args[0] == Allocation)
        {
            foreach (uint word in AllocationSampler.Words(AllocationWordsOfClass))
            {
                output.WriteLine($"{word:x8} 0");
            }

            return 0;
        }

        if (args[0] == Corners)
        {
            PrintCorners(output);
            return 0;
        }

        if (args[0] == Operands)
        {
            PrintOperands(output);
            return 0;
        }

        EncodingClass wanted = EncodingClass.Named(args[0]);

        // Arithmetic of SIMD and FP has vectors of its own, operation by operation.
        (int least, int most) = wanted.Name == "simd-fp" ? (8, 16) : (24, 160);
        foreach (Row row in wanted.Rows.Where(UserMode.Runs))
        {
            output.WriteLine($"[{row.Name}]");
            OperandSetup setup = new(RandomBits.From(row.Name));
            RandomBits seeds = RandomBits.From(row.Pattern + row.Name);
            IEnumerable<uint> words = UserMode.Picked.TryGetValue(row.Name, out uint[]? picked) ? picked : RowSampler.Words(row, least, most, Decodes);
            foreach (uint word in words.Select(setup.Tame))
            {
                output.WriteLine(Line([word], seeds, setup));
            }
        }

        if (wanted.Name == "load-store")
        {
            PrintExclusivePairs(output);
        }
        else if (wanted.Name != "branch")
        {
            PrintSequences(output, wanted);
        }

        PrintUndefined(output, wanted);
        return 0;
    }

    /// <summary>A word for each corner of each row, each from a state of its own.</summary>
    private static void PrintCorners(StreamWriter output)
    {
        foreach (Row row in EncodingClass.All.SelectMany(static c => c.Rows).Where(static row => UserMode.Runs(row) && !UserMode.Picked.ContainsKey(row.Name)))
        {
            output.WriteLine($"[{row.Name}]");
            OperandSetup setup = new(RandomBits.From("corners" + row.Name));
            RandomBits seeds = RandomBits.From("corners" + row.Pattern);
            IEnumerable<uint> words = RowCorners.Of(row).Select(corner => RowCorners.Find(row, corner, Decodes)).OfType<uint>();
            foreach (uint word in words.Select(setup.Tame).Distinct())
            {
                output.WriteLine(Line([word], seeds, setup));
            }
        }
    }

    /// <summary>Vector instructions on the least, the greatest and the other values that lanes of every size can turn on.</summary>
    private static void PrintOperands(StreamWriter output)
    {
        foreach (Row row in EncodingClass.Named("simd-fp").Rows)
        {
            output.WriteLine($"[{row.Name}]");
            OperandSetup setup = new(RandomBits.From("operands"));
            RandomBits random = RandomBits.From("operands" + row.Pattern);
            foreach (uint word in RowSampler.Words(row, 12, 16, Decodes).Where(Decodes))
            {
                output.WriteLine(Line([word], random, setup) + LaneValues.For(row, word, random));
            }

            bool saturates = Saturating.Any(name => row.Name.StartsWith(name, StringComparison.Ordinal));
            foreach (uint word in saturates ? RowSampler.Words(row, 6, 8, Decodes).Where(Decodes) : [])
            {
                foreach (ulong least in LaneValues.Least)
                {
                    output.WriteLine(Line([word], random, setup) + LaneValues.For(row, word, random, least));
                }
            }
        }
    }

    private static bool Decodes(uint word)
    {
        Instruction i = default;
        return Decoder.Decode(word, ref i, out bool _) is not null;
    }

    private static string Line(uint[] words, RandomBits seeds, OperandSetup setup)
    {
        IEnumerable<string> set = setup.For(words[0]).OrderBy(static r => r.Key).Select(static r => r.Key == 31 ? $"sp={r.Value:x}" : $"x{r.Key}={r.Value:x}");
        string sequence = string.Join('+', words.Select(static w => $"{w:x8}"));
        return string.Join(' ', [sequence, $"{(uint)seeds.Next():x8}", .. set]);
    }

    /// <summary>Words of many rows in a block: each finds what the one before has left, at another place than the first.</summary>
    private static void PrintSequences(StreamWriter output, EncodingClass wanted)
    {
        const int Sequences = 60;
        const int Length = 16;
        output.WriteLine("[sequences]");
        RandomBits random = RandomBits.From(wanted.Name + " sequences");
        OperandSetup setup = new(random);
        uint[] words = [.. wanted.Rows.SelectMany(static row => RowSampler.Words(row, 8, 16, Decodes)).Where(Decodes)];
        for (int k = 0; k < Sequences; k++)
        {
            uint[] sequence = [.. Enumerable.Range(0, Length).Select(_ => words[random.Below((uint)words.Length)])];
            output.WriteLine(Line(sequence, random, setup));
        }
    }

    /// <summary>A load-exclusive and a store-exclusive to the same address: the store happens, if sizes agree.</summary>
    private static void PrintExclusivePairs(StreamWriter output)
    {
        const uint LoadRt1Base0 = 0x085f_7c01;
        const uint StoreStatus2Rt3Base0 = 0x0802_7c03;
        const uint LoadPairRt1Rt4Base0 = 0x887f_1001;
        const uint StorePairStatus2Rt3Rt5Base0 = 0x8822_1403;
        const uint Ordered = 1u << 15;
        output.WriteLine("[load-exclusive, store-exclusive]");
        OperandSetup setup = new(new RandomBits(1));
        RandomBits seeds = new(2);
        for (uint size = 0; size < 4; size++)
        {
            output.WriteLine(Line([LoadRt1Base0 | (size << 30), StoreStatus2Rt3Base0 | (size << 30)], seeds, setup));
            output.WriteLine(Line([LoadRt1Base0 | Ordered | (size << 30), StoreStatus2Rt3Base0 | Ordered | (size << 30)], seeds, setup));
        }

        for (uint wide = 0; wide < 2; wide++)
        {
            output.WriteLine(Line([LoadPairRt1Rt4Base0 | (wide << 30), StorePairStatus2Rt3Rt5Base0 | (wide << 30)], seeds, setup));
        }
    }

    /// <summary>Random words of the class that no row decodes: the oracle must find them UNDEFINED too.</summary>
    private static void PrintUndefined(StreamWriter output, EncodingClass wanted)
    {
        output.WriteLine("[no row]");
        RandomBits random = RandomBits.From(wanted.Name);
        OperandSetup setup = new(random);
        int found = 0;
        for (int tries = 0; found < UndefinedWords && tries < UndefinedWords * 1000; tries++)
        {
            uint word = ((uint)random.Next() & ~wanted.Mask) | wanted.Value;
            if (!Decodes(word))
            {
                output.WriteLine(Line([word], random, setup));
                found++;
            }
        }
    }
}
