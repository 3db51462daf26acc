using GdbHost.Machine.Bus;
using GdbHost.Machine.Devices.Gic;
using Xunit;

namespace GdbHost.Machine.Tests.Devices;

/// <summary>
/// Both Security states at one GICv2. Witness: IHI 0048, ARM Generic Interrupt Controller Architecture Specification,
/// version 2.0, chapters on interrupt grouping and the Security Extensions.
/// </summary>
public class GicSecurityTests
{
    private const uint Group0Id = 40;
    private const uint Group1Id = 41;
    private const uint AckCtl = 1 << 2;
    private const uint FiqEn = 1 << 3;
    private const uint Cbpr = 1 << 4;
    private const uint Spurious = 1023;
    private const uint OfGroup1 = 1022;

    private readonly DeviceFixture _fixture = new();
    private readonly Wire _irq = new();
    private readonly Wire _fiq = new();
    private readonly GicV2 _gic;
    private bool _nonSecure;

    public GicSecurityTests()
    {
        _gic = new GicV2(2, virtualization: true, () => 0, _fixture.Events, () => _nonSecure);
        _gic.Connect(0, _irq, _fiq);
        Distributor(0x000, 3);
        Distributor(0x084, 1 << ((int)Group1Id - 32));
        Distributor(0x104, 0x300);
        Distributor(0x828, 0x0101);
        Distributor(0x428, 0x9040);
        Cpu(0x000, 3 | FiqEn);
        Cpu(0x004, 0xff);
    }

    [Fact]
    public void Type_register_says_that_the_Security_Extensions_are_there() =>
        Assert.Equal(1u << 10, Distributor(0x004) & (1u << 10));

    [Fact]
    public void Group_0_is_not_there_for_Non_secure_accesses()
    {
        Raise(Group0Id);
        Raise(Group1Id);
        _nonSecure = true;
        Assert.Equal(0u, Distributor(0x084));
        Assert.Equal(0x200u, Distributor(0x104));
        Assert.Equal(0x200u, Distributor(0x204));
        Assert.Equal(0x0100u, Distributor(0x828));
        Assert.Equal(0x2000u, Distributor(0x428));
        Distributor(0x084, 0xffff_ffff);
        Distributor(0x184, 0x300);
        Distributor(0x284, 0x100);
        Distributor(0x428, 0xffff);
        Distributor(0x828, 0x0202);
        _nonSecure = false;
        Assert.Equal(0x200u, Distributor(0x084));
        Assert.Equal(0x100u, Distributor(0x104));
        Assert.Equal(0x300u, Distributor(0x204));
        Assert.Equal(0xff40u, Distributor(0x428));
        Assert.Equal(0x0201u, Distributor(0x828));
    }

    [Fact]
    public void The_distributors_control_register_is_banked()
    {
        _nonSecure = true;
        Assert.Equal(1u, Distributor(0x000));
        Distributor(0x000, 0);
        _nonSecure = false;
        Assert.Equal(1u, Distributor(0x000));
        Distributor(0x000, 2);
        _nonSecure = true;
        Assert.Equal(1u, Distributor(0x000));
    }

    [Fact]
    public void Group_0_is_an_FIQ_and_group_1_an_IRQ_with_FIQEn()
    {
        Raise(Group1Id);
        Assert.Equal((true, false), (_irq.High, _fiq.High));
        Raise(Group0Id);
        Assert.Equal((false, true), (_irq.High, _fiq.High));
        Cpu(0x000, 3);
        Assert.Equal((true, false), (_irq.High, _fiq.High));
    }

    [Fact]
    public void Non_secure_acknowledge_meets_only_group_1()
    {
        Raise(Group0Id);
        Raise(Group1Id);
        _nonSecure = true;
        Assert.Equal(Spurious, Cpu(0x018));
        Assert.Equal(Spurious, Cpu(0x00c));
        _nonSecure = false;
        Assert.Equal(Group0Id, Cpu(0x00c));
        _nonSecure = true;
        Cpu(0x010, Group0Id);
        Assert.Equal(0u, Cpu(0x014));
        _nonSecure = false;
        Assert.Equal(0x40u, Cpu(0x014));
        Cpu(0x010, Group0Id);
        _nonSecure = true;
        Assert.Equal(Group1Id, Cpu(0x00c));
        Assert.Equal(0x20u, Cpu(0x014));
        _nonSecure = false;
        Assert.Equal(0x90u, Cpu(0x014));
        _nonSecure = true;
        Cpu(0x010, Group1Id);
        Assert.Equal(0xffu, Cpu(0x014));
    }

    [Fact]
    public void Secure_acknowledge_of_group_1_wants_AckCtl_or_the_alias()
    {
        Raise(Group1Id);
        Assert.Equal(OfGroup1, Cpu(0x018));
        Assert.Equal(OfGroup1, Cpu(0x00c));
        Assert.Equal(Group1Id, Cpu(0x028));
        Assert.Equal(Group1Id, Cpu(0x020));
        Cpu(0x024, Group1Id);
        Raise(Group1Id);
        Cpu(0x000, 3 | AckCtl);
        Assert.Equal(Group1Id, Cpu(0x00c));
    }

    [Fact]
    public void Aliases_are_for_Secure_accesses_alone()
    {
        Raise(Group1Id);
        Cpu(0x01c, 5);
        _nonSecure = true;
        Assert.Equal(0u, Cpu(0x01c));
        Assert.Equal(0u, Cpu(0x020));
        Assert.Equal(0u, Cpu(0x028));
        Assert.Equal(0u, Cpu(0x0e0));
        Cpu(0x01c, 2);
        Assert.Equal(5u, Cpu(0x008));
        Cpu(0x008, 6);
        _nonSecure = false;
        Assert.Equal(6u, Cpu(0x01c));
    }

    [Fact]
    public void The_priority_mask_is_halved_and_a_Secure_one_is_not_seen()
    {
        Cpu(0x004, 0xf0);
        _nonSecure = true;
        Assert.Equal(0xe0u, Cpu(0x004));
        Cpu(0x004, 0x40);
        _nonSecure = false;
        Assert.Equal(0xa0u, Cpu(0x004));
        Cpu(0x004, 0x70);
        _nonSecure = true;
        Assert.Equal(0u, Cpu(0x004));
        Cpu(0x004, 0xff);
        _nonSecure = false;
        Assert.Equal(0x70u, Cpu(0x004));
    }

    [Fact]
    public void With_a_common_binary_point_the_Non_secure_view_is_one_more_and_read_only()
    {
        Cpu(0x008, 3);
        Cpu(0x000, 3 | Cbpr);
        _nonSecure = true;
        Assert.Equal(4u, Cpu(0x008));
        Cpu(0x008, 7);
        Assert.Equal(4u, Cpu(0x008));
        _nonSecure = false;
        Cpu(0x008, 7);
        _nonSecure = true;
        Assert.Equal(7u, Cpu(0x008));
    }

    [Fact]
    public void The_CPU_interfaces_control_register_is_banked_with_its_own_EOImode()
    {
        _nonSecure = true;
        Assert.Equal(1u, Cpu(0x000));
        Cpu(0x000, 1 << 9);
        Assert.Equal(1u << 9, Cpu(0x000));
        _nonSecure = false;
        Assert.Equal(1u | FiqEn | (1 << 10), Cpu(0x000));
        Cpu(0x000, 3 | FiqEn | (1 << 10));
        Raise(Group1Id);
        _nonSecure = true;
        Assert.Equal(Group1Id, Cpu(0x00c));
        Cpu(0x010, Group1Id);
        Assert.Equal(0xffu, Cpu(0x014));
        Assert.Equal(0x200u, Distributor(0x304));
        Cpu(0x1000, Group1Id);
        Assert.Equal(0u, Distributor(0x304));
    }

    [Fact]
    public void Non_secure_active_priorities_are_the_upper_half()
    {
        Raise(Group1Id);
        _nonSecure = true;
        Cpu(0x00c);
        Assert.Equal(0u, Cpu(0x0d4));
        Assert.Equal(1u << (0x90 / 2 - 64), Cpu(0x0d0));
        _nonSecure = false;
        Assert.Equal(1u << (0x90 / 2 - 64), Cpu(0x0e8));
    }

    [Theory]
    [InlineData(false, 0u, 3, true)]
    [InlineData(false, 1u << 15, 3, false)]
    [InlineData(false, 0u, 4, false)]
    [InlineData(false, 1u << 15, 4, true)]
    [InlineData(true, 0u, 4, true)]
    [InlineData(true, 0u, 3, false)]
    public void Software_sends_to_the_group_that_NSATT_names_and_Non_secure_software_to_group_1(
        bool nonSecure, uint attribute, int id, bool arrives)
    {
        Distributor(0x080, 1 << 4);
        _nonSecure = nonSecure;
        Distributor(0xf00, (2u << 24) | attribute | (uint)id);
        _nonSecure = false;
        Assert.Equal(arrives, (Distributor(0x200) & (1u << id)) != 0);
        Assert.Equal(arrives ? 1u : 0u, Distributor(0xf20 + ((uint)id & ~3u)) >> (8 * (id & 3)) & 0xff);
    }

    private void Raise(uint id) => Distributor(0x204, 1u << ((int)id - 32));

    private uint Distributor(uint offset)
    {
        Assert.Equal(BusResult.Ok, _gic.DistributorPort.Read(offset, 4, out ulong value));
        return (uint)value;
    }

    private void Distributor(uint offset, uint value) => Assert.Equal(BusResult.Ok, _gic.DistributorPort.Write(offset, 4, value));

    private uint Cpu(uint offset)
    {
        Assert.Equal(BusResult.Ok, _gic.CpuInterfacePort.Read(offset, 4, out ulong value));
        return (uint)value;
    }

    private void Cpu(uint offset, uint value) => Assert.Equal(BusResult.Ok, _gic.CpuInterfacePort.Write(offset, 4, value));
}
