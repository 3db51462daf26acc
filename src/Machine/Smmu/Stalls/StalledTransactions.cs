using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Events;

namespace GdbHost.Machine.Smmu.Stalls;

/// <summary>A transaction that waits.</summary>
/// <param name="Tag">STAG.</param>
/// <param name="Record">What is or will be said of it.</param>
/// <param name="IsRecorded">The event queue has had room for it.</param>
internal readonly record struct StalledTransaction(ushort Tag, EventRecord Record, bool IsRecorded);

/// <summary>
/// Transactions that a fault has stalled (IHI 0070, Stall model). The data is with the function that sent the request; what is here is
/// whose it is, until software has answered the event. There is no early retry, and no event is suppressed as a duplicate.
/// </summary>
internal sealed class StalledTransactions(SmmuV3 smmu)
{
    private readonly List<StalledTransaction> _waiting = [];

    /// <summary>The STAG that was given last; the next is the next that nobody has.</summary>
    public ushort Newest { get; private set; }

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<StalledTransaction> Waiting => _waiting;

    /// <summary>False where there is no room.</summary>
    public bool TryHold(in EventRecord fault)
    {
        if (_waiting.Count == Features.MostStalled)
        {
            return false;
        }

        do
        {
            Newest++;
        }
        while (_waiting.Any(w => w.Tag == Newest));

        EventRecord record = fault with { StallTag = Newest };
        _waiting.Add(new StalledTransaction(Newest, record, smmu.Recorder.TryRecordStall(in record)));
        return true;
    }

    /// <summary>CMD_RESUME. One whose event is not recorded yet is none that software can know of.</summary>
    public void Resume(uint stream, ushort tag, StallOutcome outcome) => End(w => w.Tag == tag && w.Record.Stream == stream && w.IsRecorded, outcome);

    /// <summary>CMD_STALL_TERM.</summary>
    public void Terminate(uint stream) => End(w => w.Record.Stream == stream, StallOutcome.Abort);

    /// <summary>Translation was turned off.</summary>
    public void TerminateAll() => End(static _ => true, StallOutcome.Abort);

    /// <summary>The event queue may have become writable: what could not be recorded is tried again as though it were new.</summary>
    public void RetryUnrecorded()
    {
        if (_waiting.Count > 0 && smmu.Recorder.IsWritable)
        {
            End(static w => !w.IsRecorded, StallOutcome.Retry);
        }
    }

    public void Reset()
    {
        _waiting.Clear();
        Newest = 0;
    }

    public void Save(StateWriter to)
    {
        ulong[] words = new ulong[EventRecord.Bytes / sizeof(ulong)];
        to.Write((uint)Newest);
        to.Write(_waiting.Count);
        foreach (StalledTransaction waiting in _waiting)
        {
            waiting.Record.Encode(words);
            to.Write(words);
            to.Write(waiting.IsRecorded);
        }
    }

    public void Restore(StateReader from)
    {
        Reset();
        ulong[] words = new ulong[EventRecord.Bytes / sizeof(ulong)];
        Newest = (ushort)from.ReadUInt32();
        int count = from.ReadBelow(Features.MostStalled + 1, "a number of stalled transactions");
        for (int i = 0; i < count; i++)
        {
            from.ReadWords(words);
            EventRecord record = EventRecord.Decode(words);
            _waiting.Add(new StalledTransaction(record.StallTag ?? 0, record, from.ReadBool()));
        }
    }

    private void End(System.Predicate<StalledTransaction> which, StallOutcome outcome)
    {
        StalledTransaction[] ended = [.. _waiting.FindAll(which)];
        _waiting.RemoveAll(which);
        foreach (StalledTransaction one in ended)
        {
            smmu.Endpoints?.Release(one.Tag, outcome);
        }
    }
}
