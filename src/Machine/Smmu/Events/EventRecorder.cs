using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;

namespace GdbHost.Machine.Smmu.Events;

/// <summary>Records events in the event queue, where it can be written (IHI 0070, Recording of events and conditions for writing to the Event queue).</summary>
internal sealed class EventRecorder(SmmuV3 smmu, GuestTables memory)
{
    private const int RecordInvalidStreams = 1;

    /// <summary>Called with each event, whether the event queue takes it or not; null where nobody listens.</summary>
    [field: NotState("a listener")]
    public Action<EventRecord>? Observer { get; set; }

    /// <summary>The queue takes records now.</summary>
    public bool IsWritable => IsOn && !smmu.EventRing.IsFull(smmu.Bank[Registers.EventqProd], smmu.Bank[Registers.EventqCons]);

    private bool IsOn => smmu.Control.EventQueueEnable && !smmu.Errors.IsActive(GlobalError.EventqAbtErr);

    /// <summary>Records an event of a transaction that has ended: it is lost where the queue takes none.</summary>
    public void Record(in EventRecord record)
    {
        Observer?.Invoke(record);
        if (IsOn && (record.Kind != EventKind.BadStreamId || smmu.Bank[Registers.Cr2].Bit(RecordInvalidStreams)))
        {
            Write(in record);
        }
    }

    /// <summary>Records an event of a stalled transaction, which is never lost: false where it has to be recorded later.</summary>
    public bool TryRecordStall(in EventRecord record)
    {
        Observer?.Invoke(record);
        return IsWritable && Write(in record);
    }

    private bool Write(in EventRecord record)
    {
        uint producer = smmu.Bank[Registers.EventqProd];
        EventOutcome outcome = EventQueue.Record(memory, smmu.EventRing, record, ref producer, smmu.Bank[Registers.EventqCons]);
        smmu.Bank[Registers.EventqProd] = producer;
        if (outcome == EventOutcome.Aborted)
        {
            smmu.Signals.Raise(GlobalError.EventqAbtErr);
        }
        else if (outcome == EventOutcome.RecordedFirst)
        {
            smmu.Signals.EventsWait();
        }

        return outcome is EventOutcome.Recorded or EventOutcome.RecordedFirst;
    }
}
