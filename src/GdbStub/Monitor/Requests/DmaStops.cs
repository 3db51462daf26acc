using System;
using System.Linq;
using GdbHost.GdbStub.Monitor.Traps;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Monitor.Requests;

/// <summary>"monitor break dma" and "monitor break smmu": stops at requests of PCI functions, and at what the SMMU reports.</summary>
internal static class DmaStops
{
    private const string AnyCommandError = "CERROR";

    public static void Run(MonitorRequest request, MachineInspection machine, ReadOnlySpan<string> words)
    {
        bool known = VmidLimit.TryTake(words, out VmidLimit limit, out string[] rest) && (rest is ["smmu", ..] ? rest.Length <= 2 : rest.Length >= 2);
        if (!known || !(rest[0] == "smmu" ? AtReports(request, machine, rest.AsSpan(1), limit) : AtRequests(request, machine, rest.AsSpan(1), limit)))
        {
            MonitorArguments.Usage(request, TrapStops.Name);
        }
    }

    private static bool AtReports(MonitorRequest request, MachineInspection machine, ReadOnlySpan<string> words, VmidLimit limit)
    {
        string? name = words.IsEmpty ? null : words[0].ToUpperInvariant();
        if (name is not null && name != AnyCommandError && !MachineInspection.SmmuReportNames.Contains(name))
        {
            request.Fail($"The SMMU reports no \"{MonitorTable.Shown(words[0])}\"; there are {AnyCommandError}, {string.Join(", ", MachineInspection.SmmuReportNames)}.");
            return true;
        }

        if (limit.RefusedWithoutSmmu(request, machine))
        {
            return true;
        }

        if (limit.Vmid is not null && name is not null && !MachineInspection.ReportCanHaveVmid(name))
        {
            request.Fail($"break: {name} is no guest's: no stream table entry that could name a VMID is part of it; leave \"vmid\" out");
            return true;
        }

        bool there = machine.StopAtSmmu(r => limit.Pass(r.Vmid) && (name is null || r.Name == name || (name == AnyCommandError && r.Name.StartsWith(AnyCommandError, StringComparison.Ordinal)))
            ? $"{TrapStops.Stopped}: SMMU: {(r.Requester is null ? "" : $"{r.Requester}: ")}{r.Words}{VmidLimit.After(r.Vmid)}"
            : null);
        if (there)
        {
            request.Line($"break: the machine stops at {name ?? "every event record and error"} of the SMMU{(limit.Vmid is int vmid ? $" about streams of VMID {vmid}" : "")}, also where the event queue does not take it");
        }
        else
        {
            request.Fail("break: this machine has no SMMU; start it with --machine virt,iommu=smmuv3");
        }

        return true;
    }

    private static bool AtRequests(MonitorRequest request, MachineInspection machine, ReadOnlySpan<string> words, VmidLimit limit)
    {
        bool? isWrite = null;
        (ulong First, ulong Last)? range = null;
        if (!MonitorArguments.TryFunction(words[0], out ushort id))
        {
            return false;
        }

        foreach (string word in words[1..])
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
                    if (range is not null || !MonitorArguments.TryRange(word, out ulong first, out ulong last))
                    {
                        return false;
                    }

                    range = (first, last);
                    break;
            }
        }

        if (limit.RefusedWithoutSmmu(request, machine))
        {
            return true;
        }

        string requester = MonitorArguments.FunctionName(id);
        machine.StopAtDma(d => limit.Pass(d.Vmid) && d.Requester == requester && (isWrite ?? d.IsWrite) == d.IsWrite
            && (range is not { } r || (d.Address <= r.Last && d.Address + (ulong)(d.Length - 1) >= r.First)) ? $"{TrapStops.Stopped}: {DmaWords.Sentence(d)}" : null);
        string what = isWrite switch { true => "writes", false => "reads", null => "requests" };
        request.Line($"break: the machine stops after {what} of {requester}{(range is { } at ? $" to 0x{at.First:x} to 0x{at.Last:x}" : "")}{(limit.Vmid is int vmid ? $" while its stream is of VMID {vmid}" : "")}, also where they are refused");
        return true;
    }
}
