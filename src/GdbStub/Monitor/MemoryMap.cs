using System;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor map": the physical memory map of the board.</summary>
internal static class MemoryMap
{
    public static readonly MonitorCommand[] Rows =
    [
        new("map", "", "prints the physical memory map: first and last address, size, kind, name", Print, static t => t is IMemoryMap)
        {
            Examples =
            [
                new("", "what the board has where"),
            ],
        },
    ];

    private const ulong Kibibyte = 1UL << 10;
    private const ulong Mebibyte = 1UL << 20;
    private const ulong Gibibyte = 1UL << 30;

    private static void Print(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        MemoryRegion? run = null;
        string last = "";
        foreach (MemoryRegion region in ((IMemoryMap)request.Target).MemoryRegions)
        {
            if (run is not null && Follows(run, region))
            {
                run = run with { Length = run.Length + region.Length };
            }
            else
            {
                Line(request, run, last);
                run = region;
            }

            last = region.Name;
        }

        Line(request, run, last);
    }

    // A row of slots, such as virtio-mmio0 to virtio-mmio31, is one line.
    private static bool Follows(MemoryRegion before, MemoryRegion next) =>
        next.Start == before.Last + 1 && next.Kind == before.Kind
        && char.IsAsciiDigit(next.Name[^1]) && Stem(before.Name) == Stem(next.Name);

    private static string Stem(string name) => name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    private static void Line(MonitorRequest request, MemoryRegion? region, string lastName)
    {
        if (region is not null)
        {
            string name = region.Name == lastName ? lastName : $"{region.Name} to {lastName}";
            request.Line($"0x{region.Start:x10}-0x{region.Last:x10} {Size(region.Length),10} {region.Kind,-6} {name}",
                new("first", region.Start), new("last", region.Last), new("kind", $"{region.Kind}"), new("name", name));
        }
    }

    private static string Size(ulong bytes) => bytes switch
    {
        _ when bytes % Gibibyte == 0 => $"{bytes / Gibibyte} GiB",
        _ when bytes % Mebibyte == 0 => $"{bytes / Mebibyte} MiB",
        _ when bytes % Kibibyte == 0 => $"{bytes / Kibibyte} KiB",
        _ => $"{bytes} B",
    };
}
