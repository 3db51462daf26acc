using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>
/// The CPU interface of one core (IHI 0069, AArch64 System register descriptions, ICC registers), with five bits of
/// priority. What exists once for each Security state is chosen by the state that the core is in.
/// </summary>
internal sealed class PhysicalCpuInterface(CoreInterrupts source, IGicCaller core) : IGicView
{
    /// <summary>Smallest ICC_BPR0_EL1 with five bits of priority; Non-secure ICC_BPR1_EL1 has one more.</summary>
    public const int MinimumBinaryPoint = 2;

    /// <summary>ICC_CTLR: A3V, 24 bits of ID, five of priority.</summary>
    public const ulong FixedControl = (1 << 15) | (1 << 11) | (4 << 8);

    private const ulong CommonBinaryPoint = 1 << 0;
    private const ulong EoiMode = 1 << 1;

    private const int Group0 = (int)InterruptGroup.Group0;
    private const int NonSecureGroup1 = (int)InterruptGroup.Group1;
    private const int SecureGroup1 = (int)InterruptGroup.SecureGroup1;

    private const uint PriorityBits = 0xf8;
    private const uint NonSecureHalf = 0x80;
    private const uint IdlePriority = 0xff;
    private const uint NonSecureActive = 0xffff_0000;

    /// <summary>Told to EL3: the interrupt is one of Group 1 of Secure state, or of Non-secure state.</summary>
    private const int SecureInterrupt = 1020;
    private const int NonSecureInterrupt = 1021;

    private readonly RunningPriorities _active = new(MinimumBinaryPoint, 3);

    /// <summary>By <see cref="InterruptGroup"/>.</summary>
    private readonly uint[] _binaryPoint = new uint[3];
    private readonly uint[] _enabled = new uint[3];

    /// <summary>CBPR and EOImode: of Non-secure state, of Secure state; then EOImode of EL3.</summary>
    private readonly ulong[] _control = new ulong[3];
    private uint _priorityMask;

    private int Bank => IsSecureBank ? 1 : 0;

    public ulong PriorityMask
    {
        get => SeesHalf ? Spread(_priorityMask) : _priorityMask;
        set
        {
            if (!SeesHalf)
            {
                _priorityMask = (uint)value & PriorityBits;
            }
            else if ((_priorityMask & NonSecureHalf) != 0)
            {
                _priorityMask = NonSecureHalf | (((uint)value & 0xff) >> 1 & PriorityBits);
            }

            source.Changed();
        }
    }

    public ulong Control
    {
        get => FixedControl | _control[Bank];
        set
        {
            // With EL3 and two Security states the binary points are EL3's to join.
            ulong writable = core.HasEl3 && !source.Configuration.OneSecurityState ? EoiMode : EoiMode | CommonBinaryPoint;
            _control[Bank] = (_control[Bank] & ~writable) | (value & writable);
            source.Changed();
        }
    }

    public ulong RunningPriority
    {
        get
        {
            uint running = (uint)Math.Min(_active.Running, IdlePriority);
            return SeesHalf && running != IdlePriority ? Spread(running) : running;
        }
    }

    /// <summary>ICC_CTLR_EL3: what each state has set, EOImode of EL3, and nDS.</summary>
    public ulong ControlEl3
    {
        get => FixedControl | (1 << 17)
            | (_control[1] & CommonBinaryPoint) | ((_control[0] & CommonBinaryPoint) << 1) | ((_control[2] & EoiMode) << 1)
            | ((_control[1] & EoiMode) << 2) | ((_control[0] & EoiMode) << 3);
        set
        {
            _control[0] = (value >> 1 & CommonBinaryPoint) | (value >> 3 & EoiMode);
            _control[1] = (value & CommonBinaryPoint) | (value >> 2 & EoiMode);
            _control[2] = value >> 1 & EoiMode;
            source.Changed();
        }
    }

    /// <summary>ICC_IGRPEN1_EL3: Non-secure in bit 0, Secure in bit 1.</summary>
    public ulong Group1EnableEl3
    {
        get => _enabled[NonSecureGroup1] | (_enabled[SecureGroup1] << 1);
        set
        {
            _enabled[NonSecureGroup1] = (uint)value & 1;
            _enabled[SecureGroup1] = (uint)value >> 1 & 1;
            source.Changed();
        }
    }

    private bool IsEl3 => core.Level == ExceptionLevel.El3;

    /// <summary>SCR_EL3.NS says, also at EL3, whose registers are meant. Without EL3 there are only the Non-secure ones.</summary>
    private bool IsSecureBank => core.HasEl3 && !core.Scr.Ns;

    /// <summary>Non-secure state that has no Group 0 sees the less urgent half of priorities, spread over the whole range.</summary>
    private bool SeesHalf => core.HasEl3 && !core.Secure && core.Scr.Fiq;

    private bool SplitsEndOfInterrupt => (_control[IsEl3 ? 2 : Bank] & EoiMode) != 0;

    /// <summary>The priority mask as Secure state sees it.</summary>
    public uint RawPriorityMask => _priorityMask;

    /// <summary>ICC_IGRPENn by <see cref="InterruptGroup"/>.</summary>
    public bool[] GroupsEnabled => Array.ConvertAll(_enabled, static e => e != 0);

    /// <summary>The most urgent interrupt for this core.</summary>
    public PendingInterrupt Highest => source.Highest();

    /// <summary>The group of the interrupt that is signaled now; null if none is.</summary>
    public InterruptGroup? Signal()
    {
        PendingInterrupt best = source.Highest();
        return Preempts(best) ? best.Group : null;
    }

    public ulong BinaryPoint(int group)
    {
        int own = Own(group);
        if (JoinsSecure(own))
        {
            return _binaryPoint[Group0];
        }

        return JoinsNonSecure(own) ? Math.Min(_binaryPoint[Group0] + 1, 7) : _binaryPoint[own];
    }

    public void SetBinaryPoint(int group, ulong value)
    {
        int own = Own(group);
        if (!JoinsNonSecure(own))
        {
            own = JoinsSecure(own) ? Group0 : own;
            uint least = (uint)(own == NonSecureGroup1 ? MinimumBinaryPoint + 1 : MinimumBinaryPoint);
            _binaryPoint[own] = Math.Max((uint)value & 7, least);
            source.Changed();
        }
    }

    public ulong GroupEnable(int group) => _enabled[Own(group)];

    public void SetGroupEnable(int group, ulong value)
    {
        _enabled[Own(group)] = (uint)value & 1;
        source.Changed();
    }

    public ulong ActivePriorities(int group) => _active.Read(Own(group), 0);

    public void SetActivePriorities(int group, ulong value)
    {
        // Non-secure state must not claim a priority of the Secure half.
        uint possible = core.HasEl3 && Own(group) == NonSecureGroup1 ? NonSecureActive : uint.MaxValue;
        _active.Write(Own(group), 0, (uint)value & possible);
        source.Changed();
    }

    public ulong HighestPending(int group) => (ulong)Shown(source.Highest(), group);

    public ulong PeekAcknowledge(int group)
    {
        PendingInterrupt best = source.Highest();
        return (ulong)(Preempts(best) ? Shown(best, group) : PendingInterrupt.Spurious);
    }

    public ulong Acknowledge(int group)
    {
        int id = (int)PeekAcknowledge(group);
        if (id is < SecureInterrupt or > PendingInterrupt.Spurious)
        {
            PendingInterrupt best = source.Highest();
            _active.Raise((int)best.Group, GroupPriority(best));
            source.Activate(id);
        }

        return (ulong)id;
    }

    public void EndOfInterrupt(int group, ulong value)
    {
        int id = (int)value.Field(23, 0);
        int running = _active.MostUrgentGroup();
        if (!source.Exists(id) || running < 0 || !MayEnd((InterruptGroup)running, group))
        {
            return;
        }

        _active.Drop(running);
        source.Changed();
        if (!SplitsEndOfInterrupt)
        {
            source.Deactivate(id);
        }
    }

    public void Deactivate(ulong value)
    {
        // CONSTRAINED UNPREDICTABLE without EOImode: ignored, as QEMU does. LPIs are not deactivated.
        int id = (int)value.Field(23, 0);
        if (SplitsEndOfInterrupt && source.Exists(id) && !CoreInterrupts.IsLpi(id) && MayDeactivate(source.GroupOf(id)))
        {
            source.Deactivate(id);
        }
    }

    public void Reset()
    {
        _active.Reset();
        Array.Clear(_enabled);
        Array.Clear(_control);
        _priorityMask = 0;
        Array.Fill(_binaryPoint, (uint)MinimumBinaryPoint);
        _binaryPoint[NonSecureGroup1]++;
    }

    public void Save(StateWriter to)
    {
        _active.Save(to);
        to.Write(_binaryPoint.AsSpan());
        to.Write(_enabled.AsSpan());
        to.Write(_control.AsSpan());
        to.Write(_priorityMask);
    }

    public void Restore(StateReader from)
    {
        _active.Restore(from);
        from.ReadWords(_binaryPoint.AsSpan());
        from.ReadWords(_enabled.AsSpan());
        from.ReadWords(_control.AsSpan());
        _priorityMask = from.ReadUInt32();
    }

    private static ulong Spread(uint priority) => (priority & NonSecureHalf) != 0 ? (priority << 1) & 0xff : 0;

    /// <summary>What ICC registers with 0 and 1 in their names mean in the present state.</summary>
    private int Own(int group) => group == 0 ? Group0 : IsSecureBank ? SecureGroup1 : NonSecureGroup1;

    /// <summary>Below EL3 and with CBPR, Secure ICC_BPR1_EL1 is ICC_BPR0_EL1.</summary>
    private bool JoinsSecure(int own) => own == SecureGroup1 && !IsEl3 && (_control[1] & CommonBinaryPoint) != 0;

    /// <summary>Below EL3 and with CBPR, Non-secure ICC_BPR1_EL1 shows ICC_BPR0_EL1 and one more, and takes no writes.</summary>
    private bool JoinsNonSecure(int own) => own == NonSecureGroup1 && !IsEl3 && (_control[0] & CommonBinaryPoint) != 0;

    private bool Preempts(PendingInterrupt best) =>
        best.Id != PendingInterrupt.Spurious && _enabled[(int)best.Group] != 0 && best.Priority < _priorityMask
        && GroupPriority(best) < GroupPriority(best with { Priority = _active.Running });

    /// <summary>The part of a priority that decides preemption.</summary>
    private int GroupPriority(PendingInterrupt interrupt)
    {
        bool joined = interrupt.Group switch
        {
            InterruptGroup.Group1 => (_control[0] & CommonBinaryPoint) != 0,
            InterruptGroup.SecureGroup1 => (_control[1] & CommonBinaryPoint) != 0,
            _ => false,
        };
        int point = (int)_binaryPoint[joined ? Group0 : (int)interrupt.Group];
        bool counted = interrupt.Group == InterruptGroup.Group1 && !joined;
        return interrupt.Priority & (-1 << (counted ? point : point + 1));
    }

    /// <summary>
    /// The ID that a core in its present state is shown of an interrupt (IHI 0069, ICC_HPPIR0_EL1 and ICC_HPPIR1_EL1; Special
    /// INTIDs).
    /// </summary>
    private int Shown(PendingInterrupt best, int group)
    {
        if (best.Id == PendingInterrupt.Spurious || _enabled[(int)best.Group] == 0)
        {
            return PendingInterrupt.Spurious;
        }

        bool ofSecureState = !source.Configuration.OneSecurityState && best.Group != InterruptGroup.Group1;
        if (ofSecureState && !core.Secure)
        {
            return PendingInterrupt.Spurious;
        }

        if (group == 0)
        {
            return best.Group == InterruptGroup.Group0 ? best.Id
                : !IsEl3 ? PendingInterrupt.Spurious
                : ofSecureState ? SecureInterrupt : NonSecureInterrupt;
        }

        bool hidden = best.Group == InterruptGroup.Group0 || (!ofSecureState && core.Secure && !IsEl3);
        return hidden ? PendingInterrupt.Spurious : best.Id;
    }

    private bool MayEnd(InterruptGroup running, int group) => running switch
    {
        InterruptGroup.Group0 => group == 0 && (source.Configuration.OneSecurityState || !core.HasEl3 || core.Secure),
        InterruptGroup.SecureGroup1 => group == 1 && core.Secure,
        _ => group == 1 && (IsEl3 || !core.Secure),
    };

    /// <summary>Whose interrupts ICC_DIR_EL1 may deactivate: those that would be taken to no level above.</summary>
    private bool MayDeactivate(InterruptGroup group)
    {
        if (IsEl3)
        {
            return true;
        }

        bool goesToEl3 = group == InterruptGroup.Group0 ? core.Scr.Fiq : core.Scr.Irq;
        if (core.Secure)
        {
            return !goesToEl3;
        }

        bool ofSecureState = !source.Configuration.OneSecurityState && group != InterruptGroup.Group1;
        bool goesToEl2 = group == InterruptGroup.Group0 ? core.Hcr.Fmo : core.Hcr.Imo;
        return !ofSecureState && !goesToEl3 && (core.Level == ExceptionLevel.El2 || !goesToEl2);
    }
}
