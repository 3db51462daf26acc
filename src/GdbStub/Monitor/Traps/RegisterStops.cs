using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Events;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>"monitor break write-sysreg": stops behind writes of system registers, or behind system instructions; one stop for each.</summary>
internal static class RegisterStops
{
    /// <summary>False for words that mean nothing.</summary>
    public static bool TryRun(MonitorRequest request, MachineInspection machine, ReadOnlySpan<string> words)
    {
        if (words is ["list"])
        {
            List(request, machine);
            return true;
        }

        // TLBI, DC, IC and AT have names of two words.
        int used = words is ["tlbi" or "TLBI" or "dc" or "DC" or "ic" or "IC" or "at" or "AT", _, ..] ? 2 : 1;
        if (words.Length == used + 1 && words[used] == "off")
        {
            Remove(request, machine, Name(words[..used]));
            return true;
        }

        if (words.Length < used || words.IsEmpty || !TryLimits(words[used..], out Func<MachineRegisterWrite, bool> wanted))
        {
            return false;
        }

        string name = Name(words[..used]);
        if (!machine.StopAtWrites(name, string.Join(' ', [name, .. words[used..]]), w => wanted(w) ? $"{TrapStops.Stopped}: {Words(w)}" : null))
        {
            request.Fail($"There is no register \"{MonitorTable.Shown(name)}\" that can be written; near it are {MachineInspection.NearestNames(name, MachineInspection.RegisterNames)}.");
            return true;
        }

        request.Line($"break: the machine stops behind writes of {name}");
        return true;
    }

    private static string Name(ReadOnlySpan<string> words) => string.Join(' ', words.ToArray()).ToUpperInvariant();

    private static void List(MonitorRequest request, MachineInspection machine)
    {
        IReadOnlyList<string> stops = machine.WriteStops;
        if (stops.Count == 0)
        {
            request.Line("break: no stops at writes of system registers");
        }

        foreach (string stop in stops)
        {
            request.Line($"break: write-sysreg {stop}", new Fact("write-sysreg", stop));
        }
    }

    private static void Remove(MonitorRequest request, MachineInspection machine, string name)
    {
        if (machine.RemoveWriteStop(name))
        {
            request.Line($"break: no stop at writes of {name} any more");
        }
        else
        {
            request.Fail($"There is no stop at writes of \"{MonitorTable.Shown(name)}\"; \"monitor break write-sysreg list\" shows those there are.");
        }
    }

    /// <summary>A write in words: who, where, what.</summary>
    public static string Words(MachineRegisterWrite w)
    {
        string who = w.ByDebugger ? $"a debugger, while cpu{w.Cpu} stood at" : $"cpu{w.Cpu}";
        string guest = w.Vmid is int vmid ? $" VMID {vmid}" : "";
        string did = w.Register.Contains(' ', StringComparison.Ordinal) ? $"executed {w.Register}, 0x{w.Value:x}" : $"wrote 0x{w.Value:x} to {w.Register}, before 0x{w.Before:x}";
        return $"{who}{guest} EL{w.Level} pc 0x{w.Pc:x} {did}, after {w.Instruction} instructions, {w.At} ns";
    }

    /// <summary>The same for programs.</summary>
    public static Fact[] Facts(MachineRegisterWrite w) =>
    [
        new("register", w.Register), new("value", w.Value), new("before", w.Before), new("cpu", w.Cpu), new("el", w.Level), new("pc", w.Pc),
        new("instructions", (long)w.Instruction), new("ns", (long)w.At), new("by-debugger", w.ByDebugger),
    ];

    private static bool TryLimits(ReadOnlySpan<string> words, out Func<MachineRegisterWrite, bool> wanted)
    {
        ulong? value = null;
        ulong mask = ulong.MaxValue;
        Func<MachineRegisterWrite, bool> other = static _ => true;
        wanted = w => (value is not ulong v || (w.Value & mask) == (v & mask)) && other(w);
        for (int at = 0; at < words.Length; at += 2)
        {
            if (at + 1 == words.Length || !MonitorArguments.TryRange(words[at + 1], out ulong first, out ulong last))
            {
                return false;
            }

            Func<MachineRegisterWrite, bool> before = other;
            switch (words[at])
            {
                case "value" when first == last:
                    value = first;
                    break;
                case "mask" when first == last:
                    mask = first;
                    break;
                case "vmid" when first == last:
                    other = w => w.Vmid == (int)first && before(w);
                    break;
                case "pc":
                    other = w => w.Pc >= first && w.Pc <= last && before(w);
                    break;
                default:
                    return false;
            }
        }

        return value is not null || mask == ulong.MaxValue;
    }
}
