using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;

namespace GdbHost.Lockstep;

/// <summary>Random programs on our machine and on qemu-aarch64, side by side, for so many seconds; or one of them again.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        bool again = args.Length > 0 && args[0] == "again";
        string[] rest = again ? args[1..] : args;
        string engine = rest.Length > 2 ? rest[2] : "interpreter";
        if (rest.Length is < 2 or > 3 || !Engines.All.ContainsKey(engine)
            || !int.TryParse(rest[again ? 1 : 0], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            || !ulong.TryParse(rest[again ? 0 : 1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
        {
            Console.Error.WriteLine("usage: Lockstep SECONDS SEED [ENGINE], or Lockstep again SEED PROGRAM [ENGINE] to run one program alone and shrink it");
            Console.Error.WriteLine($"engines: {string.Join(", ", Engines.All.Keys)}");
            return 2;
        }

        using Comparison comparison = new(Engines.All[engine]);
        return again ? Again(comparison, seed, count) : Run(comparison, count, seed);
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
        Console.WriteLine($"blocks ended by: {string.Join(", ", comparison.Ends.Select(static end => $"{end.Key} {end.Value}"))}");
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
