using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Devices.Nvme.Rings;

/// <summary>A ring of answers in memory (NVM Express Base Specification 1.4, sections 4.1 and 4.6); one that there is not has no entries.</summary>
internal sealed class CompletionQueue(int id)
{
    public const int EntryBytes = 16;

    public int Id => id;

    /// <summary>Of the first entry, a multiple of the page size.</summary>
    public ulong Address { get; set; }

    /// <summary>2 or more; 0 for a queue that there is not.</summary>
    public int Entries { get; set; }

    /// <summary>The next entry that the driver will take.</summary>
    public int Head { get; set; }

    /// <summary>The next entry to write.</summary>
    public int Tail { get; set; }

    /// <summary>The Phase Tag of entries written now: it changes with each round.</summary>
    public bool Phase { get; set; }

    /// <summary>IEN: entries are announced by an interrupt.</summary>
    public bool Interrupts { get; set; }

    /// <summary>IV: which interrupt.</summary>
    public int Vector { get; set; }

    /// <summary>There are entries that no interrupt has announced.</summary>
    [field: NotState("within one round of service")]
    public bool IsNew { get; set; }

    public bool Exists => Entries != 0;

    public bool IsFull => (Tail + 1) % Entries == Head;

    /// <summary>There are entries that the driver has not taken.</summary>
    public bool HasEntries => Exists && Head != Tail;

    public void Clear()
    {
        (Address, Entries, Head, Tail) = (0, 0, 0, 0);
        (Phase, Interrupts, Vector, IsNew) = (false, false, 0, false);
    }

    public void Advance()
    {
        Tail++;
        if (Tail == Entries)
        {
            Tail = 0;
            Phase = !Phase;
        }
    }

    public void Save(StateWriter to)
    {
        to.Write(Address);
        to.Write(Entries);
        to.Write(Head);
        to.Write(Tail);
        to.Write(Phase);
        to.Write(Interrupts);
        to.Write(Vector);
    }

    /// <param name="vectors">How many there are.</param>
    public void Restore(StateReader from, int vectors)
    {
        Address = from.ReadUInt64();
        Entries = from.ReadBelow(NvmeQueues.MostEntries + 1, "entries of a queue");
        Head = from.ReadBelow(NvmeQueues.MostEntries, "the head of a queue");
        Tail = from.ReadBelow(NvmeQueues.MostEntries, "the tail of a queue");
        Phase = from.ReadBool();
        Interrupts = from.ReadBool();
        Vector = from.ReadBelow(vectors, "the vector of a queue");
    }
}
