using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// The virtual interface of one core (IHI 0048, GIC Support for Virtualization): list registers in which a hypervisor
/// puts the interrupts of its guest, and the guest's CPU interface in front of them.
/// </summary>
internal sealed class VirtualInterface : IInterruptSource
{
    private const uint WritableControl = 0xf800_00ff;
    private const uint CountOfOne = 1u << 27;

    private readonly ListRegisters _list = new();
    private readonly Action<int> _deactivatePhysical;
    private readonly Action _changed;
    private uint _control;

    /// <param name="deactivatePhysical">Ends the active state of a physical interrupt of this core.</param>
    /// <param name="changed">Outputs must be computed again.</param>
    public VirtualInterface(Action<int> deactivatePhysical, Action changed)
    {
        _deactivatePhysical = deactivatePhysical;
        _changed = changed;
        Guest = new CpuInterface(this, CpuInterfaceLimits.Virtual);
    }

    /// <summary>The CPU interface that the guest sees.</summary>
    public CpuInterface Guest { get; }

    /// <summary>GICH_HCR.</summary>
    public uint Control
    {
        get => _control;
        set
        {
            _control = value & WritableControl;
            _changed();
        }
    }

    /// <summary>GICH_VMCR: the guest's settings in one word.</summary>
    public uint MachineControl
    {
        get => Guest.Control
            | (Guest.AliasedBinaryPoint << 18) | (Guest.BinaryPoint << 21) | (Guest.PriorityMask >> 3 << 27);
        set
        {
            Guest.Load(value & 0x21f, value.Field(31, 27) << 3, value.Field(23, 21), value.Field(20, 18));
            _changed();
        }
    }

    /// <summary>GICH_MISR: why the maintenance interrupt is wanted.</summary>
    public uint Maintenance
    {
        get
        {
            ReadOnlySpan<bool> causes =
            [
                _list.Ended != 0,
                _control.Bit(1) && _list.Underflows,
                _control.Bit(2) && _control.Field(31, 27) != 0,
                _control.Bit(3) && !_list.AnyPending,
                _control.Bit(4) && Guest.Control.Bit(0),
                _control.Bit(5) && !Guest.Control.Bit(0),
                _control.Bit(6) && Guest.Control.Bit(1),
                _control.Bit(7) && !Guest.Control.Bit(1),
            ];
            uint status = 0;
            for (int i = 0; i < causes.Length; i++)
            {
                status |= causes[i] ? 1u << i : 0;
            }

            return status;
        }
    }

    /// <summary>The maintenance interrupt as it should be now.</summary>
    public bool WantsMaintenance => Enabled && Maintenance != 0;

    /// <summary>GICH_EISR0: entries whose end the hypervisor wants to hear of.</summary>
    public uint EndedEntries => _list.Ended;

    /// <summary>GICH_ELRSR0: entries that are free.</summary>
    public uint EmptyEntries => _list.Empty;

    private bool Enabled => _control.Bit(0);

    /// <summary>The two virtual request wires to the core as they should be now.</summary>
    public (bool Irq, bool Fiq) Outputs() => Enabled ? Guest.Outputs() : (false, false);

    public uint ListRegister(int index) => _list[index].ToGicV2();

    public void SetListRegister(int index, uint value)
    {
        _list[index] = ListEntry.FromGicV2(value);
        _changed();
    }

    public PendingInterrupt Highest() => _list.Highest();

    public uint Activate(int id)
    {
        int index = _list.FindPending(id);
        ListEntry entry = _list[index];
        _list[index] = entry.WithState(ListEntry.Active);
        return (uint)id | (id < 16 && !entry.IsHardware ? entry.Sender << 10 : 0);
    }

    public bool IsGroup1(int id)
    {
        int index = _list.FindUsed(id);
        return index >= 0 && _list[index].IsGroup1;
    }

    public void Deactivate(uint acknowledged)
    {
        int index = _list.FindActive((int)(acknowledged & 0x3ff));
        if (index < 0)
        {
            _control += CountOfOne;
            return;
        }

        ListEntry entry = _list[index];
        _list[index] = entry.WithState(entry.State & ListEntry.Pending);
        if (entry.IsHardware)
        {
            _deactivatePhysical(entry.PhysicalId);
        }
    }

    public void Changed() => _changed();

    public void Reset()
    {
        _list.Reset();
        _control = 0;
        Guest.Reset();
    }

    public void Save(StateWriter to)
    {
        _list.Save(to);
        to.Write(_control);
        Guest.Save(to);
    }

    public void Restore(StateReader from)
    {
        _list.Restore(from);
        _control = from.ReadUInt32();
        Guest.Restore(from);
    }
}

/// <summary>The hypervisor's registers of the accessing core's virtual interface, GICH.</summary>
internal sealed class HypervisorRegisters(Func<VirtualInterface> current)
{
    public static readonly RegisterMap<HypervisorRegisters> Map = new(
        0x1000,
        new(0x000, "GICH_HCR", Access.ReadWrite, "IHI 0048, GICH_HCR")
        {
            Read = (r, _) => r.Current.Control,
            Write = (r, _, v, _) => r.Current.Control = v,
        },
        new(0x004, "GICH_VTR", Access.ReadOnly, "IHI 0048, GICH_VTR; 5 priority bits, 5 preemption bits")
        {
            Reset = 0x9000_0000 | (ListRegisters.Count - 1),
        },
        new(0x008, "GICH_VMCR", Access.ReadWrite, "IHI 0048, GICH_VMCR")
        {
            Read = (r, _) => r.Current.MachineControl,
            Write = (r, _, v, _) => r.Current.MachineControl = v,
        },
        new(0x010, "GICH_MISR", Access.ReadOnly, "IHI 0048, GICH_MISR") { Read = (r, _) => r.Current.Maintenance },
        new(0x020, "GICH_EISR0", Access.ReadOnly, "IHI 0048, GICH_EISRn") { Read = (r, _) => r.Current.EndedEntries },
        new(0x024, "GICH_EISR1", Access.ReadOnly, "IHI 0048, GICH_EISRn; for list registers that do not exist"),
        new(0x030, "GICH_ELRSR0", Access.ReadOnly, "IHI 0048, GICH_ELRSRn") { Read = (r, _) => r.Current.EmptyEntries },
        new(0x034, "GICH_ELRSR1", Access.ReadOnly, "IHI 0048, GICH_ELRSRn; for list registers that do not exist"),
        new(0x0f0, "GICH_APR", Access.ReadWrite, "IHI 0048, GICH_APR")
        {
            Read = (r, _) => r.Current.Guest.ActivePriorities(0, group1: false),
            Write = (r, _, v, _) => r.Current.Guest.SetActivePriorities(0, group1: false, v),
        },
        new(0x100, "GICH_LR", Access.ReadWrite, "IHI 0048, GICH_LRn")
        {
            Count = ListRegisters.Count,
            Read = (r, n) => r.Current.ListRegister(n),
            Write = (r, n, v, _) => r.Current.SetListRegister(n, v),
        });

    private VirtualInterface Current => current();
}
