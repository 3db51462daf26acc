using System.Collections.Frozen;
using System.Collections.Generic;
using GdbHost.Machine.Devices.Gic.V3;

namespace GdbHost.Machine.Devices.Gic.Its;

/// <summary>Carries out a command.</summary>
internal delegate ItsError ItsOperation(ItsTranslations its, in ItsCommand command);

/// <param name="Number">The command's number in its first byte.</param>
/// <param name="Name">The document's name.</param>
/// <param name="ErrorNumber">The middle byte of the numbers of its errors.</param>
internal sealed record ItsCommandRow(byte Number, string Name, byte ErrorNumber, ItsOperation Operation);

/// <summary>
/// The commands for physical LPIs (IHI 0069, ITS commands). An error in a parameter makes a command do nothing, which is
/// one of the choices that the document leaves; the queue goes on behind it.
/// </summary>
internal static class ItsCommands
{
    public static readonly IReadOnlyList<ItsCommandRow> Rows =
    [
        new(0x01, "MOVI", 0x01, Movi),
        new(0x03, "INT", 0x03, Int),
        new(0x04, "CLEAR", 0x05, Clear),
        new(0x05, "SYNC", 0x05, Sync),
        new(0x08, "MAPD", 0x08, Mapd),
        new(0x09, "MAPC", 0x09, Mapc),
        new(0x0a, "MAPTI", 0x0a, Mapti),
        new(0x0b, "MAPI", 0x0b, Mapi),
        new(0x0c, "INV", 0x0c, Inv),
        new(0x0d, "INVALL", 0x0d, Invall),
        new(0x0e, "MOVALL", 0x0e, Movall),
        new(0x0f, "DISCARD", 0x0f, Discard),
    ];

    private static readonly FrozenDictionary<byte, ItsCommandRow> ByNumber = Rows.ToFrozenDictionary(r => r.Number);

    public static ItsCommandRow? Find(byte number) => ByNumber.GetValueOrDefault(number);

    /// <summary>Maps a device to a table of translations, or makes it unmapped.</summary>
    private static ItsError Mapd(ItsTranslations its, in ItsCommand c)
    {
        if (!its.Devices.Holds(c.DeviceId))
        {
            return ItsError.DeviceOutOfRange;
        }

        if (c.Valid && c.Size >= LpiTables.IdBits)
        {
            return ItsError.SizeOrProcessorOutOfRange;
        }

        DeviceEntry entry = c.Valid ? new DeviceEntry(c.Size, c.TableAddress) : default;
        return its.Devices.TryWrite(c.DeviceId, entry.Raw) ? ItsError.None : ItsError.Memory;
    }

    /// <summary>Maps a collection to a redistributor, or makes it unmapped.</summary>
    private static ItsError Mapc(ItsTranslations its, in ItsCommand c)
    {
        if (!its.Collections.Holds(c.Collection))
        {
            return ItsError.CollectionOutOfRange;
        }

        if (c.Valid && its.LpisOf(c.Processor) is null)
        {
            return ItsError.SizeOrProcessorOutOfRange;
        }

        CollectionEntry entry = c.Valid ? CollectionEntry.For(c.Processor) : default;
        return its.Collections.TryWrite(c.Collection, entry.Raw) ? ItsError.None : ItsError.Memory;
    }

    /// <summary>Maps an event to an LPI and a collection.</summary>
    private static ItsError Mapti(ItsTranslations its, in ItsCommand c) => Map(its, in c, c.IntId);

    /// <summary>The same where the LPI has the number of the event.</summary>
    private static ItsError Mapi(ItsTranslations its, in ItsCommand c) => Map(its, in c, c.EventId);

    private static ItsError Map(ItsTranslations its, in ItsCommand c, ulong intId)
    {
        ItsError error = its.FindDevice(c.DeviceId, out DeviceEntry device);
        if (error != ItsError.None)
        {
            return error;
        }

        if (!its.Collections.Holds(c.Collection))
        {
            return ItsError.CollectionOutOfRange;
        }

        if (c.EventId >= device.Events)
        {
            return ItsError.EventOutOfRange;
        }

        if (intId is < LpiTables.FirstId or >= 1 << LpiTables.IdBits)
        {
            return ItsError.PhysicalIdOutOfRange;
        }

        TranslationEntry entry = new(intId, c.Collection);
        return its.Memory.TryWrite(device.AddressOf(c.EventId), entry.Raw) ? ItsError.None : ItsError.Memory;
    }

    /// <summary>Gives an event to another collection; what is pending moves along.</summary>
    private static ItsError Movi(ItsTranslations its, in ItsCommand c)
    {
        ItsError error = its.Find(c.DeviceId, c.EventId, out ItsEvent found);
        if (error != ItsError.None)
        {
            return error;
        }

        error = its.FindCollection(c.Collection, out LpiTables? to);
        if (error != ItsError.None)
        {
            return error;
        }

        int id = found.Entry.IntId;
        if (to != found.Lpis && found.Lpis.IsPending(id))
        {
            found.Lpis.SetPending(id, pending: false);
            to!.SetPending(id, pending: true);
        }

        TranslationEntry entry = new((ulong)id, c.Collection);
        return its.Memory.TryWrite(found.At, entry.Raw) ? ItsError.None : ItsError.Memory;
    }

    /// <summary>Moves everything that is pending from one redistributor to another.</summary>
    private static ItsError Movall(ItsTranslations its, in ItsCommand c)
    {
        LpiTables? from = its.LpisOf(c.Processor);
        LpiTables? to = its.LpisOf(c.OtherProcessor);
        if (from is null || to is null)
        {
            // PROCNUM_OOR of this command has the number that DEVICE_OOR has elsewhere.
            return ItsError.DeviceOutOfRange;
        }

        from.MoveAll(to);
        return ItsError.None;
    }

    private static ItsError Int(ItsTranslations its, in ItsCommand c) => Set(its, in c, pending: true);

    private static ItsError Clear(ItsTranslations its, in ItsCommand c) => Set(its, in c, pending: false);

    private static ItsError Set(ItsTranslations its, in ItsCommand c, bool pending)
    {
        ItsError error = its.Find(c.DeviceId, c.EventId, out ItsEvent found);
        if (error == ItsError.None)
        {
            found.Lpis.SetPending(found.Entry.IntId, pending);
        }

        return error;
    }

    /// <summary>Removes the mapping of an event; what is pending is not any more.</summary>
    private static ItsError Discard(ItsTranslations its, in ItsCommand c)
    {
        ItsError error = its.Find(c.DeviceId, c.EventId, out ItsEvent found);
        if (error != ItsError.None)
        {
            return error;
        }

        found.Lpis.SetPending(found.Entry.IntId, pending: false);
        return its.Memory.TryWrite(found.At, 0) ? ItsError.None : ItsError.Memory;
    }

    /// <summary>Makes the redistributor read the properties of an LPI again: here of all, which INV allows.</summary>
    private static ItsError Inv(ItsTranslations its, in ItsCommand c)
    {
        ItsError error = its.Find(c.DeviceId, c.EventId, out ItsEvent found);
        if (error == ItsError.None)
        {
            found.Lpis.Refresh();
        }

        return error;
    }

    /// <summary>The same for all LPIs of a collection.</summary>
    private static ItsError Invall(ItsTranslations its, in ItsCommand c)
    {
        ItsError error = its.FindCollection(c.Collection, out LpiTables? lpis);
        lpis?.Refresh();
        return error;
    }

    /// <summary>Waits for what earlier commands have begun: they are done at once.</summary>
    private static ItsError Sync(ItsTranslations its, in ItsCommand c) => ItsError.None;
}
