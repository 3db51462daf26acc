using System;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// What Non-secure accesses see of a CPU interface with the Security Extensions (IHI 0048, Interrupt grouping and the
/// Security Extensions): only group 1, with its controls in the places of group 0's and its priorities, which are the
/// less urgent half, spread over the whole range.
/// </summary>
internal sealed class NonSecureCpuInterface(CpuInterface whole) : ICpuInterface
{
    /// <summary>EnableGrp1 and EOImodeNS as the Secure view has them: one bit above their places here.</summary>
    private const uint NonSecureControls = (1 << 10) | (1 << 1);

    private const uint NonSecureHalf = 0x80;
    private const uint LargestBinaryPoint = 7;

    /// <summary>Words of active priorities that belong to Non-secure state: the upper half.</summary>
    private const int Words = 2;

    public uint Control
    {
        get => (whole.Control & NonSecureControls) >> 1;
        set => whole.Control = (whole.Control & ~NonSecureControls) | ((value << 1) & NonSecureControls);
    }

    /// <summary>A mask in the Secure half cannot be seen or changed.</summary>
    public uint PriorityMask
    {
        get => Spread(whole.PriorityMask);
        set
        {
            if ((whole.PriorityMask & NonSecureHalf) != 0)
            {
                whole.PriorityMask = NonSecureHalf | (value.Field(7, 0) >> 1);
            }
        }
    }

    public uint BinaryPoint
    {
        get => whole.CommonBinaryPoint ? Math.Min(whole.BinaryPoint + 1, LargestBinaryPoint) : whole.AliasedBinaryPoint;
        set
        {
            if (!whole.CommonBinaryPoint)
            {
                whole.AliasedBinaryPoint = value;
            }
        }
    }

    /// <summary>RAZ/WI, as are all aliases: they are for Secure state.</summary>
    public uint AliasedBinaryPoint
    {
        get => 0;
        set
        {
        }
    }

    public uint RunningPriority => whole.RunningPriority == 0xff ? 0xff : Spread(whole.RunningPriority);

    private bool SplitsEndOfInterrupt => whole.Control.Bit(10);

    public uint Acknowledge()
    {
        uint seen = HighestPending();
        return seen == PendingInterrupt.Spurious ? seen : whole.Take();
    }

    /// <summary>An interrupt of group 0 hides whatever is behind it.</summary>
    public uint HighestPending()
    {
        PendingInterrupt best = whole.Candidate();
        return best.IsGroup1 ? (uint)best.Id : PendingInterrupt.Spurious;
    }

    public uint AcknowledgeGroup1() => 0;

    public uint HighestPendingGroup1() => 0;

    public void EndOfInterrupt(uint acknowledged)
    {
        if (whole.IsGroup1(acknowledged))
        {
            whole.EndOfInterrupt(acknowledged, SplitsEndOfInterrupt);
        }
    }

    public void EndOfInterruptGroup1(uint acknowledged)
    {
    }

    public void Deactivate(uint acknowledged)
    {
        if (whole.IsGroup1(acknowledged))
        {
            whole.Deactivate(acknowledged, SplitsEndOfInterrupt);
        }
    }

    public uint ActivePriorities(int word, bool group1) =>
        group1 || word >= Words ? 0 : whole.ActivePriorities(word + Words, group1: true);

    public void SetActivePriorities(int word, bool group1, uint value)
    {
        if (!group1 && word < Words)
        {
            whole.SetActivePriorities(word + Words, group1: true, value);
        }
    }

    private static uint Spread(uint priority) => (priority & NonSecureHalf) != 0 ? (priority << 1).Field(7, 0) : 0;
}
