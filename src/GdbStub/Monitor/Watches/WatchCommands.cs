using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Worlds;
using GdbHost.Machine.Debug.Worlds;
using GdbHost.Machine.Debug.Watches;

namespace GdbHost.GdbStub.Monitor.Watches;

/// <summary>"monitor watch": stops behind an access to physical memory, by a core, a table walk or a device, and names it.</summary>
internal static class WatchCommands
{
    public const string Name = "watch";

    public static readonly MonitorCommand[] Rows =
    [
        new(Name, "[PA | va ADDR] [LENGTH] [r|w|rw] [walks] [dma] | off [N]",
            "stops behind an access to physical memory and says who, where, old and new value: stores of vCPUs (w, if nothing is said), loads (r), table walks, devices",
            Run, static t => t is IWatches)
        {
            Controls = true,
            Examples =
            [
                new("va $sp 8 w dma", "who stores to the top of the stack, device or vCPU"),
                new("0x40000000 64 rw walks", "physical memory, with the walks of the MMU"),
                new("off", "no more"),
            ],
        },
    ];

    private static readonly (string Word, WatchedAccesses Accesses)[] Words =
    [
        ("r", WatchedAccesses.Loads),
        ("w", WatchedAccesses.Stores),
        ("rw", WatchedAccesses.Loads | WatchedAccesses.Stores),
        ("walks", WatchedAccesses.Walks),
        ("dma", WatchedAccesses.DmaReads | WatchedAccesses.DmaWrites),
    ];

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        MachineWatches watches = ((IWatches)request.Target).Watches;
        switch (arguments)
        {
            case []:
                break;
            case ["off"]:
                watches.Remove(null);
                break;
            case ["off", string text]:
                if (!MonitorArguments.TryNumber(text, out ulong number) || number > int.MaxValue || !watches.Remove((int)number))
                {
                    request.Fail($"watch: there is no number \"{MonitorTable.Shown(text)}\"");
                }

                break;
            default:
                if (!TryAdd(request, watches, arguments))
                {
                    return;
                }

                break;
        }

        if (watches.All.Count == 0)
        {
            request.Line("watch: nothing is watched");
        }

        foreach (WatchedRange range in watches.All)
        {
            request.Line($"watch {range.Number}: PA 0x{range.Start:x} to 0x{range.Last:x}, {In(range.Accesses)}");
        }
    }

    private static bool TryAdd(MonitorRequest request, MachineWatches watches, ReadOnlySpan<string> arguments)
    {
        bool isVirtual = arguments[0] == "va";
        ReadOnlySpan<string> rest = isVirtual ? arguments[1..] : arguments;
        if (rest.IsEmpty || !MonitorArguments.TryAddress(request, rest[0], out ulong address))
        {
            MonitorArguments.Usage(request, Name);
            return false;
        }

        rest = rest[1..];
        ulong length = 4;
        if (!rest.IsEmpty && MonitorArguments.TryNumber(rest[0], out length))
        {
            rest = rest[1..];
        }
        else
        {
            length = 4;
        }

        WatchedAccesses accesses = WatchedAccesses.None;
        foreach (string word in rest)
        {
            int found = Array.FindIndex(Words, w => w.Word == word);
            if (found < 0)
            {
                MonitorArguments.Usage(request, Name);
                return false;
            }

            accesses |= Words[found].Accesses;
        }

        if (length is < 1 or > MachineWatches.LongestRange)
        {
            request.Fail($"watch: a range has 1 to {MachineWatches.LongestRange} bytes");
            return false;
        }

        if (isVirtual && !TryTranslate(request, ref address, (int)length))
        {
            return false;
        }

        if (watches.Add(address, (int)length, accesses == WatchedAccesses.None ? WatchedAccesses.Stores : accesses) is null)
        {
            request.Fail($"watch: there are {MachineWatches.Most} already; \"monitor watch off N\" takes one away");
            return false;
        }

        return true;
    }

    /// <summary>A virtual range is watched where its tables lead now, in one page.</summary>
    private static bool TryTranslate(MonitorRequest request, ref ulong address, int length)
    {
        const ulong Page = 4096;
        if ((address % Page) + (ulong)length > Page)
        {
            request.Fail("watch: a range of virtual addresses lies in one 4 KiB page; what is behind its end may be anywhere");
            return false;
        }

        WalkReport? report = request.Session.Worlds.World is World world
            ? ((IWorlds)request.Target).Explain(request.Cpu, world, address, WalkAccess.Read)
            : (request.Target as ITranslation)?.Explain(request.Cpu, address, null, WalkAccess.Read);
        if (report?.Physical is not ulong physical)
        {
            request.Fail($"watch: 0x{address:x} does not translate" + (report?.Failure is WalkFailure failure ? ": " + TranslationWords.Failure(failure) : ""));
            return false;
        }

        request.Line($"watch: VA 0x{address:x} is PA 0x{physical:x} now; the watch stays there when the tables change");
        address = physical;
        return true;
    }

    private static string In(WatchedAccesses accesses)
    {
        List<string> words = [];
        foreach ((WatchedAccesses one, string word) in (ReadOnlySpan<(WatchedAccesses, string)>)
            [(WatchedAccesses.Loads, "loads"), (WatchedAccesses.Stores, "stores"), (WatchedAccesses.Walks, "table walks"), (WatchedAccesses.DmaReads, "devices")])
        {
            if ((accesses & one) != 0)
            {
                words.Add(word);
            }
        }

        return string.Join(", ", words);
    }
}
