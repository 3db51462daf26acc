using System;
using System.Numerics;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>
/// The interrupt controller (IHI 0048, ARM Generic Interrupt Controller Architecture version 2.0) for one to eight
/// cores, without the Security Extensions: distributor, CPU interfaces, and the wires between.
/// </summary>
internal sealed class GicV2 : IDevice
{
    /// <summary>Interrupt IDs: 16 SGIs, 16 PPIs and 256 SPIs, as QEMU's virt.</summary>
    public const int Lines = 288;

    private static readonly RegisterMap<GicV2> CpuMap = new(
        0x2000,
        new(0x000, "GICC_CTLR", Access.ReadWrite, "IHI 0048, GICC_CTLR")
        {
            Read = (g, _) => g.Current.Control,
            Write = (g, _, v, _) => g.Current.Control = v,
        },
        new(0x004, "GICC_PMR", Access.ReadWrite, "IHI 0048, GICC_PMR")
        {
            Read = (g, _) => g.Current.PriorityMask,
            Write = (g, _, v, _) => g.Current.PriorityMask = v,
        },
        new(0x008, "GICC_BPR", Access.ReadWrite, "IHI 0048, GICC_BPR")
        {
            Read = (g, _) => g.Current.BinaryPoint,
            Write = (g, _, v, _) => g.Current.BinaryPoint = v,
        },
        new(0x00c, "GICC_IAR", Access.ReadOnly, "IHI 0048, GICC_IAR")
        {
            Read = (g, _) => g.Current.Acknowledge(),
            ReadHasEffect = true,
            Peek = (g, _) => g.Current.HighestPending(),
        },
        new(0x010, "GICC_EOIR", Access.WriteOnly, "IHI 0048, GICC_EOIR") { Write = (g, _, v, _) => g.Current.EndOfInterrupt(v) },
        new(0x014, "GICC_RPR", Access.ReadOnly, "IHI 0048, GICC_RPR") { Read = (g, _) => g.Current.RunningPriority },
        new(0x018, "GICC_HPPIR", Access.ReadOnly, "IHI 0048, GICC_HPPIR") { Read = (g, _) => g.Current.HighestPending() },
        new(0x01c, "GICC_ABPR", Access.ReadWrite, "IHI 0048, GICC_ABPR")
        {
            Read = (g, _) => g.Current.AliasedBinaryPoint,
            Write = (g, _, v, _) => g.Current.AliasedBinaryPoint = v,
        },
        new(0x020, "GICC_AIAR", Access.ReadOnly, "IHI 0048, GICC_AIAR")
        {
            Read = (g, _) => g.Current.AcknowledgeGroup1(),
            ReadHasEffect = true,
            Peek = (g, _) => g.Current.HighestPendingGroup1(),
        },
        new(0x024, "GICC_AEOIR", Access.WriteOnly, "IHI 0048, GICC_AEOIR") { Write = (g, _, v, _) => g.Current.EndOfInterrupt(v) },
        new(0x028, "GICC_AHPPIR", Access.ReadOnly, "IHI 0048, GICC_AHPPIR") { Read = (g, _) => g.Current.HighestPendingGroup1() },
        new(0x0d0, "GICC_APR", Access.ReadWrite, "IHI 0048, GICC_APRn")
        {
            Count = 4,
            Read = (g, n) => g.Current.ActivePriorities(n, group1: false),
            Write = (g, n, v, _) => g.Current.SetActivePriorities(n, group1: false, v),
        },
        new(0x0e0, "GICC_NSAPR", Access.ReadWrite, "IHI 0048, GICC_NSAPRn")
        {
            Count = 4,
            Read = (g, n) => g.Current.ActivePriorities(n, group1: true),
            Write = (g, n, v, _) => g.Current.SetActivePriorities(n, group1: true, v),
        },
        new(0x0fc, "GICC_IIDR", Access.ReadOnly, "IHI 0048, GICC_IIDR; Arm Limited, architecture 2, as QEMU 7.2") { Reset = 0x0002_043b },
        new(0x1000, "GICC_DIR", Access.WriteOnly, "IHI 0048, GICC_DIR") { Write = (g, _, v, _) => g.DeactivateIfSplit(v) });

    private readonly Func<int> _currentCore;
    private readonly Distributor _distributor;
    private readonly CpuInterface[] _interfaces;
    private readonly IInterruptLine?[] _irq;
    private readonly IInterruptLine?[] _fiq;

    /// <param name="cores">1 to 8.</param>
    /// <param name="currentCore">The core whose access is under way.</param>
    /// <param name="events">Where misuse is reported.</param>
    public GicV2(int cores, Func<int> currentCore, DeviceEvents events)
    {
        _currentCore = currentCore;
        InterruptStates states = new(cores, Lines);
        _distributor = new Distributor(states, currentCore, UpdateAll);
        _distributor.Reset();
        _interfaces = new CpuInterface[cores];
        _irq = new IInterruptLine?[cores];
        _fiq = new IInterruptLine?[cores];
        for (int core = 0; core < cores; core++)
        {
            _interfaces[core] = new CpuInterface(new PhysicalSource(this, core), CpuInterfaceLimits.Physical);
        }

        DistributorPort = new RegisterBank<Distributor>("gic.distributor", Distributor.Map, _distributor, events);
        CpuInterfacePort = new RegisterBank<GicV2>("gic.cpu-interface", CpuMap, this, events);
    }

    public string StateName => "gic";

    /// <summary>The distributor's registers, 4 KiB.</summary>
    public RegisterBank<Distributor> DistributorPort { get; }

    /// <summary>The CPU interface's registers of the accessing core, 8 KiB.</summary>
    public RegisterBank<GicV2> CpuInterfacePort { get; }

    private CpuInterface Current => _interfaces[_currentCore()];

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

    public void Reset()
    {
        _distributor.Reset();
        foreach (CpuInterface each in _interfaces)
        {
            each.Reset();
        }

        UpdateAll();
    }

    public void Save(StateWriter to)
    {
        _distributor.Save(to);
        foreach (CpuInterface each in _interfaces)
        {
            each.Save(to);
        }
    }

    public void Restore(StateReader from)
    {
        _distributor.Restore(from);
        foreach (CpuInterface each in _interfaces)
        {
            each.Restore(from);
        }

        UpdateAll();
    }

    private void DeactivateIfSplit(uint acknowledged)
    {
        // UNPREDICTABLE without EOImode: ignored, as QEMU does.
        if (Current.SplitsEndOfInterrupt)
        {
            Current.Deactivate(acknowledged);
        }
    }

    private void UpdateAll()
    {
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
                ref byte senders = ref States.SgiSenders[(core * 16) + id];
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
