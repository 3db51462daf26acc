using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme.Rings;

/// <summary>A ring of commands in memory (NVM Express Base Specification 1.4, section 4.1); one that there is not has no entries.</summary>
internal sealed class SubmissionQueue(int id)
{
    public int Id => id;

    /// <summary>Of the first entry, a multiple of the page size.</summary>
    public ulong Address { get; set; }

    /// <summary>2 or more; 0 for a queue that there is not.</summary>
    public int Entries { get; set; }

    /// <summary>The next entry to take.</summary>
    public int Head { get; set; }

    /// <summary>Behind the last entry that the driver has written.</summary>
    public int Tail { get; set; }

    /// <summary>The completion queue that answers go to.</summary>
    public int CompletionId { get; set; }

    public bool Exists => Entries != 0;

    public void Clear() => (Address, Entries, Head, Tail, CompletionId) = (0, 0, 0, 0, 0);

    public void Save(StateWriter to)
    {
        to.Write(Address);
        to.Write(Entries);
        to.Write(Head);
        to.Write(Tail);
        to.Write(CompletionId);
    }

    /// <param name="queues">How many completion queues there can be.</param>
    public void Restore(StateReader from, int queues)
    {
        Address = from.ReadUInt64();
        Entries = from.ReadBelow(NvmeQueues.MostEntries + 1, "entries of a queue");
        Head = from.ReadBelow(NvmeQueues.MostEntries, "the head of a queue");
        Tail = from.ReadBelow(NvmeQueues.MostEntries, "the tail of a queue");
        CompletionId = from.ReadBelow(queues, "a completion queue");
    }
}
