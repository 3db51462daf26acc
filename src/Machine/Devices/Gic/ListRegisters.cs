using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// The list registers of one core, in which a hypervisor puts the interrupts of its guest (IHI 0069, ICH_LRn_EL2;
/// IHI 0048, GICH_LRn, whose fields are the same in other places).
/// </summary>
internal sealed class ListRegisters
{
    /// <summary>As QEMU 7.2 and Cortex-A53.</summary>
    public const int Count = 4;

    private readonly ulong[] _entries = new ulong[Count];

    /// <summary>GICH_EISR, ICH_EISR_EL2: entries whose end the hypervisor wants to hear of.</summary>
    public uint Ended => Collect(e => e.State == 0 && !e.IsHardware && e.WantsEnd);

    /// <summary>GICH_ELRSR, ICH_ELRSR_EL2: entries that are free.</summary>
    public uint Empty => Collect(e => e.State == 0 && (e.IsHardware || !e.WantsEnd));

    /// <summary>At most one entry is in use.</summary>
    public bool Underflows => System.Numerics.BitOperations.PopCount(Collect(e => e.State != 0)) <= 1;

    /// <summary>An entry is pending and not active as well.</summary>
    public bool AnyPending => Collect(e => e.State == ListEntry.Pending) != 0;

    public ListEntry this[int index]
    {
        get => new(_entries[index]);
        set => _entries[index] = value.Raw & ListEntry.Implemented;
    }

    /// <summary>The most urgent entry that is pending in a group that counts; the first among equals.</summary>
    public PendingInterrupt Highest(bool group0 = true, bool group1 = true)
    {
        PendingInterrupt best = PendingInterrupt.None;
        foreach (ulong raw in _entries)
        {
            ListEntry entry = new(raw);
            if (entry.State == ListEntry.Pending && entry.Priority < best.Priority && (entry.IsGroup1 ? group1 : group0))
            {
                best = new PendingInterrupt(entry.VirtualId, entry.Priority, entry.Group);
            }
        }

        return best;
    }

    /// <summary>The first entry for an ID that is pending; -1 for none.</summary>
    public int FindPending(int id) => Find(id, static e => e.State == ListEntry.Pending);

    /// <summary>The first entry for an ID that is active; -1 for none.</summary>
    public int FindActive(int id) => Find(id, static e => e.State.Bit(1));

    /// <summary>The first entry for an ID that is in use; -1 for none.</summary>
    public int FindUsed(int id) => Find(id, static e => e.State != 0);

    public void Reset() => Array.Clear(_entries);

    public void Save(StateWriter to) => to.Write(_entries.AsSpan());

    public void Restore(StateReader from) => from.ReadWords(_entries.AsSpan());

    private uint Collect(Func<ListEntry, bool> which)
    {
        uint found = 0;
        for (int i = 0; i < Count; i++)
        {
            found |= which(this[i]) ? 1u << i : 0;
        }

        return found;
    }

    private int Find(int id, Func<ListEntry, bool> which) =>
        Array.FindIndex(_entries, e => new ListEntry(e).VirtualId == id && which(new ListEntry(e)));
}

/// <summary>ICH_LRn_EL2, Interrupt Controller List Registers (IHI 0069), with five bits of priority.</summary>
internal readonly record struct ListEntry(ulong Raw)
{
    public const uint Pending = 1;
    public const uint Active = 2;

    /// <summary>Bits that are not RES0.</summary>
    public const ulong Implemented = 0xf0f8_1fff_ffff_ffff;

    public int VirtualId => (int)Raw.Field(31, 0);

    /// <summary>GICv2, for a software-generated interrupt: the core that sent it.</summary>
    public uint Sender => (uint)Raw.Field(34, 32);

    /// <summary>With <see cref="IsHardware"/>: the physical interrupt to deactivate with this one.</summary>
    public int PhysicalId => (int)Raw.Field(44, 32);

    /// <summary>Without <see cref="IsHardware"/>: the end of this interrupt is a cause for maintenance.</summary>
    public bool WantsEnd => Raw.Bit(41);

    public int Priority => (int)Raw.Field(55, 48);

    public bool IsGroup1 => Raw.Bit(60);

    public InterruptGroup Group => IsGroup1 ? InterruptGroup.Group1 : InterruptGroup.Group0;

    public bool IsHardware => Raw.Bit(61);

    public uint State => (uint)Raw.Field(63, 62);

    public ListEntry WithState(uint state) => new(Raw.WithField(63, 62, state));

    /// <summary>GICH_LRn as an entry: state, HW and group on top, priority without its low bits, physical and virtual ID.</summary>
    public static ListEntry FromGicV2(uint word) => new(
        (ulong)word.Field(9, 0) | ((ulong)word.Field(19, 10) << 32) | ((ulong)word.Field(27, 23) << 51)
        | ((ulong)word.Field(30, 30) << 60) | ((ulong)word.Field(31, 31) << 61) | ((ulong)word.Field(29, 28) << 62));

    /// <inheritdoc cref="FromGicV2"/>
    public uint ToGicV2() => (uint)(
        Raw.Field(9, 0) | (Raw.Field(41, 32) << 10) | (Raw.Field(55, 51) << 23)
        | (Raw.Field(63, 62) << 28) | (Raw.Field(60, 60) << 30) | (Raw.Field(61, 61) << 31));
}
