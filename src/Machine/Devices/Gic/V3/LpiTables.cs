using System;
using System.Numerics;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>
/// The locality-specific interrupts of one core (IHI 0069, LPIs): a byte of properties for each in a table that
/// all cores share, and a bit for what is pending in one of the core's own. Both are in guest memory. What is
/// remembered of them is the most urgent one that is pending and enabled; software says by commands when it has
/// changed a property.
/// </summary>
internal sealed class LpiTables(GuestTables memory, InterruptConfiguration interrupts)
{
    public const int FirstId = 8192;

    /// <summary>GICD_TYPER.IDbits: IDs of 16 bits.</summary>
    public const int IdBits = 16;

    private const ulong PropertyAddress = 0x000f_ffff_ffff_f000;
    private const ulong PendingAddress = 0x000f_ffff_ffff_0000;

    /// <summary>GICR_PENDBASER.PTZ: the pending table is zero. Reads as zero.</summary>
    private const ulong PendingTableZero = 1UL << 62;

    private const byte EnabledBit = 1;
    private const byte PriorityBits = 0xfc;

    private ulong _pendingBase;
    private bool _enabled;
    private int _best = PendingInterrupt.Spurious;
    private int _bestPriority = RunningPriorities.Idle;

    /// <summary>GICR_PROPBASER.</summary>
    public ulong PropertyBase { get; set; }

    /// <summary>GICR_PENDBASER.</summary>
    public ulong PendingBase
    {
        get => _pendingBase & ~PendingTableZero;
        set => _pendingBase = value;
    }

    /// <summary>GICR_CTLR.EnableLPIs: interrupts that are pending in the table count from now on.</summary>
    public bool Enabled
    {
        get => _enabled;
        set
        {
            bool was = _enabled;
            _enabled = value;
            if (value && !was)
            {
                Refresh();
            }
        }
    }

    /// <summary>IDs below this have a place in the tables.</summary>
    private int Limit => 1 << (int)Math.Min((PropertyBase & 0x1f) + 1, IdBits);

    /// <summary>The most urgent LPI that is pending and enabled.</summary>
    public PendingInterrupt Highest() =>
        Exists(_best) && interrupts.ForwardsGroup1 ? new PendingInterrupt(_best, _bestPriority, InterruptGroup.Group1) : PendingInterrupt.None;

    public bool IsPending(int id) =>
        Exists(id) && memory.TryReadByte(PendingByte(id), out byte bits) && ((uint)bits).Bit(id % 8);

    /// <summary>Sets or clears the pending state. An LPI that the tables have no place for is lost.</summary>
    public void SetPending(int id, bool pending)
    {
        if (!Exists(id) || !Mark(id, pending))
        {
            return;
        }

        if (pending)
        {
            Consider(id);
        }
        else if (id == _best)
        {
            Refresh();
        }
    }

    /// <summary>Reads the tables again.</summary>
    public void Refresh()
    {
        _best = PendingInterrupt.Spurious;
        _bestPriority = RunningPriorities.Idle;
        if (!_enabled)
        {
            return;
        }

        for (int id = NextPending(FirstId); id >= 0; id = NextPending(id + 1))
        {
            Consider(id);
        }
    }

    /// <summary>Gives all that is pending to another core.</summary>
    public void MoveAll(LpiTables to)
    {
        for (int id = NextPending(FirstId); id >= 0 && to != this; id = NextPending(id + 1))
        {
            Mark(id, pending: false);
            to.SetPending(id, pending: true);
        }

        Refresh();
    }

    public void Reset()
    {
        PropertyBase = 0;
        _pendingBase = 0;
        _enabled = false;
        _best = PendingInterrupt.Spurious;
        _bestPriority = RunningPriorities.Idle;
    }

    public void Save(StateWriter to)
    {
        to.Write(PropertyBase);
        to.Write(_pendingBase);
        to.Write(_enabled);
        to.Write(_best);
        to.Write(_bestPriority);
    }

    public void Restore(StateReader from)
    {
        PropertyBase = from.ReadUInt64();
        _pendingBase = from.ReadUInt64();
        _enabled = from.ReadBool();
        _best = from.ReadBelow(1 << IdBits, "the pending LPI");
        _bestPriority = from.ReadBelow(2 * RunningPriorities.Idle, "the priority of an LPI");
    }

    private bool Exists(int id) => _enabled && id >= FirstId && id < Limit;

    private ulong PendingByte(int id) => (_pendingBase & PendingAddress) + (ulong)(id / 8);

    private bool Mark(int id, bool pending)
    {
        if (!memory.TryReadByte(PendingByte(id), out byte bits))
        {
            return false;
        }

        byte bit = (byte)(1 << (id % 8));
        byte changed = (byte)(pending ? bits | bit : bits & ~bit);
        return changed == bits || memory.TryWriteByte(PendingByte(id), changed);
    }

    /// <summary>The first pending LPI from an ID on; -1 for none.</summary>
    private int NextPending(int from)
    {
        const int IdsPerWord = 64;
        int limit = Limit;
        for (int word = from / IdsPerWord; word < limit / IdsPerWord; word++)
        {
            if (!memory.TryRead(PendingByte(word * IdsPerWord), out ulong bits))
            {
                return -1;
            }

            bits &= word == from / IdsPerWord ? ulong.MaxValue << (from % IdsPerWord) : ulong.MaxValue;
            if (bits != 0)
            {
                return (word * IdsPerWord) + BitOperations.TrailingZeroCount(bits);
            }
        }

        return -1;
    }

    /// <summary>An LPI as its tables have it; null where the tables have no place for it.</summary>
    public InterruptDescription? Describe(int core, int id) => TryProperties(id, out bool enabled, out int priority)
        ? new InterruptDescription(
            id, (int)InterruptGroup.Group1, priority, Line: false, IsPending(id), Active: false, enabled, Edge: true, interrupts.ForwardsGroup1, Routed: true, [core])
        : null;

    private bool TryProperties(int id, out bool enabled, out int priority)
    {
        byte properties = 0;
        bool there = Exists(id) && memory.TryReadByte((PropertyBase & PropertyAddress) + (ulong)(id - FirstId), out properties);
        enabled = (properties & EnabledBit) != 0;

        // The table holds Non-secure priorities: the less urgent half where there is a Secure one.
        priority = properties & PriorityBits;
        priority = interrupts.OneSecurityState ? priority : InterruptConfiguration.NonSecureHalf | (priority >> 1);
        return there;
    }

    private void Consider(int id)
    {
        if (!TryProperties(id, out bool enabled, out int priority) || !enabled)
        {
            return;
        }

        if (priority < _bestPriority || (priority == _bestPriority && id < _best))
        {
            _best = id;
            _bestPriority = priority;
        }
    }
}
