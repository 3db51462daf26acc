using System;
using System.Globalization;
using System.Linq;

namespace GdbHost.Bench;

/// <summary>Measures what a DMA read costs by each way, in CPU time of this process, and prints a Markdown table.</summary>
internal static class Program
{
    // All ways have their turn within milliseconds, as the speed of a virtual machine changes within seconds.
    private const int Turns = 40;

    private static readonly (int Bytes, int Times)[] Sizes = [(8, 25_000), (4096, 10_000)];

    private static int Main(string[] args)
    {
        if (args.Length != 1 || !int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out int runs) || runs == 0)
        {
            Console.Error.WriteLine("usage: Bench RUNS");
            return 2;
        }

        Way[] ways = Way.All();

        // The first makes the runtime compile for good what all of them use.
        Run(ways);
        Print(ways, [.. Enumerable.Range(0, runs).Select(_ => Run(ways))]);
        Array.ForEach(ways, static way => way.Dispose());
        return 0;
    }

    /// <summary>Nanoseconds of CPU time for a read, by way and size.</summary>
    private static double[,] Run(Way[] ways)
    {
        double[,] costs = new double[ways.Length, Sizes.Length];
        byte[] into = new byte[Sizes.Max(static s => s.Bytes)];
        for (int turn = 0; turn < Turns; turn++)
        {
            for (int size = 0; size < Sizes.Length; size++)
            {
                (int bytes, int times) = Sizes[size];
                for (int way = 0; way < ways.Length; way++)
                {
                    TimeSpan before = Environment.CpuUsage.TotalTime;
                    ways[way].Read(into.AsSpan(0, bytes), times);
                    costs[way, size] += (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / times / Turns;
                }
            }
        }

        return costs;
    }

    private static void Print(Way[] ways, double[][,] runs)
    {
        Console.WriteLine($"| SMMU |{string.Concat(Sizes.Select(static s => $" {s.Bytes} bytes, ns | least and most | absent = 1 | least and most |"))}");
        Console.WriteLine($"|---|{string.Concat(Sizes.Select(static _ => "---:|---:|---:|---:|"))}");
        for (int way = 0; way < ways.Length; way++)
        {
            Console.Write($"| {ways[way].Title} |");
            for (int size = 0; size < Sizes.Length; size++)
            {
                double[] costs = [.. runs.Select(r => r[way, size])];
                double[] ratios = [.. runs.Select(r => r[way, size] / r[0, size])];
                Console.Write(string.Create(CultureInfo.InvariantCulture,
                    $" {Median(costs):F1} | {costs.Min():F1}-{costs.Max():F1} | **{Median(ratios):F2}** | {ratios.Min():F2}-{ratios.Max():F2} |"));
            }

            Console.WriteLine();
        }
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
