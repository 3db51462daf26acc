using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>
/// The interrupt controller (IHI 0069, ARM Generic Interrupt Controller Architecture Specification, GIC architecture version
/// 3): distributor, redistributors with LPIs, CPU interfaces that are system registers, and the wires between.
/// </summary>
internal sealed class GicV3 : IInterruptController, IInterruptView, IDevice
{
    private readonly InterruptConfiguration _interrupts;
    private readonly Redistributor[] _redistributors;
    private readonly CoreInterface[] _cores;
    private readonly RegisterBank<Redistributor>[] _redistributorPorts;

    /// <param name="cores">Each core as its system registers see it.</param>
    /// <param name="affinities">MPIDR_EL1.Aff3 and Aff2 to Aff0 of each core, where GICD_IROUTERn has them.</param>
    /// <param name="memory">Where the tables of LPIs are.</param>
    /// <param name="events">Where misuse is reported.</param>
    /// <param name="nonSecureAccess">Whether the access under way is Non-secure; null with one Security state.</param>
    public GicV3(IGicCaller[] cores, ulong[] affinities, GuestTables memory, DeviceEvents events, Func<bool>? nonSecureAccess = null)
    {
        _interrupts = new InterruptConfiguration(new InterruptStates(cores.Length, GicV2.Lines), affinities, nonSecureAccess);
        _redistributors = new Redistributor[cores.Length];
        _cores = new CoreInterface[cores.Length];
        for (int core = 0; core < cores.Length; core++)
        {
            int index = core;
            Lpis = [.. Lpis, new LpiTables(memory, _interrupts)];
            _redistributors[core] = new Redistributor(core, core == cores.Length - 1, _interrupts, Lpis[core], () => Update(index));
            CoreInterrupts source = new(core, _interrupts, Lpis[core], everywhere => Changed(index, everywhere));
            _cores[core] = new CoreInterface(this, core, source, cores[core]);
        }

        DistributorPort = new RegisterBank<DistributorV3>(
            "gic.distributor", DistributorV3.Map, new DistributorV3(_interrupts, UpdateAll), events);
        _redistributorPorts =
        [
            .. _redistributors.Select((r, core) => new RegisterBank<Redistributor>($"gic.redistributor{core}", Redistributor.Map, r, events)),
        ];
        _interrupts.Reset(toNonSecure: false);
    }

    public string StateName => "gic";

    /// <inheritdoc cref="GicV2.ResetsToNonSecure"/>
    public bool ResetsToNonSecure { get; init; }

    /// <summary>The distributor's registers, 64 KiB.</summary>
    public IBusDevice DistributorPort { get; }

    /// <summary>The LPIs of each core.</summary>
    public IReadOnlyList<LpiTables> Lpis { get; } = [];

    /// <summary>The redistributor's registers of a core, 128 KiB.</summary>
    public IBusDevice RedistributorPort(int core) => _redistributorPorts[core];

    /// <summary>What system registers of a core reach.</summary>
    public IGicCpuInterface Interface(int core) => _cores[core];

    public IInterruptLine Spi(int number) => new Line(this, 0, number + 32);

    public IInterruptLine Ppi(int core, int id) => new Line(this, core, id);

    /// <summary>Connects the request outputs for a core: one for each group, and the virtual ones.</summary>
    public void Connect(int core, GicV3Outputs outputs)
    {
        _cores[core].Outputs = outputs;
        Update(core);
    }

    /// <summary>What a core gets may have changed.</summary>
    public void Update(int core) => _cores[core].Update();

    public void UpdateAll()
    {
        foreach (CoreInterface core in _cores)
        {
            core.Update();
        }
    }

    public int Version => 3;

    public uint DistributorControl => _interrupts.Control;

    public int Lines => GicV2.Lines;

    public InterruptDescription? Describe(int core, int id) =>
        id < GicV2.Lines ? InterruptViews.Describe(_interrupts.States, _interrupts, core, id) : Lpis[core].Describe(core, id);

    public CpuInterfaceDescription DescribeInterface(int core) => _cores[core].Describe();

    public void Reset()
    {
        _interrupts.Reset(ResetsToNonSecure);
        foreach (Redistributor each in _redistributors)
        {
            each.Reset();
        }

        foreach (CoreInterface each in _cores)
        {
            each.Reset();
        }

        UpdateAll();
    }

    public void Save(StateWriter to)
    {
        _interrupts.Save(to);
        foreach (Redistributor each in _redistributors)
        {
            each.Save(to);
        }

        foreach (CoreInterface each in _cores)
        {
            each.Save(to);
        }
    }

    public void Restore(StateReader from)
    {
        _interrupts.Restore(from);
        foreach (Redistributor each in _redistributors)
        {
            each.Restore(from);
        }

        foreach (CoreInterface each in _cores)
        {
            each.Restore(from);
        }

        UpdateAll();
    }

    /// <summary>Makes a software-generated interrupt pending for the cores that a sender has named.</summary>
    private void Send(int sender, IGicCaller caller, SgiGroup to, ulong value)
    {
        InterruptGroup group = to switch
        {
            SgiGroup.Group0 => InterruptGroup.Group0,
            SgiGroup.Group1 => caller.Secure ? InterruptGroup.SecureGroup1 : InterruptGroup.Group1,
            _ => caller.Secure ? InterruptGroup.Group1 : InterruptGroup.SecureGroup1,
        };
        if (group == InterruptGroup.SecureGroup1 && _interrupts.OneSecurityState)
        {
            group = InterruptGroup.Group0;
        }

        int id = (int)value.Field(27, 24);
        InterruptStates states = _interrupts.States;
        for (int core = 0; core < states.Cores; core++)
        {
            if (IsNamed(sender, core, value) && _interrupts.Accepts(core, id, group, nonSecure: !caller.Secure))
            {
                states.Set(states.Latched, core, id, true);
                Update(core);
            }
        }
    }

    /// <summary>ICC_SGI1R_EL1: all but the sender, or Aff3.Aff2.Aff1 with a list of sixteen Aff0. GICD_TYPER.RSS is 0.</summary>
    private bool IsNamed(int sender, int core, ulong value)
    {
        if (value.Bit(40))
        {
            return core != sender;
        }

        ulong affinity = _interrupts.AffinityOf(core);
        ulong cluster = (value.Field(55, 48) << 32) | (value.Field(39, 32) << 16) | (value.Field(23, 16) << 8);
        ulong member = affinity.Field(7, 0);
        return (affinity & ~0xffUL) == cluster && member < 16 && value.Bit((int)member);
    }

    private void Changed(int core, bool everywhere)
    {
        if (everywhere)
        {
            UpdateAll();
        }
        else
        {
            Update(core);
        }
    }

    /// <summary>One input wire.</summary>
    private sealed class Line(GicV3 gic, int core, int id) : IInterruptLine
    {
        public void Set(bool asserted)
        {
            InterruptStates states = gic._interrupts.States;
            if (states.IsSet(states.Line, core, id) != asserted)
            {
                states.SetLine(core, id, asserted);
                gic.Changed(core, everywhere: id >= 32);
            }
        }
    }

    /// <summary>All that one core has of the GIC.</summary>
    private sealed class CoreInterface : IGicCpuInterface
    {
        private readonly GicV3 _gic;
        private readonly int _core;
        private readonly IGicCaller _caller;
        private readonly PhysicalCpuInterface _physical;
        private readonly VirtualCpuInterface _virtual;
        private readonly IInterruptLine _maintenance;

        public CoreInterface(GicV3 gic, int core, CoreInterrupts source, IGicCaller caller)
        {
            _gic = gic;
            _core = core;
            _caller = caller;
            _physical = new PhysicalCpuInterface(source, caller);
            _virtual = new VirtualCpuInterface(source, Update);
            _maintenance = gic.Ppi(core, GicV2.MaintenanceInterrupt);
            Reset();
        }

        public GicV3Outputs? Outputs { get; set; }

        public IGicView Physical => _physical;

        public IGicView Virtual => _virtual;

        public IGicHypervisor Hypervisor => _virtual;

        public ulong ControlEl3
        {
            get => _physical.ControlEl3;
            set => _physical.ControlEl3 = value;
        }

        public ulong Group1EnableEl3
        {
            get => _physical.Group1EnableEl3;
            set => _physical.Group1EnableEl3 = value;
        }

        public CpuInterfaceDescription Describe() => new(
            _physical.GroupsEnabled,
            (int)_physical.RawPriorityMask,
            (int)_physical.RunningPriority,
            _physical.Highest.Id,
            _virtual.Control.En,
            (int)_virtual.PriorityMask,
            [_virtual.GroupEnable(0) != 0, _virtual.GroupEnable(1) != 0],
            ListRegisterDescription.All(i => new ListEntry(_virtual.ListRegister(i))));

        public void Send(SgiGroup group, ulong value) => _gic.Send(_core, _caller, group, value);

        public void Update()
        {
            // The maintenance interrupt is an input of this same core, and comes back here when it changes.
            _maintenance.Set(_virtual.WantsMaintenance);
            if (Outputs is null)
            {
                return;
            }

            InterruptGroup? signal = _physical.Signal();
            Outputs.Group0.Set(signal == InterruptGroup.Group0);
            Outputs.Group1.Set(signal == InterruptGroup.Group1);
            Outputs.SecureGroup1.Set(signal == InterruptGroup.SecureGroup1);
            (bool irq, bool fiq) = _virtual.Outputs();
            Outputs.VirtualIrq.Set(irq);
            Outputs.VirtualFiq.Set(fiq);
        }

        public void Reset()
        {
            _physical.Reset();
            _virtual.Reset();
        }

        public void Save(StateWriter to)
        {
            _physical.Save(to);
            _virtual.Save(to);
        }

        public void Restore(StateReader from)
        {
            _physical.Restore(from);
            _virtual.Restore(from);
        }
    }
}

/// <summary>The wires from a GICv3 to one core.</summary>
internal sealed record GicV3Outputs(
    IInterruptLine Group0, IInterruptLine Group1, IInterruptLine SecureGroup1, IInterruptLine VirtualIrq, IInterruptLine VirtualFiq);
