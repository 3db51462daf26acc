using System;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Events;

namespace GdbHost.GdbStub.Monitor.Traps;

/// <summary>"monitor break pci" and "monitor break msi": stops at accesses to configuration space, and at interrupt messages.</summary>
internal static class PciStops
{
    private const int MostRegister = 0xfff;

    /// <summary>False for words that mean nothing.</summary>
    public static bool TryRun(MonitorRequest request, MachineInspection machine, ReadOnlySpan<string> words)
    {
        string? function = null;
        if (!VmidLimit.TryTake(words, out VmidLimit limit, out string[] rest))
        {
            return false;
        }

        words = rest;
        if (words.Length > 1)
        {
            if (!MonitorArguments.TryFunction(words[1], out ushort requester))
            {
                return false;
            }

            function = MonitorArguments.FunctionName(requester);
        }

        return words[0] == "msi" ? words.Length <= 2 && AtMessages(request, machine, function, limit) : function is not null && AtAccesses(request, machine, function, words[2..], limit);
    }

    private static bool AtMessages(MonitorRequest request, MachineInspection machine, string? function, VmidLimit limit)
    {
        if (limit.RefusedWithoutSmmu(request, machine))
        {
            return true;
        }

        machine.StopAtPci(null, m => limit.Pass(m.Vmid) && (function is null || m.Function == function)
            ? $"{TrapStops.Stopped}: message of {m.Function}, data 0x{m.Data:x} to 0x{m.Address:x}: {string.Join(", ", m.Way)}{VmidLimit.After(m.Vmid)}"
            : null);
        request.Line($"break: the machine stops at interrupt messages of {function ?? "all functions"}{limit.Words}");
        return true;
    }

    private static bool AtAccesses(MonitorRequest request, MachineInspection machine, string function, ReadOnlySpan<string> words, VmidLimit limit)
    {
        bool? isWrite = null;
        int? register = null;
        foreach (string word in words)
        {
            switch (word)
            {
                case "r" or "read" when isWrite is null:
                    isWrite = false;
                    break;
                case "w" or "write" when isWrite is null:
                    isWrite = true;
                    break;
                default:
                    if (register is not null || !MonitorArguments.TryNumber(word, out ulong offset) || offset > MostRegister)
                    {
                        return false;
                    }

                    register = (int)offset;
                    break;
            }
        }

        machine.StopAtPci(
            a => a.Function == function && limit.Pass(a.Vmid) && (isWrite ?? a.IsWrite) == a.IsWrite && (register is not int r || (r >= a.Offset && r < a.Offset + a.Size)) ? Sentence(a) : null,
            null);
        string what = isWrite switch { true => "writes", false => "reads", null => "accesses" };
        request.Line($"break: the machine stops after {what} of {(register is int number ? $"register 0x{number:x}" : "the registers")} of {function}{(limit.Vmid is int guest ? $" by VMID {guest}" : "")}, also where no function answers");
        return true;
    }

    private static string Sentence(MachineConfigAccess a)
    {
        string who = a.Name is null ? $"{a.Function}, where no function answers" : $"{a.Function} {a.Name}";
        string did = a.IsWrite ? $"wrote 0x{a.Value:x} to" : $"read 0x{a.Value:x} from";
        return $"{TrapStops.Stopped}: cpu{a.Cpu}{(a.Vmid is int vmid ? $" VMID {vmid}" : "")} {did} {a.Register} (0x{a.Offset:x}, {a.Size} {(a.Size == 1 ? "byte" : "bytes")}) of {who}, PC 0x{a.Pc:x}";
    }
}
