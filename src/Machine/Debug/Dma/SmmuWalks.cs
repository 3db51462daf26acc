using System.Collections.Generic;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>Where an address of a stream goes, as memory has it now, with every descriptor.</summary>
internal static class SmmuWalks
{
    public static IEnumerable<string> Walk(Boards.Machine machine, uint stream, uint? substream, ulong address, bool isWrite)
    {
        List<string> lines = [];
        ulong? physical = Follow(machine.Smmu!, stream, substream, address, isWrite, mayStall: false, lines);
        if (physical is ulong at)
        {
            lines.Add($"PA 0x{at:x}: {Spaces.PlaceOf(machine.Bus, at) ?? "nothing is there"}");
        }

        return lines;
    }

    /// <summary>Adds a line for each thing on the way; gives where it ends, or null.</summary>
    /// <param name="mayStall">The request is of a function that may be made to wait.</param>
    public static ulong? Follow(SmmuV3 smmu, uint stream, uint? substream, ulong address, bool isWrite, bool mayStall, List<string> lines)
    {
        if (!smmu.Control.SmmuEnable)
        {
            lines.Add(smmu.AbortsWhileOff ? "SMMU: off, and GBPA.ABORT is set: aborted" : "SMMU: off, passes untranslated (CR0.SMMUEN=0, GBPA.ABORT=0)");
            return smmu.AbortsWhileOff ? null : address;
        }

        Resolution resolved = smmu.Streams.Look(smmu.StreamTable, stream, substream);
        if (resolved.Problem is EventRecord problem)
        {
            string happens = resolved.Fault.Happened ? "; " + What(resolved.Ste, null, resolved.Fault, mayStall) : "";
            lines.Add($"SMMU: SID 0x{stream:x}{(substream is uint s ? $" SSID 0x{s:x}" : "")}: {SmmuStructures.Words(problem.Kind)}{happens}");
            return null;
        }

        if (resolved.Context is not StreamContext context)
        {
            lines.Add($"SMMU: SID 0x{stream:x}: STE.Config aborts, and no event says so");
            return null;
        }

        lines.Add($"SMMU: SID 0x{stream:x}{(substream is uint ssid ? $" SSID 0x{ssid:x}" : "")}: {SmmuState.Of(context.Ste)}{(context.Cd is ContextDescriptor cd ? $", ASID {cd.Asid}" : "")}");
        return context.Ste.Config == StreamConfig.Bypass ? address : Follow(smmu, context, address, isWrite, mayStall, lines);
    }

    private static ulong? Follow(SmmuV3 smmu, StreamContext context, ulong address, bool isWrite, bool mayStall, List<string> lines)
    {
        WalkTrace trace = new();
        AccessType type = isWrite ? AccessType.Write : AccessType.Read;
        bool unprivileged = !context.Ste.IsEl2 && context.Ste.PrivCfg != 0b11;
        Translation result = smmu.Translations.Look(context, address, type, unprivileged, trace);
        foreach (WalkEvent happened in trace.Events)
        {
            if (happened is DescriptorRead read)
            {
                string serves = read.ServesStage1Level is int level ? $" for the stage 1 descriptor of level {level}" : "";
                string space = !read.Stage2 && context.Setup.Stage2.Enabled ? $"IPA 0x{read.Address:x}, PA" : "PA";
                string output = read.Output == 0 ? "" : $" -> 0x{read.Output:x}";
                lines.Add($"  stage {(read.Stage2 ? 2 : 1)} level {read.Level}{serves}: index {read.Index} at {space} 0x{read.Physical:x} = 0x{read.Value.Raw:x16}: "
                    + $"{read.Kind.ToString().ToLowerInvariant()}{output}");
            }
            else if (happened is StageEnd end)
            {
                lines.Add($"  stage {(end.Stage2 ? 2 : 1)} gives 0x{end.Output:x}, {MemoryWords.Of(end.Attributes)}, {MemoryWords.Of(end.Permissions)}");
            }
        }

        if (result.Fault.Happened)
        {
            EventRecord record = Faults.EventOf(result.Fault, new EventRecord(default, 0), EventClass.Input);
            string ipa = result.Fault.Stage2 ? $", IPA 0x{result.Fault.Ipa:x}" : "";
            lines.Add($"SMMU: stage {(result.Fault.Stage2 ? 2 : 1)} {SmmuStructures.Words(record.Kind)} at level {result.Fault.Level}, class {record.Class}{ipa}; {What(context.Ste, context.Cd, result.Fault, mayStall)}");
            return null;
        }

        return result.Physical;
    }

    /// <summary>What becomes of a transaction that has a fault.</summary>
    private static string What(in StreamTableEntry ste, ContextDescriptor? cd, Fault fault, bool mayStall)
    {
        bool stalls = Faults.Stalls(in ste, cd, fault);
        return stalls && mayStall ? "it would stall, until CMD_RESUME"
            : stalls ? "recorded and aborted: it is configured to stall, but an endpoint of PCI Express is not stalled"
            : (Faults.IsDiscarded(in ste, cd, fault) ? "it reads as zero and writes nothing (CD.A=0)" : "aborted")
                + (Faults.IsRecorded(in ste, cd, fault) ? ", with an event" : ", and no event says so (CD.R, STE.S2R)");
    }
}
