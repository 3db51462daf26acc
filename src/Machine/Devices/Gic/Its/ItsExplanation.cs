using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Devices.Gic.V3;

namespace GdbHost.Machine.Devices.Gic.Its;

/// <summary>The way of a message through the tables of an ITS, for those who look on (IHI 0069, The ITS).</summary>
internal static class ItsExplanation
{
    /// <summary>Device table, interrupt translation table, collection table, and the tables of LPIs.</summary>
    public static MessageTarget? Follow(ItsTranslations tables, RequesterId requester, uint eventId, List<InterruptLink> links)
    {
        ItsError error = tables.FindDevice(requester.Value, out DeviceEntry device);
        links.Add(new("device table", error == ItsError.None, $"DeviceID 0x{requester.Value:x} ({requester}){(device.IsValid ? $": ITT at 0x{device.AddressOf(0):x}, {device.Events} events" : "")}",
            error switch
            {
                ItsError.DeviceOutOfRange => tables.Devices.IsValid ? "GITS_BASER0 has no room for this DeviceID" : "GITS_BASER0.Valid is 0: software has given no device table",
                ItsError.Memory => "the table is not in memory",
                _ => "MAPD has not been done for this DeviceID; does the requester ID have the bus number that software meant?",
            }));
        if (error != ItsError.None)
        {
            return null;
        }

        error = tables.Find(requester.Value, eventId, out ItsEvent found);
        bool inTable = error is ItsError.None or ItsError.CollectionOutOfRange or ItsError.UnmappedCollection;
        TranslationEntry entry = inTable && tables.Memory.TryRead(device.AddressOf(eventId), out ulong raw) ? new TranslationEntry(raw) : default;
        links.Add(new("interrupt translation table", inTable, $"EventID {eventId}{(inTable ? $" at 0x{device.AddressOf(eventId):x}: LPI {entry.IntId}, collection {entry.Collection}" : "")}",
            error switch
            {
                ItsError.EventOutOfRange => $"MAPD gave this device {device.Events} events",
                ItsError.Memory => "the table is not in memory",
                _ => "MAPTI or MAPI has not been done for this EventID",
            }));
        if (!inTable)
        {
            return null;
        }

        links.Add(new("collection table", error == ItsError.None, $"collection {entry.Collection}{(error == ItsError.None ? $": cpu{CoreOf(tables, found.Lpis)}" : "")}",
            error == ItsError.CollectionOutOfRange ? "GITS_BASER1 has no room for this collection" : "MAPC has not been done for this collection, or its core does not exist"));
        return error == ItsError.None ? new MessageTarget(entry.IntId, CoreOf(tables, found.Lpis)) : null;
    }

    /// <summary>The events that software has mapped, a line each.</summary>
    /// <param name="most">Lines wanted.</param>
    public static IEnumerable<string> Mappings(ItsTranslations tables, int most) => Lines(tables).Take(most);

    private static IEnumerable<string> Lines(ItsTranslations tables)
    {
        for (uint id = 0; tables.Devices.Holds(id); id++)
        {
            if (tables.FindDevice(id, out DeviceEntry device) != ItsError.None)
            {
                continue;
            }

            yield return $"device 0x{id:x} ({new RequesterId((ushort)id)}): ITT at 0x{device.AddressOf(0):x}, {device.Events} events";
            for (ulong number = 0; number < device.Events && number <= ushort.MaxValue; number++)
            {
                if (tables.Memory.TryRead(device.AddressOf(number), out ulong raw) && new TranslationEntry(raw) is { IsValid: true } entry)
                {
                    string core = tables.FindCollection(entry.Collection, out LpiTables? lpis) == ItsError.None ? $"cpu{CoreOf(tables, lpis!)}" : "not mapped";
                    yield return $"    event {number}: LPI {entry.IntId}, collection {entry.Collection} ({core})";
                }
            }
        }
    }

    private static int CoreOf(ItsTranslations tables, LpiTables lpis)
    {
        int core = 0;
        while (tables.LpisOf((ulong)core) != lpis)
        {
            core++;
        }

        return core;
    }
}
