using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;

namespace GdbHost.Lockstep;

/// <summary>Random programs on our machine and on qemu-aarch64, side by side, for so many seconds; or one of them again.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length is < 2 or > 3 || !Numbers(args, out ulong[] numbers))
        {
            Console.Error.WriteLine("usage: Lockstep SECONDS SEED, or Lockstep again SEED PROGRAM to run one program alone and shrink it");
            return 2;
        }

        using Comparison comparison = new();
        return args[0] == "again" ? Again(comparison, numbers[0], (int)numbers[1]) : Run(comparison, (int)numbers[0], numbers[1]);
    }

    private static bool Numbers(string[] args, out ulong[] numbers)
    {
        List<ulong> read = [];
        foreach (string text in args[0] == "again" ? args[1..] : args)
        {
            if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
            {
                read.Add(number);
            }
        }

        numbers = [.. read];
        return numbers.Length == 2;
    }

    private static int Run(Comparison comparison, int seconds, ulong seed)
    {
        Stopwatch watch = Stopwatch.StartNew();
        int number = 0;
        IEnumerable<TestProgram> Programs()
        {
            for (; watch.Elapsed.TotalSeconds < seconds; number++)
            {
                yield return ProgramGenerator.Make(seed, number);
            }
        }

        Difference? difference = comparison.Run(Programs());
        double rate = comparison.Instructions / watch.Elapsed.TotalSeconds / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {seed}: {number} programs, {comparison.Blocks} blocks, {comparison.Instructions:N0} instructions, {rate:F1} million a second"));
        if (difference is null)
        {
            Console.WriteLine("no difference");
            return 0;
        }

        Console.WriteLine($"program {difference.Program.Number} differs; again, alone and shrunk: scripts/lockstep.sh again {seed} {difference.Program.Number}");
        Console.Write(Report.Of(difference));
        return 1;
    }

    private static int Again(Comparison comparison, ulong seed, int number)
    {
        Difference? difference = comparison.RunAlone(ProgramGenerator.Make(seed, number));
        if (difference is null)
        {
            Console.WriteLine("no difference");
            return 0;
        }

        Console.Write(Report.Of(Shrinker.Shrink(comparison, difference)));
        return 1;
    }
}
