using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>What the SMMU keeps, and what of it memory no longer says.</summary>
internal static class SmmuCaches
{
    private const int MostEntries = 256;

    public static IEnumerable<string> Translations(SmmuV3 smmu)
    {
        IEnumerable<string> lines = smmu.Translations.Combined.Select(Words).Concat(smmu.Translations.Stage2.Select(Words));
        int left = MostEntries;
        foreach (string line in lines)
        {
            if (left-- == 0)
            {
                yield return $"and {smmu.Translations.Count - MostEntries} more";
                yield break;
            }

            yield return line;
        }

        if (left == MostEntries)
        {
            yield return "no translations are kept";
        }
    }

    /// <summary>Kept structures that differ from memory, then kept translations that a walk does not find.</summary>
    public static IEnumerable<string> Stale(SmmuV3 smmu)
    {
        List<string> lines = [];
        List<StreamContext> contexts = [];
        foreach (KeptStream kept in smmu.Structures.Streams)
        {
            Lookup<StreamTableEntry> now = smmu.Streams.LookEntry(smmu.StreamTable, kept.Stream);
            if (now.Problem is not null || now.Value != kept.Ste)
            {
                lines.Add($"SID 0x{kept.Stream:x}: the SMMU still holds an STE ({SmmuState.Of(kept.Ste)}) that memory no longer has: CMD_CFGI_STE is missing");
            }

            foreach (KeptDescriptor descriptor in kept.Descriptors)
            {
                StreamTableEntry ste = kept.Ste;
                Lookup<ContextDescriptor> cd = smmu.Streams.LookDescriptor(in ste, descriptor.Substream, out Fault fault);
                if (fault.Happened || cd.Problem is not null || cd.Value != descriptor.Cd)
                {
                    lines.Add($"SID 0x{kept.Stream:x} SSID 0x{descriptor.Substream:x}: the SMMU still holds a CD (ASID {descriptor.Cd.Asid}) that memory no longer has: CMD_CFGI_CD is missing");
                }

                contexts.AddRange(descriptor.Context is StreamContext context ? [context] : []);
            }

            contexts.AddRange(kept.IsLegal && kept.Ste.HasStage2 ? [kept.WithoutStage1] : []);
        }

        lines.AddRange(smmu.Translations.Combined.Select(e => Stale(smmu, e, contexts)).OfType<string>());
        lines.AddRange(smmu.Translations.Stage2.Select(e => StaleStage2(smmu, e, contexts)).OfType<string>());
        return lines.Count == 0 ? ["nothing: all that the SMMU keeps is as memory has it"] : lines;
    }

    private static string? Stale(SmmuV3 smmu, KeptEntry kept, List<StreamContext> contexts)
    {
        TlbEntry entry = kept.Entry;
        StreamContext? context = contexts.Find(c => c.Cd is not null && c.Bank == kept.Bank && (c.Tag == entry.Context || c.GlobalTag == entry.Context));
        if (context is null)
        {
            return $"{Words(kept)}: no kept stream has this VMID and ASID: it outlives its context";
        }

        return Compare(smmu, kept, context, context.Ste.IsEl2 || context.Ste.IsHost ? "CMD_TLBI_EL2_VA" : "CMD_TLBI_NH_VA");
    }

    private static string? StaleStage2(SmmuV3 smmu, KeptEntry kept, List<StreamContext> contexts)
    {
        StreamContext? context = contexts.Find(c => c.Cd is null && c.Setup.Stage2.Enabled && c.Ste.Vmid == kept.Vmid);
        return context is null ? $"{Words(kept)}: no kept stream has this VMID" : Compare(smmu, kept, context, "CMD_TLBI_S2_IPA");
    }

    private static string? Compare(SmmuV3 smmu, in KeptEntry keptEntry, StreamContext context, string command)
    {
        TlbEntry entry = keptEntry.Entry;
        Translation now = smmu.Translations.Look(context, entry.Page, AccessType.Read, unprivileged: false, null);
        Permissions kept = entry.Stage1Permissions & entry.Stage2Permissions;
        if (now.Fault.Happened)
        {
            // A page that may only be written faults for a read, and is not stale for that.
            bool mapped = now.Fault.Kind == FaultKind.Permission && now.Permissions == kept && now.Physical == entry.Output;
            return mapped ? null : $"{Words(keptEntry)}: memory now has no translation ({now.Fault.Kind}): {command} is missing";
        }

        if (now.Physical != entry.Output)
        {
            return $"{Words(keptEntry)}: memory now says 0x{now.Physical:x}: {command} is missing";
        }

        return now.Permissions == kept ? null : $"{Words(keptEntry)}: memory now permits {MemoryWords.Of(now.Permissions)}: {command} is missing";
    }

    /// <summary>A kept translation in a line.</summary>
    public static string Words(KeptEntry kept)
    {
        TlbEntry entry = kept.Entry;
        bool stage2Only = entry.Context == TlbEntry.Stage2Context(entry.Vmid);
        string whose = stage2Only ? $"VMID {kept.Vmid}, IPA"
            : entry.Regime == Regime.El2 ? "EL2, IOVA"
            : kept.Bank == TranslationCaches.HostBank ? $"EL2-E2H, {(entry.IsGlobal ? "global" : $"ASID {entry.Asid}")}, IOVA"
            : entry.IsGlobal ? $"VMID {kept.Vmid}, global, IOVA"
            : $"VMID {kept.Vmid}, ASID {entry.Asid}, IOVA";
        Permissions permissions = entry.Stage1Permissions & entry.Stage2Permissions;
        return $"the IOTLB holds {whose} 0x{entry.Page:x} -> 0x{entry.Output:x}, 0x{1ul << entry.Shift:x} bytes, {MemoryWords.Of(permissions)}";
    }
}
