using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>
/// What a hypervisor has of the CPU interface (IHI 0069, ICH registers), and the CPU interface that its guest has in place
/// of the physical one (ICV registers): list registers instead of a distributor.
/// </summary>
/// <param name="physical">Where interrupts with a physical counterpart are deactivated.</param>
/// <param name="changed">Outputs of this core must be computed again.</param>
internal sealed class VirtualCpuInterface(CoreInterrupts physical, Action changed) : IGicView, IGicHypervisor
{
    /// <summary>TDS, no GICv4, A3V, 24 bits of ID, five bits of preemption and of priority.</summary>
    private const ulong FixedType =
        (1 << 19) | (1 << 20) | (1 << 21) | (1 << 23) | (4 << 26) | (4UL << 29) | (ListRegisters.Count - 1);

    private const int MinimumBinaryPoint = PhysicalCpuInterface.MinimumBinaryPoint;
    private const ulong PriorityBits = 0xf8;

    /// <summary>VENG0, VENG1, VCBPR, VEOIM.</summary>
    private const ulong MachineFlags = 0x213;

    /// <summary>VFIQEn is RAO/WI: Group 0 is signaled as FIQ.</summary>
    private const ulong FiqEnabled = 1 << 3;

    private const int CommonBinaryPointBit = 4;
    private const int EoiModeBit = 9;

    private readonly ListRegisters _list = new();
    private readonly RunningPriorities _active = new(MinimumBinaryPoint, 2);

    /// <summary>ICH_VMCR_EL2 as it reads.</summary>
    private ulong _machine;
    private IchHcrEl2 _control;

    public IchHcrEl2 Control
    {
        get => _control;
        set
        {
            _control = new IchHcrEl2(value.Raw & IchHcrEl2.Writable);
            changed();
        }
    }

    public ulong Type => FixedType;

    public ulong Maintenance
    {
        get
        {
            ReadOnlySpan<bool> causes =
            [
                _list.Ended != 0,
                _control.Uie && _list.Underflows,
                _control.Lrenpie && _control.EoiCount != 0,
                _control.Npie && !_list.AnyPending,
                _control.VGrp0Eie && IsEnabled(0),
                _control.VGrp0Die && !IsEnabled(0),
                _control.VGrp1Eie && IsEnabled(1),
                _control.VGrp1Die && !IsEnabled(1),
            ];
            ulong status = 0;
            for (int i = 0; i < causes.Length; i++)
            {
                status |= causes[i] ? 1UL << i : 0;
            }

            return status;
        }
    }

    /// <summary>The maintenance interrupt as it should be now.</summary>
    public bool WantsMaintenance => _control.En && Maintenance != 0;

    public ulong EndedEntries => _list.Ended;

    public ulong EmptyEntries => _list.Empty;

    public ulong MachineControl
    {
        get => _machine;
        set
        {
            ulong point0 = Math.Max(value.Field(23, 21), (ulong)MinimumBinaryPoint);
            ulong point1 = Math.Max(value.Field(20, 18), (ulong)MinimumBinaryPoint + 1);
            _machine = (value & MachineFlags) | FiqEnabled | (point1 << 18) | (point0 << 21) | ((value.Field(31, 24) & PriorityBits) << 24);
            changed();
        }
    }

    public ulong PriorityMask
    {
        get => _machine.Field(31, 24);
        set => MachineControl = _machine.WithField(31, 24, value);
    }

    ulong IGicView.Control
    {
        get => PhysicalCpuInterface.FixedControl | _machine.Field(CommonBinaryPointBit, CommonBinaryPointBit) | (_machine.Field(EoiModeBit, EoiModeBit) << 1);
        set => MachineControl = _machine.WithBit(CommonBinaryPointBit, value.Bit(0)).WithBit(EoiModeBit, value.Bit(1));
    }

    public ulong RunningPriority => (ulong)Math.Min(_active.Running, 0xff);

    private bool JoinsBinaryPoints => _machine.Bit(CommonBinaryPointBit);

    private bool SplitsEndOfInterrupt => _machine.Bit(EoiModeBit);

    public ulong ListRegister(int index) => _list[index].Raw;

    public void SetListRegister(int index, ulong value)
    {
        _list[index] = new ListEntry(value);
        changed();
    }

    /// <summary>The two virtual request wires to the core as they should be now.</summary>
    public (bool Irq, bool Fiq) Outputs()
    {
        PendingInterrupt best = Highest();
        bool signaled = _control.En && Preempts(best);
        return (signaled && best.IsGroup1, signaled && !best.IsGroup1);
    }

    public ulong BinaryPoint(int group) =>
        group == 0 ? _machine.Field(23, 21)
        : JoinsBinaryPoints ? Math.Min(_machine.Field(23, 21) + 1, 7)
        : _machine.Field(20, 18);

    public void SetBinaryPoint(int group, ulong value)
    {
        if (group == 0)
        {
            MachineControl = _machine.WithField(23, 21, value);
        }
        else if (!JoinsBinaryPoints)
        {
            MachineControl = _machine.WithField(20, 18, value);
        }
    }

    public ulong GroupEnable(int group) => _machine.Field(group, group);

    public void SetGroupEnable(int group, ulong value) => MachineControl = _machine.WithBit(group, value.Bit(0));

    public ulong ActivePriorities(int group) => _active.Read(group, 0);

    public void SetActivePriorities(int group, ulong value)
    {
        _active.Write(group, 0, (uint)value);
        changed();
    }

    public ulong HighestPending(int group)
    {
        PendingInterrupt best = Highest();
        return (uint)(best.IsGroup1 == (group == 1) ? best.Id : PendingInterrupt.Spurious);
    }

    public ulong PeekAcknowledge(int group) =>
        _control.En && Preempts(Highest()) ? HighestPending(group) : PendingInterrupt.Spurious;

    public ulong Acknowledge(int group)
    {
        PendingInterrupt best = Highest();
        if (!_control.En || !Preempts(best) || best.IsGroup1 != (group == 1))
        {
            return PendingInterrupt.Spurious;
        }

        // A special ID is handed on, and its entry is free.
        bool special = best.Id is >= 1020 and <= PendingInterrupt.Spurious;
        int index = _list.FindPending(best.Id);
        _list[index] = _list[index].WithState(special ? 0 : ListEntry.Active);
        if (!special)
        {
            _active.Raise(group, GroupPriority(best.Priority, group));
        }

        changed();
        return (uint)best.Id;
    }

    public void EndOfInterrupt(int group, ulong value)
    {
        int id = (int)value.Field(23, 0);
        int running = _active.MostUrgentGroup();
        if (id is >= 1020 and <= PendingInterrupt.Spurious || running < 0)
        {
            return;
        }

        // IMPLEMENTATION DEFINED: the priority drops before what was written is checked, as in QEMU.
        int dropped = _active.Running;
        _active.Drop(running);
        int index = _list.FindActive(id);
        if (index < 0)
        {
            CountEnd(id);
        }
        else if (IsRunning(_list[index], group, dropped) && (!SplitsEndOfInterrupt || CoreInterrupts.IsLpi(id)))
        {
            Deactivate(index);
        }

        changed();
    }

    public void Deactivate(ulong value)
    {
        int id = (int)value.Field(23, 0);
        if (!SplitsEndOfInterrupt || id >= 1020)
        {
            return;
        }

        int index = _list.FindActive(id);
        if (index < 0)
        {
            CountEnd(id);
        }
        else
        {
            Deactivate(index);
        }

        changed();
    }

    public void Reset()
    {
        _list.Reset();
        _active.Reset();
        _control = default;
        _machine = FiqEnabled | ((ulong)(MinimumBinaryPoint + 1) << 18) | ((ulong)MinimumBinaryPoint << 21);
    }

    public void Save(StateWriter to)
    {
        _list.Save(to);
        _active.Save(to);
        to.Write(_machine);
        to.Write(_control.Raw);
    }

    public void Restore(StateReader from)
    {
        _list.Restore(from);
        _active.Restore(from);
        _machine = from.ReadUInt64();
        _control = new IchHcrEl2(from.ReadUInt64());
    }

    private bool IsEnabled(int group) => _machine.Bit(group);

    private PendingInterrupt Highest() => _list.Highest(IsEnabled(0), IsEnabled(1));

    private bool Preempts(PendingInterrupt best)
    {
        int group = best.IsGroup1 ? 1 : 0;
        return best.Priority < (int)PriorityMask
            && GroupPriority(best.Priority, group) < GroupPriority(_active.Running, group);
    }

    private int GroupPriority(int priority, int group)
    {
        int point = (int)(group == 0 || JoinsBinaryPoints ? _machine.Field(23, 21) + 1 : _machine.Field(20, 18));
        return priority & (-1 << point);
    }

    private bool IsRunning(ListEntry entry, int group, int dropped) =>
        entry.IsGroup1 == (group == 1) && GroupPriority(entry.Priority, group) == dropped;

    private void CountEnd(int id)
    {
        if (!CoreInterrupts.IsLpi(id))
        {
            _control = _control.WithEnd;
        }
    }

    private void Deactivate(int index)
    {
        ListEntry entry = _list[index];
        _list[index] = entry.WithState(entry.State & ListEntry.Pending);
        if (entry.IsHardware && entry.PhysicalId < 1020)
        {
            physical.Deactivate(entry.PhysicalId);
        }
    }
}
