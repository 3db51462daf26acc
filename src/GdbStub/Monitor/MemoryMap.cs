using System;
using GdbHost.GdbStub.Target;

namespace GdbHost.GdbStub.Monitor;

/// <summary>"monitor map": the physical memory map of the board.</summary>
internal static class MemoryMap
{
    public static readonly MonitorCommand[] Rows =
    [
        new("map", "", "prints the physical memory map: first and last address, size, kind, name", Print, static t => t is IMemoryMap),
    ];

    private const ulong Kibibyte = 1UL << 10;
    private const ulong Mebibyte = 1UL << 20;
    private const ulong Gibibyte = 1UL << 30;

    private static void Print(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        foreach (MemoryRegion region in ((IMemoryMap)request.Target).MemoryRegions)
        {
            request.Line($"0x{region.Start:x10}-0x{region.Last:x10} {Size(region.Length),9} {region.Kind,-6} {region.Name}");
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
