using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Traps;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>"monitor traps": what EL2 and EL3 were called for, and what they did to the code that was interrupted.</summary>
internal static class TrapCommands
{
    public const string Name = "traps";

    public static readonly MonitorCommand[] Rows =
    [
        new(Name, "[on [N]|off|last N|class NAME|ipa FIRST[-LAST]|counts|export FILE]...",
            "logs exceptions to and returns from EL2 and EL3: traps on, then traps last 5 class stage2", Run, static t => t is IInspected)
        {
            Examples =
            [
                new("on", "from now on"),
                new("last 5 class stage2", "the newest five stage-2 aborts"),
                new("ipa 0x4010000000-0x401fffffff", "those that touched the PCIe configuration space"),
                new("export /tmp/traps.json", "a timeline for Perfetto or chrome://tracing"),
            ],
        },
    ];

    private const int Shown = 20;

    private static void Run(MonitorRequest request, ReadOnlySpan<string> arguments)
    {
        MachineInspection machine = ((IInspected)request.Target).Inspection;
        switch (arguments)
        {
            case ["on"]:
                machine.RecordTraps(MachineInspection.DefaultTraps);
                Counts(request, machine.ReadTraps(0));
                break;
            case ["on", string number] when MonitorArguments.TryNumber(number, out ulong n) && n is > 0 and <= MachineInspection.MostTraps:
                machine.RecordTraps((int)n);
                Counts(request, machine.ReadTraps(0));
                break;
            case ["off"]:
                machine.RecordTraps(null);
                Counts(request, machine.ReadTraps(0));
                break;
            case ["counts"]:
                Counts(request, machine.ReadTraps(0));
                break;
            case ["export", ..] when arguments.Length > 1:
                Export(request, machine, string.Join(' ', arguments[1..]!));
                break;
            default:
                List(request, machine, arguments);
                break;
        }
    }

    private static void Counts(MonitorRequest request, TrapLogContent log)
    {
        request.Line(log.IsOn
            ? $"traps: on, {log.Total} exceptions since, the newest {log.Capacity} are kept"
            : $"traps: off{(log.Total > 0 ? $", {log.Total} exceptions recorded before" : "; \"monitor traps on\" starts the log")}",
            new Fact("on", log.IsOn), new Fact("total", log.Total), new Fact("capacity", log.Capacity));
        foreach (TrapCount count in log.Counts)
        {
            request.Line($"{count.Count,8} {TrapClasses.NameOf(count.Kind, count.Class),-17} {TrapClasses.WordsOf(count.Kind, count.Class)}",
                new("count", count.Count), new("class", TrapClasses.NameOf(count.Kind, count.Class)), new("words", TrapClasses.WordsOf(count.Kind, count.Class)));
        }
    }

    private static void List(MonitorRequest request, MachineInspection machine, ReadOnlySpan<string> arguments)
    {
        int most = Shown;
        List<Func<MachineTrap, bool>> filters = [];
        for (int at = 0; at < arguments.Length; at += 2)
        {
            string value = at + 1 < arguments.Length ? arguments[at + 1] : "";
            if (!TryFilter(arguments[at], value, ref most, filters))
            {
                Refuse(request, arguments[at], value);
                return;
            }
        }

        TrapLogContent log = machine.ReadTraps(int.MaxValue);
        if (arguments.IsEmpty)
        {
            Counts(request, log);
        }

        MachineTrap[] found = [.. log.Traps.Where(t => filters.TrueForAll(f => f(t))).TakeLast(most)];
        foreach (MachineTrap trap in found)
        {
            request.Line(TrapWords.Line(trap), TrapFacts.Of(trap));
        }

        if (found.Length == 0 && !arguments.IsEmpty)
        {
            request.Line(log.IsOn ? "No such exception is recorded." : "No such exception is recorded, and the log is off; \"monitor traps on\" starts it.");
        }
    }

    private static bool TryFilter(string word, string value, ref int most, List<Func<MachineTrap, bool>> filters)
    {
        switch (word)
        {
            case "last" when MonitorArguments.TryNumber(value, out ulong n) && n is > 0 and <= MachineInspection.MostTraps:
                most = (int)n;
                return true;
            case "class" when TrapClasses.Find(value) is Func<MachineTrap, bool> ofClass:
                filters.Add(ofClass);
                return true;
            case "ipa" when MonitorArguments.TryRange(value, out ulong first, out ulong last):
                filters.Add(t => t.Ipa >= first && t.Ipa <= last);
                return true;
            default:
                return false;
        }
    }

    private static void Refuse(MonitorRequest request, string word, string value)
    {
        if (word == "class" && value.Length > 0)
        {
            request.Fail($"There is no class \"{MonitorTable.Shown(value)}\"; there are {string.Join(", ", TrapClasses.Names)}.");
            return;
        }

        MonitorArguments.Usage(request, Name);
    }

    private static void Export(MonitorRequest request, MachineInspection machine, string path)
    {
        TrapLogContent log = machine.ReadTraps(int.MaxValue);
        if (NewFile.Write(path, path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? TrapTimeline.Of(log.Traps) : TrapFacts.Lines(log.Traps)) is string problem)
        {
            request.Fail(problem);
            return;
        }

        request.Line($"{log.Traps.Count} exceptions written to {path}", new("exceptions", log.Traps.Count), new("file", path));
    }
}
