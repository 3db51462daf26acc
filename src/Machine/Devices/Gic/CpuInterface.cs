using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// The CPU interface of one core (IHI 0048, CPU interface): masks by priority, acknowledges, and keeps the active
/// priorities. The same hardware serves a virtual machine's view with other limits.
/// </summary>
internal sealed class CpuInterface(IInterruptSource source, CpuInterfaceLimits limits) : ICpuInterface
{
    private const uint EnableGroup0 = 1;
    private const uint EnableGroup1 = 2;

    /// <summary>GICC_CTLR: both enables, AckCtl, FIQEn, CBPR, EOImode; with the Security Extensions also EOImodeNS.</summary>
    private readonly uint _writableControl = limits.HasSecurityExtensions ? 0x61fu : 0x21fu;

    /// <summary>GICC_APRn and GICC_NSAPRn.</summary>
    private readonly RunningPriorities _active = new(limits.MinimumBinaryPoint, limits.GroupsShareActive ? 1 : 2);
    private uint _binaryPoint = (uint)limits.MinimumBinaryPoint;
    private uint _aliasedBinaryPoint = (uint)limits.MinimumBinaryPoint + 1;
    private uint _priorityMask;
    private uint _control;

    /// <summary>GICC_CTLR.</summary>
    public uint Control
    {
        get => _control;
        set
        {
            _control = value & _writableControl;
            source.Changed();
        }
    }

    /// <summary>GICC_PMR.</summary>
    public uint PriorityMask
    {
        get => _priorityMask;
        set
        {
            _priorityMask = value & limits.PriorityBits;
            source.Changed();
        }
    }

    /// <summary>GICC_BPR.</summary>
    public uint BinaryPoint
    {
        get => _binaryPoint;
        set
        {
            _binaryPoint = Math.Max(value & 7, (uint)limits.MinimumBinaryPoint);
            source.Changed();
        }
    }

    /// <summary>GICC_ABPR.</summary>
    public uint AliasedBinaryPoint
    {
        get => _aliasedBinaryPoint;
        set
        {
            _aliasedBinaryPoint = Math.Max(value & 7, (uint)limits.MinimumBinaryPoint + 1);
            source.Changed();
        }
    }

    /// <summary>GICC_RPR: 0xff when nothing is active.</summary>
    public uint RunningPriority => (uint)Math.Min(_active.Running, 0xff);

    /// <summary>GICC_CTLR.CBPR: group 1 uses GICC_BPR too.</summary>
    public bool CommonBinaryPoint => _control.Bit(4);

    private bool SplitsEndOfInterrupt => _control.Bit(9);

    private bool AcknowledgesGroup1 => _control.Bit(2);

    private bool SignalsGroup0AsFiq => _control.Bit(3);

    /// <summary>The two request wires to the core as they should be now.</summary>
    public (bool Irq, bool Fiq) Outputs()
    {
        if ((_control & (EnableGroup0 | EnableGroup1)) == 0)
        {
            return (false, false);
        }

        PendingInterrupt best = source.Highest();
        if (!Preempts(best))
        {
            return (false, false);
        }

        bool asFiq = !best.IsGroup1 && SignalsGroup0AsFiq;
        return (!asFiq, asFiq);
    }

    /// <summary>GICC_IAR: takes the most urgent interrupt. 1022 tells that it is one of group 1, for GICC_AIAR.</summary>
    public uint Acknowledge()
    {
        uint seen = HighestPending();
        return seen < 1020 ? Take() : seen;
    }

    /// <summary>GICC_AIAR: takes the most urgent interrupt if it is of group 1.</summary>
    public uint AcknowledgeGroup1() => HighestPendingGroup1() < 1020 ? Take() : PendingInterrupt.Spurious;

    /// <summary>GICC_IAR as the debugger sees it: what an acknowledge would return, without the sender of an SGI.</summary>
    public uint HighestPending()
    {
        PendingInterrupt best = source.Highest();
        if (!Signaled(best))
        {
            return PendingInterrupt.Spurious;
        }

        return best.IsGroup1 && !AcknowledgesGroup1 ? 1022u : (uint)best.Id;
    }

    /// <summary>GICC_AHPPIR.</summary>
    public uint HighestPendingGroup1()
    {
        PendingInterrupt best = source.Highest();
        return Signaled(best) && best.IsGroup1 ? (uint)best.Id : PendingInterrupt.Spurious;
    }

    /// <summary>The most urgent interrupt that is signaled, of whatever group; spurious if there is none.</summary>
    public PendingInterrupt Candidate()
    {
        PendingInterrupt best = source.Highest();
        return Signaled(best) ? best : PendingInterrupt.None;
    }

    /// <summary>Takes the most urgent interrupt if it preempts what runs.</summary>
    public uint Take()
    {
        PendingInterrupt best = source.Highest();
        if (!Preempts(best))
        {
            return PendingInterrupt.Spurious;
        }

        _active.Raise(ActiveSet(best.IsGroup1), GroupPriority(best.Priority, best.IsGroup1));
        uint acknowledged = source.Activate(best.Id);
        source.Changed();
        return acknowledged;
    }

    /// <summary>Whether an interrupt is of group 1.</summary>
    public bool IsGroup1(uint acknowledged) => source.IsGroup1((int)(acknowledged & 0x3ff));

    /// <summary>GICC_EOIR: drops the running priority, and deactivates unless EOImode splits the two.</summary>
    public void EndOfInterrupt(uint acknowledged) => EndOfInterrupt(acknowledged, SplitsEndOfInterrupt);

    /// <param name="acknowledged">What the acknowledge returned.</param>
    /// <param name="splits">The interrupt stays active until GICC_DIR names it.</param>
    public void EndOfInterrupt(uint acknowledged, bool splits)
    {
        int id = (int)(acknowledged & 0x3ff);
        if (id >= 1020 || _active.Running == RunningPriorities.Idle)
        {
            return;
        }

        _active.Drop(ActiveSet(source.IsGroup1(id)));
        if (!splits)
        {
            source.Deactivate(acknowledged);
        }

        source.Changed();
    }

    /// <summary>GICC_AEOIR: the same, for group 1 alone.</summary>
    public void EndOfInterruptGroup1(uint acknowledged) => EndOfInterrupt(acknowledged);

    /// <summary>GICC_DIR.</summary>
    public void Deactivate(uint acknowledged) => Deactivate(acknowledged, SplitsEndOfInterrupt);

    /// <param name="acknowledged">What the acknowledge returned.</param>
    /// <param name="splits">The end of an interrupt does not deactivate.</param>
    public void Deactivate(uint acknowledged, bool splits)
    {
        // UNPREDICTABLE without EOImode: ignored, as QEMU does.
        if (splits && (acknowledged & 0x3ff) < 1020)
        {
            source.Deactivate(acknowledged);
            source.Changed();
        }
    }

    public uint ActivePriorities(int word, bool group1) => _active.Read(group1 ? 1 : 0, word);

    public void SetActivePriorities(int word, bool group1, uint value)
    {
        _active.Write(group1 ? 1 : 0, word, value);
        source.Changed();
    }

    /// <param name="priorityMask">GICC_PMR after reset.</param>
    public void Reset(uint priorityMask = 0)
    {
        _active.Reset();
        _control = 0;
        _priorityMask = priorityMask;
        _binaryPoint = (uint)limits.MinimumBinaryPoint;
        _aliasedBinaryPoint = (uint)limits.MinimumBinaryPoint + 1;
    }

    /// <summary>Sets the fields that GICH_VMCR holds, for which no write of the guest counts.</summary>
    public void Load(uint control, uint priorityMask, uint binaryPoint, uint aliasedBinaryPoint)
    {
        _control = control & _writableControl;
        _priorityMask = priorityMask & limits.PriorityBits;
        _binaryPoint = Math.Max(binaryPoint, (uint)limits.MinimumBinaryPoint);
        _aliasedBinaryPoint = Math.Max(aliasedBinaryPoint, (uint)limits.MinimumBinaryPoint + 1);
    }

    public void Save(StateWriter to)
    {
        _active.Save(to);
        to.Write(_control);
        to.Write(_priorityMask);
        to.Write(_binaryPoint);
        to.Write(_aliasedBinaryPoint);
    }

    public void Restore(StateReader from)
    {
        _active.Restore(from);
        _control = from.ReadUInt32();
        _priorityMask = from.ReadUInt32();
        _binaryPoint = from.ReadUInt32();
        _aliasedBinaryPoint = from.ReadUInt32();
    }

    private int ActiveSet(bool group1) => group1 && !limits.GroupsShareActive ? 1 : 0;

    private bool Signaled(PendingInterrupt best) =>
        best.Id < 1020 && (_control & (best.IsGroup1 ? EnableGroup1 : EnableGroup0)) != 0 && best.Priority < _priorityMask;

    private bool Preempts(PendingInterrupt best) => Signaled(best) && GroupPriority(best.Priority, best.IsGroup1) < _active.Running;

    /// <summary>The part of a priority that decides preemption: the binary point cuts the rest off.</summary>
    private int GroupPriority(int priority, bool group1)
    {
        int point = (int)(group1 && !CommonBinaryPoint ? _aliasedBinaryPoint - 1 : _binaryPoint);
        return priority & (-1 << (point + 1));
    }
}

/// <summary>How many bits of priority a CPU interface has.</summary>
/// <param name="MinimumBinaryPoint">Smallest value of GICC_BPR: 0 with 8 priority bits, 2 with 5.</param>
/// <param name="GroupsShareActive">One register holds the active priorities of both groups, as GICH_APR does.</param>
/// <param name="HasSecurityExtensions">Non-secure accesses have a view of their own.</param>
internal sealed record CpuInterfaceLimits(
    int MinimumBinaryPoint, bool GroupsShareActive, bool HasSecurityExtensions = false)
{
    /// <summary>All eight bits of priority, as QEMU's GICv2.</summary>
    public static readonly CpuInterfaceLimits Physical = new(0, GroupsShareActive: false);

    /// <summary>The same with the Security Extensions.</summary>
    public static readonly CpuInterfaceLimits PhysicalWithSecurity = Physical with { HasSecurityExtensions = true };

    /// <summary>Five bits of priority, as list registers have them.</summary>
    public static readonly CpuInterfaceLimits Virtual = new(2, GroupsShareActive: true);

    /// <summary>The bits of a priority that exist.</summary>
    public uint PriorityBits => MinimumBinaryPoint == 0 ? 0xffu : 0xf8u;
}
