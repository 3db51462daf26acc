using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Smmu.Events;

namespace GdbHost.Machine.Smmu.Tables;

/// <summary>A structure in memory, or why there is none.</summary>
/// <param name="Problem">The event that says why; null where it was read.</param>
/// <param name="Address">Physical address of the structure, or of what could not be read.</param>
internal readonly record struct Lookup<T>(EventKind? Problem, ulong Address, T Value);

/// <summary>Finds stream table entries (IHI 0070, Stream table lookup).</summary>
/// <param name="Base">SMMU_STRTAB_BASE.</param>
/// <param name="Configuration">SMMU_STRTAB_BASE_CFG.</param>
internal readonly record struct StreamTable(ulong Base, uint Configuration)
{
    private const int DescriptorBytes = 8;
    private const int TwoLevel = 1;

    /// <summary>SMMU_CR2.E2H.</summary>
    public bool E2h { get; init; }

    /// <summary>LOG2SIZE: no more than there are StreamIDs.</summary>
    public int Bits => (int)Math.Min(Configuration.Field(5, 0), Features.StreamIdBits);

    public bool IsTwoLevel => Configuration.Field(17, 16) == TwoLevel;

    /// <summary>Bits of the StreamID that select in a second-level table: 6, 8 or 10; other values behave as 6.</summary>
    public int Split => Configuration.Field(10, 6) is 8 or 10 ? (int)Configuration.Field(10, 6) : 6;

    /// <summary>Physical address of the first table: aligned to its size.</summary>
    public ulong Start
    {
        get
        {
            int sizeBits = IsTwoLevel ? Math.Max(6, Bits - Split + 3) : Bits + 6;
            return (Base.Field(51, 6) << 6) & (ulong.MaxValue << sizeBits);
        }
    }

    public Lookup<StreamTableEntry> Find(GuestTables memory, uint stream)
    {
        if (stream >> Bits != 0)
        {
            return new(EventKind.BadStreamId, 0, default);
        }

        if (!IsTwoLevel)
        {
            return Read(memory, Start + ((ulong)stream * StreamTableEntry.Bytes));
        }

        ulong at = Start + ((ulong)(stream >> Split) * DescriptorBytes);
        if (!memory.TryRead(at, out ulong descriptor))
        {
            return new(EventKind.SteFetch, at, default);
        }

        // Span 0 is an invalid descriptor; one larger than the split is ILLEGAL.
        int span = (int)descriptor.Field(4, 0);
        uint index = stream & ((1u << Split) - 1);
        if (span == 0 || span > Split + 1 || index >> (span - 1) != 0)
        {
            return new(EventKind.BadStreamId, at, default);
        }

        ulong table = (descriptor.Field(51, 6) << 6) & (ulong.MaxValue << (span - 1 + 6));
        return Read(memory, table + ((ulong)index * StreamTableEntry.Bytes));
    }

    private Lookup<StreamTableEntry> Read(GuestTables memory, ulong at)
    {
        Span<ulong> words = stackalloc ulong[StreamTableEntry.Words];
        return memory.TryReadAll(at, words)
            ? new(null, at, StreamTableEntry.From(words) with { E2h = E2h })
            : new(EventKind.SteFetch, at, default);
    }
}
