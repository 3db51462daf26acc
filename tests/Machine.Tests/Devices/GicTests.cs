using GdbHost.Machine.Bus;
using GdbHost.Machine.Devices.Gic;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>Witness: IHI 0048, ARM Generic Interrupt Controller Architecture Specification, version 2.0.</summary>
public class GicTests
{
    private const int Cores = 4;
    private const uint EnableBothGroups = 3;
    private const uint AckCtl = 1 << 2;
    private const uint FiqEn = 1 << 3;
    private const uint EoiMode = 1 << 9;

    private readonly DeviceFixture _fixture = new();
    private readonly Wire[] _irq = [new(), new(), new(), new()];
    private readonly Wire[] _fiq = [new(), new(), new(), new()];
    private readonly GicV2 _gic;
    private int _core;

    public GicTests()
    {
        _gic = new GicV2(Cores, virtualization: true, () => _core, _fixture.Events);
        for (int core = 0; core < Cores; core++)
        {
            _gic.Connect(core, _irq[core], _fiq[core]);
            _core = core;
            Cpu(0x000, EnableBothGroups);
            Cpu(0x004, 0xff);
        }

        _core = 0;
        Distributor(0x000, EnableBothGroups);
    }

    [Fact]
    public void A_level_sensitive_SPI_stays_pending_while_its_line_is_high()
    {
        IInterruptLine line = EnableSpi(1, targets: 1);
        line.Set(true);
        Assert.True(_irq[0].High);
        Assert.Equal(33u, Cpu(0x00c));
        Assert.False(_irq[0].High);
        Cpu(0x010, 33);
        Assert.True(_irq[0].High);
        Assert.Equal(33u, Cpu(0x00c));
        line.Set(false);
        Cpu(0x010, 33);
        Assert.False(_irq[0].High);
        Assert.Equal(1023u, Cpu(0x00c));
    }

    [Fact]
    public void An_edge_is_remembered_until_it_is_acknowledged_and_comes_again_while_active()
    {
        IInterruptLine line = EnableSpi(1, targets: 1);
        Distributor(0xc08, 0x8);
        line.Set(true);
        line.Set(false);
        Assert.Equal(33u, Cpu(0x00c));
        line.Set(true);
        Assert.Equal(2u, Distributor(0x204));
        Assert.Equal(2u, Distributor(0x304));
        Cpu(0x010, 33);
        Assert.Equal(33u, Cpu(0x00c));
        Cpu(0x010, 33);
        Assert.False(_irq[0].High);
    }

    [Fact]
    public void An_SPI_goes_to_all_its_targets_and_the_first_takes_it()
    {
        IInterruptLine line = EnableSpi(5, targets: 0b0110);
        line.Set(true);
        Assert.Equal([false, true, true, false], [_irq[0].High, _irq[1].High, _irq[2].High, _irq[3].High]);
        _core = 2;
        Assert.Equal(37u, Cpu(0x00c));
        Assert.Equal([false, false, false, false], [_irq[0].High, _irq[1].High, _irq[2].High, _irq[3].High]);
        _core = 1;
        Assert.Equal(1023u, Cpu(0x00c));
    }

    [Fact]
    public void An_SGI_names_its_sender_once_for_each()
    {
        _core = 2;
        Distributor(0xf00, (0b0001 << 16) | 7);
        _core = 3;
        Distributor(0xf00, (0b0001 << 16) | 7);
        _core = 0;
        Assert.True(_irq[0].High);
        Assert.Equal(0x0c00_0000u, Distributor(0xf24));
        Assert.Equal(7u | (2 << 10), Cpu(0x00c));
        Cpu(0x010, 7u | (2 << 10));
        Assert.Equal(7u | (3 << 10), Cpu(0x00c));
        Cpu(0x010, 7u | (3 << 10));
        Assert.False(_irq[0].High);
    }

    [Theory]
    [InlineData(1u << 24, 0b1101)]
    [InlineData(2u << 24, 0b0010)]
    [InlineData(0b1001u << 16, 0b1001)]
    public void An_SGI_reaches_the_cores_that_its_filter_names(uint filter, int reached)
    {
        _core = 1;
        Distributor(0xf00, filter | 3);
        for (int core = 0; core < Cores; core++)
        {
            Assert.Equal((reached >> core & 1) != 0, _irq[core].High);
        }
    }

    [Fact]
    public void PPIs_of_the_cores_are_apart()
    {
        _core = 1;
        Distributor(0x100, 1u << 27);
        _gic.Ppi(1, 27).Set(true);
        _gic.Ppi(0, 27).Set(true);
        Assert.False(_irq[0].High);
        Assert.True(_irq[1].High);
        Assert.Equal(1u << 27, Distributor(0x200) & (1u << 27));
        Assert.Equal(27u, Cpu(0x00c));
        _core = 0;
        Assert.Equal(0u, Distributor(0x300));
        Assert.Equal(0u, Distributor(0x100) & (1u << 27));
    }

    [Fact]
    public void Only_a_higher_group_priority_preempts()
    {
        IInterruptLine low = EnableSpi(0, targets: 1, priority: 0xa0);
        IInterruptLine near = EnableSpi(1, targets: 1, priority: 0x98);
        IInterruptLine high = EnableSpi(2, targets: 1, priority: 0x40);
        Cpu(0x008, 4);
        low.Set(true);
        Assert.Equal(32u, Cpu(0x00c));
        Assert.Equal(0xa0u, Cpu(0x014));
        Distributor(0x420, 0xa8, size: 1);
        near.Set(true);
        Assert.True(_irq[0].High);
        Distributor(0x421, 0xa4, size: 1);
        Assert.False(_irq[0].High);
        high.Set(true);
        Assert.Equal(34u, Cpu(0x00c));
        Assert.Equal(0x40u, Cpu(0x014));
        Cpu(0x010, 34);
        Assert.Equal(0xa0u, Cpu(0x014));
        Cpu(0x010, 32);
        Assert.Equal(0xffu, Cpu(0x014));
    }

    [Fact]
    public void The_priority_mask_holds_back_what_is_not_higher()
    {
        IInterruptLine line = EnableSpi(0, targets: 1, priority: 0x80);
        Cpu(0x004, 0x80);
        line.Set(true);
        Assert.False(_irq[0].High);
        Assert.Equal(1023u, Cpu(0x00c));
        Cpu(0x004, 0x81);
        Assert.True(_irq[0].High);
    }

    [Fact]
    public void With_EOImode_the_end_drops_priority_and_DIR_deactivates()
    {
        IInterruptLine line = EnableSpi(0, targets: 1);
        Cpu(0x000, EnableBothGroups | EoiMode);
        line.Set(true);
        Assert.Equal(32u, Cpu(0x00c));
        Cpu(0x010, 32);
        Assert.Equal(0xffu, Cpu(0x014));
        Assert.Equal(1u, Distributor(0x304));
        Assert.False(_irq[0].High);
        Cpu(0x1000, 32);
        Assert.Equal(0u, Distributor(0x304));
        Assert.True(_irq[0].High);
    }

    [Fact]
    public void Group_0_is_signaled_as_FIQ_where_FIQEn_says_so()
    {
        IInterruptLine line = EnableSpi(0, targets: 1);
        Cpu(0x000, EnableBothGroups | FiqEn);
        line.Set(true);
        Assert.False(_irq[0].High);
        Assert.True(_fiq[0].High);
        Distributor(0x084, 1);
        Assert.True(_irq[0].High);
        Assert.False(_fiq[0].High);
    }

    [Fact]
    public void Group_1_is_acknowledged_by_the_alias_or_with_AckCtl()
    {
        IInterruptLine line = EnableSpi(0, targets: 1);
        Distributor(0x084, 1);
        line.Set(true);
        Assert.Equal(1022u, Cpu(0x018));
        Assert.Equal(1022u, Cpu(0x00c));
        Assert.Equal(32u, Cpu(0x028));
        Assert.Equal(32u, Cpu(0x020));
        Assert.Equal(1u << 16, Cpu(0x0e8));
        Assert.Equal(0u, Cpu(0x0d8));
        Cpu(0x024, 32);
        Cpu(0x000, EnableBothGroups | AckCtl);
        Assert.Equal(32u, Cpu(0x00c));
    }

    [Fact]
    public void A_group_that_is_not_forwarded_does_not_hide_the_other()
    {
        IInterruptLine first = EnableSpi(0, targets: 1, priority: 0x10);
        IInterruptLine second = EnableSpi(1, targets: 1, priority: 0x20);
        Distributor(0x084, 2);
        Distributor(0x000, 2);
        first.Set(true);
        second.Set(true);
        Assert.Equal(33u, Cpu(0x020));
    }

    [Fact]
    public void State_that_is_saved_and_restored_is_the_same()
    {
        IInterruptLine line = EnableSpi(9, targets: 2);
        line.Set(true);
        _core = 1;
        Assert.Equal(41u, Cpu(0x00c));
        Distributor(0xf00, (1 << 16) | 2);
        byte[] state = DeviceFixture.Save(_gic);
        GicV2 copy = new(Cores, virtualization: true, () => _core, _fixture.Events);
        Wire irq = new();
        copy.Connect(0, irq, new Wire());
        DeviceFixture.Restore(copy, state);
        Assert.True(irq.High);
        Assert.Equal(state, DeviceFixture.Save(copy));
    }

    private IInterruptLine EnableSpi(int number, uint targets, uint priority = 0xa0)
    {
        ulong id = (ulong)number + 32;
        Distributor(0x400 + id, priority, size: 1);
        Distributor(0x800 + id, targets, size: 1);
        Distributor(0x100 + (id / 32 * 4), 1u << (int)(id % 32));
        return _gic.Spi(number);
    }

    private uint Distributor(ulong offset) => DeviceFixture.Read(_gic.DistributorPort, offset);

    private void Distributor(ulong offset, uint value, int size = 4) => DeviceFixture.Write(_gic.DistributorPort, offset, value, size);

    private uint Cpu(ulong offset) => DeviceFixture.Read(_gic.CpuInterfacePort, offset);

    private void Cpu(ulong offset, uint value) => DeviceFixture.Write(_gic.CpuInterfacePort, offset, value);
}
