using System;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Events;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>"monitor break write-sysreg": stops behind writes of one system register, or behind one system instruction.</summary>
internal static class RegisterStops
{
    /// <summary>False for words that mean nothing.</summary>
    public static bool TryRun(MonitorRequest request, MachineInspection machine, ReadOnlySpan<string> words)
    {
        // TLBI, DC, IC and AT have names of two words.
        int used = words is ["tlbi" or "TLBI" or "dc" or "DC" or "ic" or "IC" or "at" or "AT", _, ..] ? 2 : 1;
        if (words.IsEmpty || !TryLimits(words[used..], out Func<MachineRegisterWrite, bool> wanted))
        {
            return false;
        }

        string name = string.Join(' ', words[..used].ToArray()).ToUpperInvariant();
        if (!machine.StopAtWrites(name, w => wanted(w) ? $"{TrapStops.Stopped}: {Words(w)}" : null))
        {
            request.Fail($"There is no register \"{MonitorTable.Shown(name)}\" that can be written; near it are {MachineInspection.NearestNames(name, MachineInspection.RegisterNames)}.");
            return true;
        }

        request.Line($"break: the machine stops behind writes of {name}");
        return true;
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
