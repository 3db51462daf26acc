using System.Collections.Generic;
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

    /// <summary>The devices that software has mapped.</summary>
    public static IEnumerable<ItsDeviceReport> Devices(ItsTranslations tables)
    {
        for (uint id = 0; tables.Devices.Holds(id); id++)
        {
            if (tables.FindDevice(id, out DeviceEntry device) == ItsError.None)
            {
                yield return new(id, new RequesterId((ushort)id).ToString(), device.AddressOf(0), device.Events);
            }
        }
    }

    /// <summary>The events that software has mapped.</summary>
    public static IEnumerable<ItsEventReport> Events(ItsTranslations tables)
    {
        foreach (ItsDeviceReport mapped in Devices(tables))
        {
            tables.FindDevice(mapped.Device, out DeviceEntry device);
            for (ulong number = 0; number < device.Events && number <= ushort.MaxValue; number++)
            {
                if (tables.Memory.TryRead(device.AddressOf(number), out ulong raw) && new TranslationEntry(raw) is { IsValid: true } entry)
                {
                    bool there = tables.FindCollection(entry.Collection, out LpiTables? lpis) == ItsError.None;
                    yield return new(mapped.Device, mapped.Function, number, entry.IntId, (int)entry.Collection, there ? CoreOf(tables, lpis!) : null, false, false);
                }
            }
        }
    }

    /// <summary>The collections that software has mapped, and the core of each.</summary>
    public static IEnumerable<(int Collection, int Core)> Collections(ItsTranslations tables)
    {
        for (int id = 0; tables.Collections.Holds((ulong)id); id++)
        {
            if (tables.FindCollection((ulong)id, out LpiTables? lpis) == ItsError.None)
            {
                yield return (id, CoreOf(tables, lpis!));
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

/// <summary>A device that the device table of an ITS has.</summary>
/// <param name="Function">The device ID as a requester ID: <c>bb:dd.f</c>.</param>
/// <param name="Table">Where its interrupt translation table is.</param>
/// <param name="Events">Events that the table has room for.</param>
public sealed record ItsDeviceReport(uint Device, string Function, ulong Table, ulong Events);

/// <summary>An event that an interrupt translation table has.</summary>
/// <param name="Interrupt">The LPI.</param>
/// <param name="Core">The core of its collection; null where the collection is not mapped.</param>
public sealed record ItsEventReport(uint Device, string Function, ulong Event, int Interrupt, int Collection, int? Core, bool Enabled, bool Pending);

/// <summary>An ITS as its registers have it.</summary>
/// <param name="Queue">Where the command queue is, its size, and the offsets of who writes and who reads.</param>
public sealed record ItsReport(
    string Name, bool Enabled, string Queue, string DeviceTable, string CollectionTable, IReadOnlyList<(int Collection, int Core)> Collections,
    IReadOnlyList<ItsDeviceReport> Devices, IReadOnlyList<ItsEventReport> Events);
