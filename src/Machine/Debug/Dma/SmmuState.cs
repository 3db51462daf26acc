using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Caches;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Smmu.Tables;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>Registers of an SMMU and its streams, in words.</summary>
internal static class SmmuState
{
    private const int MostStreams = 256;

    public static IEnumerable<string> Registers(SmmuV3 smmu)
    {
        foreach (string feature in Features.InWords)
        {
            yield return $"has: {feature}";
        }

        Control control = smmu.Control;
        string off = smmu.AbortsWhileOff ? "requests abort (GBPA.ABORT)" : "requests pass untranslated (GBPA)";
        yield return $"translation: {(control.SmmuEnable ? "on" : $"off, {off}")} (CR0.SMMUEN={Digit(control.SmmuEnable)})";
        StreamTable table = smmu.StreamTable;
        yield return $"stream table: at 0x{table.Start:x}, {1 << table.Bits} streams, {(table.IsTwoLevel ? $"two levels, split {table.Split}" : "linear")}";
        yield return Queue("command queue", smmu.CommandRing, control.CommandQueueEnable, smmu.Bank[Smmu.Registers.CmdqProd], smmu.Bank[Smmu.Registers.CmdqCons]);
        yield return Queue("event queue", smmu.EventRing, control.EventQueueEnable, smmu.Bank[Smmu.Registers.EventqProd], smmu.Bank[Smmu.Registers.EventqCons]);
        yield return Queue("PRI queue", smmu.PageRing, control.TakesPageRequests, smmu.Bank[Smmu.Registers.PriqProd], smmu.Bank[Smmu.Registers.PriqCons]);
        string[] errors = [.. System.Enum.GetValues<GlobalError>().Where(smmu.Errors.IsActive).Select(static e => e.ToString())];
        yield return $"global errors: {(errors.Length == 0 ? "none" : string.Join(", ", errors))}";
        yield return $"stalled: {smmu.Stalls.Waiting.Count} transactions";
        yield return $"kept: {smmu.Structures.Count} structures, {smmu.Translations.Count} translations";
        foreach (Register<SmmuV3> row in Smmu.Registers.Map.Rows.Where(static r => r.Offset < 0xfd0))
        {
            if (smmu.Bank.TryPeek(row.Offset, sizeof(uint), out ulong value) && (value != 0 || row.Offset is < 0x28))
            {
                yield return $"  0x{row.Offset:x3} {row.Name} = 0x{value:x8}";
            }
        }
    }

    /// <summary>Streams in lines, then functions that have no StreamID of their own yet.</summary>
    public static IEnumerable<string> Streams(Boards.Machine machine)
    {
        List<string> lines = [.. Entries(machine).Select(static s => s.ToString())];
        lines.AddRange(
            from hidden in machine.Pcie!.Plugged.Select(static p => p.Function)
            where hidden.Bus is { Bridge: { SecondaryBus: 0 } }
            select $"{hidden.StateName}: its requests have SID 0x{hidden.Requester.Value:x}: secondary bus not assigned yet");
        return lines.Count > MostStreams ? [.. lines.Take(MostStreams), "and more; ask for one with \"monitor smmu ste SID\""] : lines;
    }

    /// <summary>Each stream that is somebody's or is kept; others that are alike and next to each other share a place. No more than a few hundred.</summary>
    public static IReadOnlyList<MachineStreamEntry> Entries(Boards.Machine machine)
    {
        SmmuV3 smmu = machine.Smmu!;
        List<MachineStreamEntry> entries = [];
        for (uint stream = 0; stream < 1u << smmu.StreamTable.Bits && entries.Count <= MostStreams; stream++)
        {
            MachineStreamEntry entry = Entry(machine, smmu, stream);
            if (entries.Count > 0 && entries[^1].GoesOnWith(entry))
            {
                entries[^1] = entries[^1] with { Last = stream };
            }
            else
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    /// <summary>A stream table entry in a line.</summary>
    public static string Of(in StreamTableEntry ste) => ste.Config switch
    {
        StreamConfig.Abort => "abort",
        StreamConfig.Bypass => "bypass",
        StreamConfig.Stage1 => $"stage 1, context descriptors at 0x{ste.S1ContextPtr:x}",
        StreamConfig.Stage2 => $"stage 2, VMID {ste.S2Vmid}, tables at 0x{ste.S2Ttb:x}",
        _ => $"stage 1 and 2, context descriptors at IPA 0x{ste.S1ContextPtr:x}, VMID {ste.S2Vmid}, stage 2 tables at 0x{ste.S2Ttb:x}",
    } + (ste.Broken is null ? "" : ", ILLEGAL");

    /// <summary>S2VMID of the entry that the SMMU goes by for a stream, the one it keeps or else memory's; null where it translates by no stage 2.</summary>
    public static int? VmidOf(SmmuV3 smmu, uint stream)
    {
        if (!smmu.Control.SmmuEnable)
        {
            return null;
        }

        StreamTableEntry ste = smmu.Structures.Find(stream)?.Ste ?? smmu.Streams.LookEntry(smmu.StreamTable, stream).Value;
        return ste.V && ste.HasStage2 ? ste.S2Vmid : null;
    }

    /// <summary>The function whose Requester ID a StreamID is.</summary>
    public static PciFunction? FunctionOf(Boards.Machine machine, uint stream) =>
        machine.Pcie?.Find((int)(stream >> 8), (int)(stream & 0xff));

    private static MachineStreamEntry Entry(Boards.Machine machine, SmmuV3 smmu, uint stream)
    {
        Lookup<StreamTableEntry> found = smmu.Streams.LookEntry(smmu.StreamTable, stream);
        bool isValid = found.Problem is null && found.Value.V;
        string words = found.Problem is EventKind problem ? EventRow.Of(problem).Name : isValid ? Of(found.Value) : "V=0";
        MachineKeptEntry kept = smmu.Structures.Find(stream) is not KeptStream known ? MachineKeptEntry.Not : known.Ste == found.Value ? MachineKeptEntry.Same : MachineKeptEntry.Stale;
        return new(stream, stream, FunctionOf(machine, stream)?.StateName, words, isValid, isValid && found.Value.HasStage1, kept);
    }

    private static string Queue(string name, QueueRing ring, bool on, uint producer, uint consumer) =>
        $"{name}: {(on ? "on" : "off")}, {ring.Entries} entries at 0x{ring.Start:x}, producer 0x{producer:x}, consumer 0x{consumer:x}, "
        + $"{ring.Waiting(producer, consumer)} wait";

    private static int Digit(bool value) => value ? 1 : 0;
}
