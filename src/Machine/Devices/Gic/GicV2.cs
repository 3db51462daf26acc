using System;
using System.Numerics;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// The interrupt controller (IHI 0048, ARM Generic Interrupt Controller Architecture version 2.0) for one to eight
/// cores, with or without the Security Extensions: distributor, CPU interfaces, virtual interfaces, and the wires between.
/// </summary>
internal sealed class GicV2 : IInterruptController, IInterruptView, IDevice
{
    /// <summary>Interrupt IDs: 16 SGIs, 16 PPIs and 256 SPIs, as QEMU's virt.</summary>
    public const int Lines = 288;

    /// <summary>The PPI by which the virtual interface calls the hypervisor.</summary>
    public const int MaintenanceInterrupt = 25;

    private readonly Distributor _distributor;
    private readonly CpuInterface[] _interfaces;
    private readonly NonSecureCpuInterface[] _nonSecure;
    private readonly IInterruptLine?[] _irq;
    private readonly IInterruptLine?[] _fiq;
    private readonly VirtualInterface[] _virtual;
    private readonly IInterruptLine?[] _virtualIrq;
    private readonly IInterruptLine?[] _virtualFiq;
    private readonly IInterruptLine[] _maintenance;

    /// <param name="cores">1 to 8.</param>
    /// <param name="virtualization">With the Virtualization Extensions.</param>
    /// <param name="currentCore">The core whose access is under way.</param>
    /// <param name="events">Where misuse is reported.</param>
    /// <param name="nonSecureAccess">Whether the access under way is Non-secure; null without the Security Extensions.</param>
    public GicV2(int cores, bool virtualization, Func<int> currentCore, DeviceEvents events, Func<bool>? nonSecureAccess = null)
    {
        InterruptStates states = new(cores, Lines);
        _distributor = new Distributor(states, currentCore, nonSecureAccess, UpdateAll);
        _distributor.Reset(toNonSecure: false);
        _interfaces = new CpuInterface[cores];
        _nonSecure = new NonSecureCpuInterface[cores];
        _irq = new IInterruptLine?[cores];
        _fiq = new IInterruptLine?[cores];
        _virtual = new VirtualInterface[virtualization ? cores : 0];
        _virtualIrq = new IInterruptLine?[cores];
        _virtualFiq = new IInterruptLine?[cores];
        _maintenance = new IInterruptLine[cores];
        for (int core = 0; core < cores; core++)
        {
            CpuInterfaceLimits limits = nonSecureAccess is null ? CpuInterfaceLimits.Physical : CpuInterfaceLimits.PhysicalWithSecurity;
            _interfaces[core] = new CpuInterface(new PhysicalSource(this, core), limits);
            _nonSecure[core] = new NonSecureCpuInterface(_interfaces[core]);
            _maintenance[core] = Ppi(core, MaintenanceInterrupt);
        }

        for (int core = 0; core < _virtual.Length; core++)
        {
            IInterruptSource physical = new PhysicalSource(this, core);
            _virtual[core] = new VirtualInterface(id => physical.Deactivate((uint)id), UpdateAll);
        }

        DistributorPort = new RegisterBank<Distributor>("gic.distributor", Distributor.Map, _distributor, events);
        CpuInterfacePort = new RegisterBank<CpuInterfaceRegisters>(
            "gic.cpu-interface",
            CpuInterfaceRegisters.Map,
            new CpuInterfaceRegisters(() => nonSecureAccess?.Invoke() == true ? _nonSecure[currentCore()] : _interfaces[currentCore()]),
            events);
        HypervisorPort = new RegisterBank<HypervisorRegisters>(
            "gic.hypervisor", HypervisorRegisters.Map, new HypervisorRegisters(() => _virtual[currentCore()]), events);
        VirtualCpuInterfacePort = new RegisterBank<CpuInterfaceRegisters>(
            "gic.virtual-cpu-interface",
            CpuInterfaceRegisters.Map,
            new CpuInterfaceRegisters(() => _virtual[currentCore()].Guest),
            events);
    }

    public string StateName => "gic";

    /// <summary>
    /// A reset leaves the interrupts to Non-secure state, because no firmware will run that could (as QEMU for -kernel
    /// with an Image).
    /// </summary>
    public bool ResetsToNonSecure { get; init; }

    /// <summary>The distributor's registers, 4 KiB.</summary>
    public RegisterBank<Distributor> DistributorPort { get; }

    /// <summary>The CPU interface's registers of the accessing core, 8 KiB.</summary>
    public RegisterBank<CpuInterfaceRegisters> CpuInterfacePort { get; }

    /// <summary>The virtual interface's registers of the accessing core, 4 KiB. Only with the Virtualization Extensions.</summary>
    public RegisterBank<HypervisorRegisters> HypervisorPort { get; }

    /// <summary>The CPU interface that a guest is given in place of the physical one, 8 KiB. Only with the Virtualization Extensions.</summary>
    public RegisterBank<CpuInterfaceRegisters> VirtualCpuInterfacePort { get; }

    private IStateful[] Ports => [DistributorPort, CpuInterfacePort, HypervisorPort, VirtualCpuInterfacePort];

    /// <summary>The wire of shared peripheral interrupt <paramref name="number"/>, counted from 0 as device trees do.</summary>
    public IInterruptLine Spi(int number) => new Line(this, 0, number + 32);

    /// <summary>The wire of a core's private interrupt, by its ID 16 to 31.</summary>
    public IInterruptLine Ppi(int core, int id) => new Line(this, core, id);

    /// <summary>Connects the request outputs for a core.</summary>
    public void Connect(int core, IInterruptLine irq, IInterruptLine fiq)
    {
        _irq[core] = irq;
        _fiq[core] = fiq;
        UpdateAll();
    }

    /// <summary>Connects the virtual request outputs for a core.</summary>
    public void ConnectVirtual(int core, IInterruptLine irq, IInterruptLine fiq)
    {
        _virtualIrq[core] = irq;
        _virtualFiq[core] = fiq;
        UpdateAll();
    }

    public int Version => 2;

    public uint DistributorControl => _distributor.Control;

    int IInterruptView.Lines => Lines;

    public InterruptDescription? Describe(int core, int id) =>
        id < Lines ? InterruptViews.Describe(_distributor.States, _distributor, core, id) : null;

    public CpuInterfaceDescription DescribeInterface(int core)
    {
        CpuInterface physical = _interfaces[core];
        VirtualInterface? guest = core < _virtual.Length ? _virtual[core] : null;
        return new CpuInterfaceDescription(
            [physical.Control.Bit(0), physical.Control.Bit(1)],
            (int)physical.PriorityMask,
            (int)physical.RunningPriority,
            _distributor.Highest(core).Id,
            guest?.Control.Bit(0) == true,
            (int)(guest?.Guest.PriorityMask ?? 0),
            [guest?.Guest.Control.Bit(0) == true, guest?.Guest.Control.Bit(1) == true],
            guest is null ? [] : ListRegisterDescription.All(i => ListEntry.FromGicV2(guest.ListRegister(i))));
    }

    public void Reset()
    {
        const uint LeastOfNonSecure = 0x80;
        _distributor.Reset(ResetsToNonSecure);
        foreach (CpuInterface each in _interfaces)
        {
            each.Reset(ResetsToNonSecure ? LeastOfNonSecure : 0);
        }

        foreach (VirtualInterface each in _virtual)
        {
            each.Reset();
        }

        UpdateAll();
    }

    public void Save(StateWriter to)
    {
        foreach (IStateful port in Ports)
        {
            port.Save(to);
        }

        _distributor.Save(to);
        foreach (CpuInterface each in _interfaces)
        {
            each.Save(to);
        }

        foreach (VirtualInterface each in _virtual)
        {
            each.Save(to);
        }
    }

    public void Restore(StateReader from)
    {
        foreach (IStateful port in Ports)
        {
            port.Restore(from);
        }

        _distributor.Restore(from);
        foreach (CpuInterface each in _interfaces)
        {
            each.Restore(from);
        }

        foreach (VirtualInterface each in _virtual)
        {
            each.Restore(from);
        }

        UpdateAll();
    }

    private void UpdateAll()
    {
        for (int core = 0; core < _virtual.Length; core++)
        {
            _maintenance[core].Set(_virtual[core].WantsMaintenance);
            (bool irq, bool fiq) = _virtual[core].Outputs();
            _virtualIrq[core]?.Set(irq);
            _virtualFiq[core]?.Set(fiq);
        }

        for (int core = 0; core < _interfaces.Length; core++)
        {
            (bool irq, bool fiq) = _interfaces[core].Outputs();
            _irq[core]?.Set(irq);
            _fiq[core]?.Set(fiq);
        }
    }

    /// <summary>One input wire.</summary>
    private sealed class Line(GicV2 gic, int core, int id) : IInterruptLine
    {
        public void Set(bool asserted)
        {
            InterruptStates states = gic._distributor.States;
            if (states.IsSet(states.Line, core, id) != asserted)
            {
                states.SetLine(core, id, asserted);
                gic.UpdateAll();
            }
        }
    }

    /// <summary>The distributor as one core's CPU interface sees it.</summary>
    private sealed class PhysicalSource(GicV2 gic, int core) : IInterruptSource
    {
        private InterruptStates States => gic._distributor.States;

        public PendingInterrupt Highest() => gic._distributor.Highest(core);

        public uint Activate(int id)
        {
            uint sender = 0;
            bool pendingStill = false;
            if (id < 16)
            {
                ref byte senders = ref gic._distributor.Routes.SgiSenders[(core * 16) + id];
                sender = (uint)BitOperations.TrailingZeroCount((uint)senders) & 7;
                senders &= (byte)(senders - 1);
                pendingStill = senders != 0;
            }

            States.Set(States.Latched, core, id, pendingStill);
            States.Set(States.Active, core, id, true);
            return (uint)id | (sender << 10);
        }

        public bool IsGroup1(int id) => id < Lines && States.IsSet(States.Group, core, id);

        public void Deactivate(uint acknowledged)
        {
            int id = (int)(acknowledged & 0x3ff);
            if (id < Lines)
            {
                States.Set(States.Active, core, id, false);
            }
        }

        public void Changed() => gic.UpdateAll();
    }
}
