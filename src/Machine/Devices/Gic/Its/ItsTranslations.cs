using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Gic.V3;

namespace GdbHost.Machine.Devices.Gic.Its;

/// <summary>What an event of a device is: an LPI of a core.</summary>
/// <param name="Entry">The translation.</param>
/// <param name="At">Where it is in memory.</param>
/// <param name="Lpis">The LPIs of the core that the collection names.</param>
internal readonly record struct ItsEvent(TranslationEntry Entry, ulong At, LpiTables Lpis);

/// <summary>
/// From device and event to an LPI, by three tables in guest memory (IHI 0069, The Interrupt Translation Service). Nothing of
/// them is kept, so that what software sees does not depend on when they are read.
/// </summary>
internal sealed class ItsTranslations(GuestTables memory, IReadOnlyList<LpiTables> cores)
{
    public ItsTable Devices { get; } = new(type: 1, memory);

    public ItsTable Collections { get; } = new(type: 4, memory);

    public GuestTables Memory => memory;

    /// <summary>The LPIs of a core; null where there is no such core.</summary>
    public LpiTables? LpisOf(ulong processor) => processor < (ulong)cores.Count ? cores[(int)processor] : null;

    public ItsError FindDevice(ulong device, out DeviceEntry entry)
    {
        entry = default;
        if (!Devices.Holds(device))
        {
            return ItsError.DeviceOutOfRange;
        }

        if (!Devices.TryRead(device, out ulong raw))
        {
            return ItsError.Memory;
        }

        entry = new DeviceEntry(raw);
        return entry.IsValid ? ItsError.None : ItsError.UnmappedDevice;
    }

    public ItsError FindCollection(ulong collection, out LpiTables? lpis)
    {
        lpis = null;
        if (!Collections.Holds(collection))
        {
            return ItsError.CollectionOutOfRange;
        }

        if (!Collections.TryRead(collection, out ulong raw))
        {
            return ItsError.Memory;
        }

        CollectionEntry entry = new(raw);
        lpis = entry.IsValid ? LpisOf(entry.Processor) : null;
        return lpis is null ? ItsError.UnmappedCollection : ItsError.None;
    }

    /// <summary>Finds all that belongs to an event.</summary>
    public ItsError Find(ulong device, ulong eventId, out ItsEvent found)
    {
        found = default;
        ItsError error = FindDevice(device, out DeviceEntry entry);
        if (error != ItsError.None)
        {
            return error;
        }

        if (eventId >= entry.Events)
        {
            return ItsError.EventOutOfRange;
        }

        ulong at = entry.AddressOf(eventId);
        if (!memory.TryRead(at, out ulong raw))
        {
            return ItsError.Memory;
        }

        TranslationEntry translation = new(raw);
        if (!translation.IsValid)
        {
            return ItsError.UnmappedInterrupt;
        }

        error = FindCollection(translation.Collection, out LpiTables? lpis);
        if (error == ItsError.None)
        {
            found = new ItsEvent(translation, at, lpis!);
        }

        return error;
    }

    public void Reset()
    {
        Devices.Reset();
        Collections.Reset();
    }

    public void Save(StateWriter to)
    {
        Devices.Save(to);
        Collections.Save(to);
    }

    public void Restore(StateReader from)
    {
        Devices.Restore(from);
        Collections.Restore(from);
    }
}
