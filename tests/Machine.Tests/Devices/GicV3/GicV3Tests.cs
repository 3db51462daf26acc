using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Gic.V3;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;
using Xunit;

namespace GdbHost.Machine.Tests.Devices.GicV3;

/// <summary>
/// Wires from devices to two cores. Witness: IHI 0069, Shared Peripheral Interrupts, GICD_IROUTERn, Maintenance interrupts,
/// ICH_LRn_EL2.
/// </summary>
public sealed class GicV3Tests
{
    private const int Uart = 1;
    private const int UartId = 33;
    private const int VirtualTimer = 27;
    private const int MaintenanceInterrupt = 25;
    private const ulong Router = 0x6000 + (UartId * 8);
    private const uint Sgi = 0x1_0000;

    private readonly DeviceFixture _fixture = new();
    private readonly Caller[] _cores = [new(), new()];
    private readonly Wire[] _irq = [new(), new()];
    private readonly Wire[] _virq = [new(), new()];
    private readonly GdbHost.Machine.Devices.Gic.V3.GicV3 _gic;

    public GicV3Tests()
    {
        // The second core is in another cluster.
        _gic = new(_cores, [0, 0x0102_03], new GuestTables(new PhysicalBus()), _fixture.Events);
        for (int core = 0; core < 2; core++)
        {
            _gic.Connect(core, new GicV3Outputs(new Wire(), _irq[core], new Wire(), _virq[core], new Wire()));
            Cpu(core).PriorityMask = 0xff;
            Cpu(core).SetGroupEnable(1, 1);
            Private(core, Sgi + 0x80, uint.MaxValue);
        }

        Distributor(0, 3);
        Distributor(0x84, uint.MaxValue);
        Distributor(0x104, 1u << (UartId - 32));
    }

    [Fact]
    public void A_shared_interrupt_goes_to_the_core_whose_affinity_its_route_names_and_to_nobody_else()
    {
        _gic.Spi(Uart).Set(true);
        Assert.Equal((true, false), (_irq[0].High, _irq[1].High));
        Distributor(Router, 0x0102_03);
        Assert.Equal((false, true), (_irq[0].High, _irq[1].High));
        Assert.Equal(1023ul, Cpu(0).Acknowledge(1));
        Distributor(Router, 0x0102_04);
        Assert.Equal((false, false), (_irq[0].High, _irq[1].High));
        Distributor(Router + 4, 1);
        Distributor(Router, 0);
        Assert.False(_irq[0].High);
    }

    [Fact]
    public void A_level_sensitive_interrupt_is_pending_while_its_wire_is_high_and_one_at_a_time()
    {
        IInterruptLine wire = _gic.Spi(Uart);
        wire.Set(true);
        Assert.Equal((ulong)UartId, Cpu(0).Acknowledge(1));
        Assert.False(_irq[0].High);
        Cpu(0).EndOfInterrupt(1, UartId);
        Assert.True(_irq[0].High);
        Assert.Equal((ulong)UartId, Cpu(0).Acknowledge(1));
        wire.Set(false);
        Cpu(0).EndOfInterrupt(1, UartId);
        Assert.False(_irq[0].High);
    }

    [Fact]
    public void An_edge_is_remembered_also_while_the_interrupt_is_active()
    {
        Distributor(0xc08, 1u << 3);
        IInterruptLine wire = _gic.Spi(Uart);
        wire.Set(true);
        wire.Set(false);
        Assert.Equal((ulong)UartId, Cpu(0).Acknowledge(1));
        wire.Set(true);
        wire.Set(false);
        Assert.False(_irq[0].High);
        Cpu(0).EndOfInterrupt(1, UartId);
        Assert.True(_irq[0].High);
    }

    [Fact]
    public void With_EOImode_the_priority_drops_first_and_the_interrupt_is_active_until_it_is_named()
    {
        Cpu(0).Control = 2;
        _gic.Spi(Uart).Set(true);
        ulong id = Cpu(0).Acknowledge(1);
        Assert.Equal(0ul, Cpu(0).RunningPriority);
        Cpu(0).EndOfInterrupt(1, id);
        Assert.Equal(0xfful, Cpu(0).RunningPriority);
        Assert.False(_irq[0].High);

        // Another core may deactivate a shared interrupt.
        Cpu(1).Control = 2;
        Cpu(1).Deactivate(id);
        Assert.True(_irq[0].High);
    }

    [Fact]
    public void The_end_of_a_hardware_interrupt_in_the_guest_deactivates_the_physical_one()
    {
        Cpu(1).Control = 2;
        Private(1, Sgi + 0x100, 1u << VirtualTimer);
        _gic.Ppi(1, VirtualTimer).Set(true);
        Assert.Equal((ulong)VirtualTimer, Cpu(1).Acknowledge(1));
        Cpu(1).EndOfInterrupt(1, VirtualTimer);
        GuestOf(1);
        Hypervisor(1).SetListRegister(0, (1UL << 62) | (1UL << 61) | (1UL << 60) | ((ulong)VirtualTimer << 32) | 40);
        Assert.True(_virq[1].High);
        Assert.Equal(40ul, _gic.Interface(1).Virtual.Acknowledge(1));
        Assert.False(_virq[1].High);
        Assert.False(_irq[1].High);
        _gic.Interface(1).Virtual.EndOfInterrupt(1, 40);
        Assert.True(_irq[1].High);
        Assert.Equal(0xful, Hypervisor(1).EmptyEntries);
        Assert.Equal(0xfful, _gic.Interface(1).Virtual.RunningPriority);
    }

    [Fact]
    public void The_maintenance_interrupt_tells_of_an_end_that_was_asked_for_and_of_one_that_no_entry_holds()
    {
        Private(0, Sgi + 0x100, 1u << MaintenanceInterrupt);
        GuestOf(0);
        Hypervisor(0).SetListRegister(2, (1UL << 62) | (1UL << 60) | (1UL << 41) | 50);
        Assert.Equal(50ul, _gic.Interface(0).Virtual.Acknowledge(1));
        Assert.False(_irq[0].High);
        _gic.Interface(0).Virtual.EndOfInterrupt(1, 50);
        Assert.True(_irq[0].High);
        Assert.Equal((4ul, 1ul), (Hypervisor(0).EndedEntries, Hypervisor(0).Maintenance));
        Hypervisor(0).SetListRegister(2, 0);
        Assert.False(_irq[0].High);

        Hypervisor(0).Control = new IchHcrEl2(1 | (1 << 2));
        _gic.Interface(0).Virtual.SetActivePriorities(1, 1);
        _gic.Interface(0).Virtual.EndOfInterrupt(1, 77);
        Assert.Equal((1ul, 4ul), (Hypervisor(0).Control.EoiCount, Hypervisor(0).Maintenance));
        Assert.True(_irq[0].High);
    }

    [Fact]
    public void Looking_at_what_an_acknowledge_would_give_takes_nothing()
    {
        _gic.Spi(Uart).Set(true);
        byte[] before = DeviceFixture.Save(_gic);
        Assert.Equal((ulong)UartId, Cpu(0).PeekAcknowledge(1));
        Assert.Equal(before, DeviceFixture.Save(_gic));
        Assert.Equal((ulong)UartId, Cpu(0).Acknowledge(1));
        Assert.NotEqual(before, DeviceFixture.Save(_gic));
    }

    [Fact]
    public void An_SGI_names_cores_by_cluster_and_number()
    {
        Private(0, Sgi + 0x100, 0xffff);
        Private(1, Sgi + 0x100, 0xffff);
        _gic.Interface(0).Send(SgiGroup.Group1, (4UL << 24) | (2UL << 16) | (1UL << 32) | (1 << 3));
        Assert.Equal((false, true), (_irq[0].High, _irq[1].High));
        Assert.Equal(4ul, Cpu(1).Acknowledge(1));
        Cpu(1).EndOfInterrupt(1, 4);
        _gic.Interface(1).Send(SgiGroup.Group1, (5UL << 24) | (1UL << 40));
        Assert.Equal((true, false), (_irq[0].High, _irq[1].High));
    }

    private IGicView Cpu(int core) => _gic.Interface(core).Physical;

    private IGicHypervisor Hypervisor(int core) => _gic.Interface(core).Hypervisor;

    private void GuestOf(int core)
    {
        Hypervisor(core).MachineControl = (0xf8ul << 24) | 3;
        Hypervisor(core).Control = new IchHcrEl2(1);
    }

    private void Distributor(ulong offset, ulong value) => DeviceFixture.Write(_gic.DistributorPort, offset, value);

    private void Private(int core, ulong offset, ulong value) => DeviceFixture.Write(_gic.RedistributorPort(core), offset, value);

    /// <summary>A core at EL1 without EL3.</summary>
    private sealed class Caller : IGicCaller
    {
        public ExceptionLevel Level => ExceptionLevel.El1;

        public bool Secure => false;

        public bool HasEl3 => false;

        public ScrEl3 Scr => default;

        public HcrEl2 Hcr => default;
    }
}
