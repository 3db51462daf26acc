using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu;
using GdbHost.Machine.Smmu.Ats;
using GdbHost.Machine.Smmu.Commands;
using GdbHost.Machine.Smmu.Events;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>The last commands and events, decoded.</summary>
internal static class SmmuQueues
{
    public static IEnumerable<string> Commands(SmmuV3 smmu, int count)
    {
        uint producer = smmu.Bank[Registers.CmdqProd];
        uint consumer = smmu.Bank[Registers.CmdqCons];
        yield return $"{smmu.CommandRing.Waiting(producer, consumer)} commands wait; the last that were done, the oldest first:";
        foreach (DoneCommand done in smmu.Log.Last.TakeLast(count))
        {
            string removed = done.Structures + done.Translations > 0
                ? $": removed {done.Structures} structures, {done.Translations} translations"
                : "";
            yield return $"  [{done.Index & (smmu.CommandRing.Entries - 1)}] {Words(done.Command)}{removed}{(done.Error == CommandError.None ? "" : $": {NameOf(done.Error)}")}";
        }

        if (smmu.Invalidations.Outstanding.Count > 0)
        {
            yield return $"CMD_SYNC waits for answers to CMD_ATC_INV by {string.Join(", ", smmu.Invalidations.Outstanding.Select(static o => new RequesterId((ushort)o.Stream)).Distinct())}";
        }

        if (smmu.Errors.IsActive(GlobalError.CmdqErr))
        {
            yield return $"stopped by {CommandErrorWords(smmu)}; mend it and write GERRORN to go on";
        }
    }

    /// <summary>SMMU_CMDQ_CONS.ERR by its name.</summary>
    public static string CommandErrorName(SmmuV3 smmu) => NameOf((CommandError)smmu.Bank[Registers.CmdqCons].Field(30, 24));

    private static string NameOf(CommandError error) => error switch
    {
        CommandError.Abort => "CERROR_ABT",
        CommandError.InvalidationTimeout => "CERROR_ATC_INV_SYNC",
        _ => "CERROR_ILL",
    };

    /// <summary>The error at which the command queue stands, with the command.</summary>
    public static string CommandErrorWords(SmmuV3 smmu)
    {
        uint index = smmu.Bank[Registers.CmdqCons] & (smmu.CommandRing.Entries - 1);
        string name = CommandErrorName(smmu);
        bool read = name != "CERROR_ABT";
        string what = read ? "" : ": the command cannot be read";
        return $"{name}{what} at [{index}], 0x{smmu.CommandRing.AddressOf(index):x}{(read && smmu.Log.Last.Count > 0 ? ": " + Words(smmu.Log.Last.Last().Command) : "")}";
    }

    public static IEnumerable<string> Events(Boards.Machine machine, int count)
    {
        SmmuV3 smmu = machine.Smmu!;
        uint producer = smmu.Bank[Registers.EventqProd];
        uint consumer = smmu.Bank[Registers.EventqCons];
        string lost = ((producer ^ consumer) & Registers.OverflowBit) != 0 ? "; the queue has overflowed and events are lost" : "";
        return
        [
            $"{smmu.EventRing.Waiting(producer, consumer)} events wait{lost}; the last {count} places, the oldest first:",
            .. Entries(machine, smmu.EventRing, producer, consumer, count).Where(static e => (byte)e.Words[0] != 0).Select(static e => e.Place + Words(EventRecord.Decode(e.Words))),
        ];
    }

    public static IEnumerable<string> PageRequests(Boards.Machine machine, int count)
    {
        SmmuV3 smmu = machine.Smmu!;
        uint producer = smmu.Bank[Registers.PriqProd];
        uint consumer = smmu.Bank[Registers.PriqCons];
        string lost = smmu.PagesOverflowed ? "; the queue has overflowed: requests are answered by the SMMU" : "";
        return
        [
            $"{(smmu.Control.TakesPageRequests ? "" : "off: requests fail; ")}{smmu.PageRing.Waiting(producer, consumer)} requests wait{lost}; the last {count} places, the oldest first:",
            .. Entries(machine, smmu.PageRing, producer, consumer, count).Where(static e => (e.Words[0] | e.Words[1]) != 0)
                .Select(static e => e.Place + Words(PageRequestQueue.Decode(e.Words[0], e.Words[1]))),
        ];
    }

    /// <summary>Places of a queue with their words.</summary>
    private static IEnumerable<(string Place, ulong[] Words)> Entries(Boards.Machine machine, QueueRing ring, uint producer, uint consumer, int count)
    {
        uint waiting = ring.Waiting(producer, consumer);
        uint index = producer & Registers.IndexBits;
        int most = (int)Math.Min(count, ring.Entries);
        for (int i = 0; i < most; i++)
        {
            index = ring.Previous(index);
        }

        for (int left = most; left > 0; left--)
        {
            ulong[] words = new ulong[ring.EntryBytes / sizeof(ulong)];
            if (machine.Bus.TryPeek(new PhysicalAddress(ring.AddressOf(index)), System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan())))
            {
                yield return ($"  [{index & (ring.Entries - 1)}]{((uint)left <= waiting ? " waits:" : "")} ", words);
            }

            index = ring.Next(index);
        }
    }

    /// <summary>A command with its fields.</summary>
    public static string Words(Command command)
    {
        if (CommandRow.Find(command.Opcode) is not CommandRow row)
        {
            return $"opcode 0x{command.Opcode:x2} is no command here (0x{command.D0:x16} 0x{command.D1:x16})";
        }

        List<string> words = [row.Name];
        Add(CommandFields.Stream, $"SID=0x{command.Stream:x}");
        Add(CommandFields.Substream, $"SSID=0x{command.Substream:x}");
        Add(CommandFields.Range, $"Range={command.Range}");
        Add(CommandFields.Vmid, $"VMID={command.Vmid}");
        Add(CommandFields.Asid, $"ASID={command.Asid}");
        Add(CommandFields.Address, $"address=0x{command.Address:x}{(command.Tg == 0 ? "" : $" TG={command.Tg} NUM={command.Num} SCALE={command.Scale}")}{(command.Leaf ? " Leaf" : "")}");
        Add(CommandFields.Span, $"{(command.HasSubstream ? command.Global ? "Global " : "" : "without PASID ")}{(command.Size >= 52 ? "all addresses" : $"0x{1ul << command.Size:x} pages")}");
        Add(CommandFields.PageGroup, $"PRGIndex={command.PageGroup} {command.Response switch { 0 => "ResponseFailure", 1 => "InvalidRequest", 2 => "Success", _ => "reserved" }}");
        Add(CommandFields.Stall, $"STAG=0x{command.StallTag:x} {(command.Retry ? "retry" : command.AbortsIt ? "abort" : "terminate as done")}");
        Add(CommandFields.Sync, command.CompletionSignal switch
        {
            0 => "SIG_NONE",
            1 => command.MsiAddress == 0 ? "SIG_IRQ" : $"SIG_IRQ, message 0x{command.MsiData:x} to 0x{command.MsiAddress:x}",
            _ => "SIG_SEV",
        });
        return string.Join(' ', words);

        void Add(CommandFields field, string text)
        {
            if (row.Fields.HasFlag(field))
            {
                words.Add(text);
            }
        }
    }

    /// <summary>An event in few words, for a line that has the request's address already.</summary>
    public static string Short(in EventRecord record)
    {
        EventRow row = EventRow.Of(record.Kind);
        return row.Fields.HasFlag(EventFields.Stage) ? $"{row.Name} stage {(record.Stage2 ? 2 : 1)}" : row.Name;
    }

    private static string Words(in PageRequest request)
    {
        string pasid = request.Prefix.IsPresent ? $" PASID=0x{request.Prefix.Pasid:x}{(request.Prefix.Privileged ? " privileged" : "")}" : "";
        return request.IsStopMarker
            ? $"Stop Marker of {request.Requester}{pasid}"
            : $"page 0x{request.Address:x} for {request.Requester}{pasid}, {(request.Read ? "r" : "-")}{(request.Write ? "w" : "-")}{(request.Prefix.Execute ? "x" : "-")}, group {request.Group}{(request.Last ? ", the last of it" : "")}";
    }

    /// <summary>An event with its fields.</summary>
    public static string Words(in EventRecord record)
    {
        if (EventRow.Find(record.Kind) is not EventRow row)
        {
            return $"0x{(int)record.Kind:x2}, which is no event of this SMMU's";
        }

        string substream = record.Substream is uint s ? $" SSID=0x{s:x}" : "";
        string input = row.Fields.HasFlag(EventFields.Input) ? $" InputAddr=0x{record.Input:x}" : "";
        string direction = row.Fields.HasFlag(EventFields.Direction) ? record.IsRead ? " read" : " write" : "";
        string stage = row.Fields.HasFlag(EventFields.Stage) ? $" stage {(record.Stage2 ? 2 : 1)}, class {record.Class}" : "";
        string second = row.Fields.HasFlag(EventFields.Fetch) ? $" FetchAddr=0x{record.Second:x}"
            : row.Fields.HasFlag(EventFields.Ipa) && record.Stage2 ? $" IPA=0x{record.Second:x}"
            : "";
        string asked = row.Fields.HasFlag(EventFields.Asked) ? $" {record.Span} pages, r{(record.IsRead ? "" : "w")}{(record.IsInstruction ? "x" : "")}{(record.IsPrivileged ? " privileged" : "")}" : "";
        string stalled = record.StallTag is ushort tag ? $" Stall STAG=0x{tag:x}" : "";
        return $"{row.Name} SID=0x{record.Stream:x} ({new RequesterId((ushort)record.Stream)}){substream}{input}{direction}{stage}{second}{asked}{stalled}: {row.Meaning}";
    }
}
