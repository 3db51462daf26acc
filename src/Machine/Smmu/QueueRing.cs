using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Smmu;

/// <summary>Where a circular queue in memory is and how its indexes are read (IHI 0070, SMMU circular queues).</summary>
/// <param name="Base">SMMU_*Q_BASE.</param>
/// <param name="EntryBytes">Bytes of an entry, a power of two.</param>
internal readonly record struct QueueRing(ulong Base, int EntryBytes)
{
    /// <summary>log2 of the entries; what is larger than the largest queue is taken as that.</summary>
    public int Bits => (int)Math.Min(Base.Field(4, 0), Features.QueueBits);

    public uint Entries => 1u << Bits;

    /// <summary>Physical address of entry 0: aligned to the queue's size, or to 32 bytes if that is more.</summary>
    public ulong Start => (Base.Field(51, 5) << 5) & ~(((ulong)Entries * (ulong)EntryBytes) - 1);

    /// <summary>Index and wrap bit.</summary>
    private uint Mask => (Entries * 2) - 1;

    public ulong AddressOf(uint index) => Start + ((ulong)(index & (Entries - 1)) * (ulong)EntryBytes);

    public bool IsEmpty(uint producer, uint consumer) => ((producer ^ consumer) & Mask) == 0;

    public bool IsFull(uint producer, uint consumer) => ((producer ^ consumer) & Mask) == Entries;

    /// <summary>The index behind, with its wrap bit.</summary>
    public uint Next(uint index) => (index + 1) & Mask;

    /// <summary>The index before, with its wrap bit.</summary>
    public uint Previous(uint index) => (index - 1) & Mask;

    /// <summary>How many entries wait.</summary>
    public uint Waiting(uint producer, uint consumer) => (producer - consumer) & Mask;
}
