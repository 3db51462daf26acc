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
    /// <summary>List registers, as QEMU 7.2.</summary>
    public const int ListRegisters = 4;

    private const uint WritableControl = 0xf800_00ff;
    private const uint WritableListRegister = 0xff8f_ffff;
    private const uint CountOfOne = 1u << 27;

    private readonly uint[] _list = new uint[ListRegisters];
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
            int valid = 0;
            bool anyPending = false;
            foreach (uint entry in _list)
            {
                ListEntry list = new(entry);
                valid += list.State != 0 ? 1 : 0;
                anyPending |= list.State.Bit(0);
            }

            ReadOnlySpan<bool> causes =
            [
                EndedEntries != 0,
                _control.Bit(1) && valid <= 1,
                _control.Bit(2) && _control.Field(31, 27) != 0,
                _control.Bit(3) && !anyPending,
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
    public uint EndedEntries => Collect(e => e.State == 0 && !e.IsHardware && e.WantsEnd);

    /// <summary>GICH_ELRSR0: entries that are free.</summary>
    public uint EmptyEntries => Collect(e => e.State == 0 && (e.IsHardware || !e.WantsEnd));

    private bool Enabled => _control.Bit(0);

    /// <summary>The two virtual request wires to the core as they should be now.</summary>
    public (bool Irq, bool Fiq) Outputs() => Enabled ? Guest.Outputs() : (false, false);

    public uint ListRegister(int index) => _list[index];

    public void SetListRegister(int index, uint value)
    {
        _list[index] = value & WritableListRegister;
        _changed();
    }

    public PendingInterrupt Highest()
    {
        PendingInterrupt best = PendingInterrupt.None;
        foreach (uint entry in _list)
        {
            ListEntry list = new(entry);
            if (list.State == ListEntry.Pending && list.Priority < best.Priority)
            {
                best = new PendingInterrupt(list.VirtualId, list.Priority, list.IsGroup1);
            }
        }

        return best;
    }

    public uint Activate(int id)
    {
        int index = Find(id, e => e.State == ListEntry.Pending);
        ListEntry list = new(_list[index]);
        _list[index] = list.WithState(ListEntry.Active);
        return (uint)id | (id < 16 && !list.IsHardware ? list.Sender << 10 : 0);
    }

    public bool IsGroup1(int id)
    {
        int index = Find(id, e => e.State != 0);
        return index >= 0 && new ListEntry(_list[index]).IsGroup1;
    }

    public void Deactivate(uint acknowledged)
    {
        int id = (int)(acknowledged & 0x3ff);
        int index = Find(id, e => e.State.Bit(1));
        if (index < 0)
        {
            _control += CountOfOne;
            return;
        }

        ListEntry list = new(_list[index]);
        _list[index] = list.WithState(list.State & ListEntry.Pending);
        if (list.IsHardware)
        {
            _deactivatePhysical(list.PhysicalId);
        }
    }

    public void Changed() => _changed();

    public void Reset()
    {
        Array.Clear(_list);
        _control = 0;
        Guest.Reset();
    }

    public void Save(StateWriter to)
    {
        to.Write(_list.AsSpan());
        to.Write(_control);
        Guest.Save(to);
    }

    public void Restore(StateReader from)
    {
        from.ReadWords(_list.AsSpan());
        _control = from.ReadUInt32();
        Guest.Restore(from);
    }

    private uint Collect(Func<ListEntry, bool> which)
    {
        uint found = 0;
        for (int i = 0; i < ListRegisters; i++)
        {
            found |= which(new ListEntry(_list[i])) ? 1u << i : 0;
        }

        return found;
    }

    private int Find(int id, Func<ListEntry, bool> which) =>
        Array.FindIndex(_list, e => new ListEntry(e).VirtualId == id && which(new ListEntry(e)));
}

/// <summary>GICH_LRn, List Register (IHI 0048).</summary>
internal readonly record struct ListEntry(uint Raw)
{
    public const uint Pending = 1;
    public const uint Active = 2;

    public int VirtualId => (int)Raw.Field(9, 0);

    /// <summary>The core that sent a software-generated interrupt.</summary>
    public uint Sender => Raw.Field(12, 10);

    /// <summary>With <see cref="IsHardware"/>: the physical interrupt to deactivate with this one.</summary>
    public int PhysicalId => (int)Raw.Field(19, 10);

    /// <summary>Without <see cref="IsHardware"/>: the end of this interrupt is a cause for maintenance.</summary>
    public bool WantsEnd => Raw.Bit(19);

    /// <summary>Five bits, in the place that they have in eight.</summary>
    public int Priority => (int)Raw.Field(27, 23) << 3;

    public uint State => Raw.Field(29, 28);

    public bool IsGroup1 => Raw.Bit(30);

    public bool IsHardware => Raw.Bit(31);

    public uint WithState(uint state) => Raw.WithField(29, 28, state);
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
            Reset = 0x9000_0000 | (VirtualInterface.ListRegisters - 1),
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
            Count = VirtualInterface.ListRegisters,
            Read = (r, n) => r.Current.ListRegister(n),
            Write = (r, n, v, _) => r.Current.SetListRegister(n, v),
        });

    private VirtualInterface Current => current();
}
