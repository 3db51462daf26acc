using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;

namespace GdbHost.Machine.Smmu.Events;

/// <summary>What became of an event.</summary>
internal enum EventOutcome : byte
{
    /// <summary>The queue is off, or had no room: the event is lost.</summary>
    Lost,

    /// <summary>The record could not be written.</summary>
    Aborted,

    Recorded,

    /// <summary>Recorded in a queue that had been empty: an interrupt is due.</summary>
    RecordedFirst,
}

/// <summary>The event queue (IHI 0070, Event queue): writes records and says so in SMMU_EVENTQ_PROD.</summary>
internal static class EventQueue
{
    /// <param name="producer">SMMU_EVENTQ_PROD, WR and OVFLG.</param>
    /// <param name="consumer">SMMU_EVENTQ_CONS, RD and OVACKFLG.</param>
    public static EventOutcome Record(GuestTables memory, QueueRing ring, in EventRecord record, ref uint producer, uint consumer)
    {
        if (ring.IsFull(producer, consumer))
        {
            // One overflow is told until software has acknowledged it.
            bool told = (producer ^ consumer).Bit(31);
            producer ^= told ? 0 : Registers.OverflowBit;
            return EventOutcome.Lost;
        }

        Span<ulong> words = stackalloc ulong[EventRecord.Bytes / sizeof(ulong)];
        record.Encode(words);
        if (!memory.TryWriteAll(ring.AddressOf(producer), words))
        {
            return EventOutcome.Aborted;
        }

        bool first = ring.IsEmpty(producer, consumer);
        producer = (producer & Registers.OverflowBit) | ring.Next(producer);
        return first ? EventOutcome.RecordedFirst : EventOutcome.Recorded;
    }
}
