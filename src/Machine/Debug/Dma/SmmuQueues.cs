using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Smmu;
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
            yield return $"  [{done.Index & (smmu.CommandRing.Entries - 1)}] {Words(done.Command)}{removed}{(done.Error == CommandError.None ? "" : ": CERROR_ILL")}";
        }

        if (smmu.Errors.IsActive(GlobalError.CmdqErr))
        {
            yield return $"stopped by {CommandErrorWords(smmu)}; mend it and write GERRORN to go on";
        }
    }

    /// <summary>SMMU_CMDQ_CONS.ERR by its name.</summary>
    public static string CommandErrorName(SmmuV3 smmu) =>
        smmu.Bank[Registers.CmdqCons].Field(30, 24) == (uint)CommandError.Abort ? "CERROR_ABT" : "CERROR_ILL";

    /// <summary>The error at which the command queue stands, with the command.</summary>
    public static string CommandErrorWords(SmmuV3 smmu)
    {
        uint index = smmu.Bank[Registers.CmdqCons] & (smmu.CommandRing.Entries - 1);
        string name = CommandErrorName(smmu);
        bool read = name == "CERROR_ILL";
        string what = read ? "" : ": the command cannot be read";
        return $"{name}{what} at [{index}], 0x{smmu.CommandRing.AddressOf(index):x}{(read && smmu.Log.Last.Count > 0 ? ": " + Words(smmu.Log.Last.Last().Command) : "")}";
    }

    public static IEnumerable<string> Events(Boards.Machine machine, int count)
    {
        SmmuV3 smmu = machine.Smmu!;
        QueueRing ring = smmu.EventRing;
        uint producer = smmu.Bank[Registers.EventqProd];
        uint consumer = smmu.Bank[Registers.EventqCons];
        uint waiting = ring.Waiting(producer, consumer);
        string lost = ((producer ^ consumer) & Registers.OverflowBit) != 0 ? "; the queue has overflowed and events are lost" : "";
        yield return $"{waiting} events wait{lost}; the last {count} places, the oldest first:";
        uint index = producer & Registers.IndexBits;
        int most = (int)Math.Min(count, ring.Entries);
        for (int i = 0; i < most; i++)
        {
            index = ring.Previous(index);
        }

        for (int left = most; left > 0; left--)
        {
            ulong[] words = new ulong[EventRecord.Bytes / sizeof(ulong)];
            bool known = machine.Bus.TryPeek(new PhysicalAddress(ring.AddressOf(index)), System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()));
            if (known && (byte)words[0] != 0)
            {
                yield return $"  [{index & (ring.Entries - 1)}]{((uint)left <= waiting ? " waits:" : "")} {Words(EventRecord.Decode(words))}";
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
        return $"{row.Name} SID=0x{record.Stream:x} ({new RequesterId((ushort)record.Stream)}){substream}{input}{direction}{stage}{second}: {row.Meaning}";
    }
}
