using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>
/// Witness: PCI Local Bus Specification 3.0, chapter 6 (configuration space) and section 2.2.6 (interrupt pins), and the
/// interrupt-map that QEMU 7.2 prints for the lines.
/// </summary>
public class RootComplexTests
{
    private const ulong Sample = 2 << 15;

    private readonly Wire[] _wires = [new(), new(), new(), new()];
    private readonly RootComplex _root;
    private readonly Ecam _ecam;

    public RootComplexTests()
    {
        _root = new RootComplex(HostBridgeModel.Transparent, new PhysicalBus(), [.. _wires]);
        _ecam = new Ecam("ecam", _root);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(2, 4, 1)]
    [InlineData(3, 2, 0)]
    [InlineData(31, 3, 1)]
    public void A_pin_reaches_the_line_of_its_slot_unless_disabled(int device, int pin, int line)
    {
        SampleFunction function = new(pin);
        _root.Plug(device, function);
        ulong header = (ulong)device << 15;
        function.Ask(true);
        Assert.Equal([line], Asserted());
        DeviceFixture.Write(_ecam, header + 4, 0x400, 2);
        Assert.Empty(Asserted());
        Assert.Equal(0x8u, DeviceFixture.Read(_ecam, header + 6, 2));
        DeviceFixture.Write(_ecam, header + 4, 0, 2);
        Assert.Equal([line], Asserted());
        function.Ask(false);
        Assert.Empty(Asserted());
        Assert.Equal(0u, DeviceFixture.Read(_ecam, header + 6, 2));
    }

    [Fact]
    public void A_shared_line_stays_asserted_until_the_last_function_lets_go()
    {
        SampleFunction first = new(pin: 1);
        SampleFunction second = new(pin: 1);
        _root.Plug(1, first);
        _root.Plug(5, second);
        first.Ask(true);
        second.Ask(true);
        first.Ask(false);
        Assert.Equal([1], Asserted());
        _root.Reset();
        Assert.Empty(Asserted());
    }

    [Fact]
    public void A_function_without_a_pin_asserts_nothing()
    {
        SampleFunction function = new();
        _root.Plug(1, function);
        function.Ask(true);
        Assert.Empty(Asserted());
    }

    [Fact]
    public void A_64_bit_register_is_decoded_in_the_high_window_alone_and_only_while_enabled()
    {
        const ulong Start = 0x80_0000_0000;
        const ulong Base = 0x12_3456_0000;
        _root.Plug(2, new SampleFunction());
        MemoryWindow low = new("low", 0x1000_0000, _root);
        MemoryWindow high = new("high", Start, _root);
        DeviceFixture.Write(_ecam, Sample + 0x18, (Start + Base) & 0xffff_ffff);
        DeviceFixture.Write(_ecam, Sample + 0x1c, (Start + Base) >> 32);
        DeviceFixture.Write(high, Base, 0x1122_3344_5566_7788, 8);
        Assert.Equal(uint.MaxValue, DeviceFixture.Read(high, Base));
        DeviceFixture.Write(_ecam, Sample + 4, 2, 2);
        DeviceFixture.Write(high, Base + 8, 0x1122_3344_5566_7788, 8);
        Assert.Equal(0u, DeviceFixture.Read(high, Base));
        Assert.Equal(0x1122_3344u, DeviceFixture.Read(high, Base + 12));
        Assert.Equal(BusResult.Ok, high.Read(Base + 8, 8, out ulong whole));
        Assert.Equal(0x1122_3344_5566_7788u, whole);
        Assert.True(high.TryPeek(Base + 8, 4, out ulong peeked));
        Assert.Equal(0x5566_7788u, peeked);
        Assert.Equal(uint.MaxValue, DeviceFixture.Read(high, Base - 4));
        Assert.Equal(uint.MaxValue, DeviceFixture.Read(high, Base + 0x1_0000));
        Assert.Equal(uint.MaxValue, DeviceFixture.Read(low, 0x2456_0000));
    }

    [Fact]
    public void Capabilities_are_a_list_that_the_header_points_to()
    {
        ConfigSpace space = new(new FunctionIdentity(1, 2, 0x020000));
        Assert.Equal(0u, space.Read(0x06, 2));
        int first = space.AddCapability(0x05, 10);
        int second = space.AddCapability(0x11, 12);
        space.Write(first, 4, uint.MaxValue);
        space.Write(second, 4, uint.MaxValue);
        Assert.Equal(0x10u, space.Read(0x06, 2));
        Assert.Equal((uint)second, space.Read(0x34, 1));
        Assert.Equal(0x0011u | ((uint)first << 8), space.Read(second, 4));
        Assert.Equal(0x0005u, space.Read(first, 4));
        Assert.True(first >= 0x40 && second >= first + 10 && first % 4 == 0 && second % 4 == 0);
    }

    [Fact]
    public void Saved_functions_come_back_with_their_lines()
    {
        SampleFunction function = new(pin: 1);
        _root.Plug(2, function);
        DeviceFixture.Write(_ecam, Sample + 0x10, 0x1234_5000);
        DeviceFixture.Write(_ecam, Sample + 4, 3, 2);
        function.Ask(true);
        byte[] saved = DeviceFixture.Save(_root);
        _root.Reset();
        Assert.Empty(Asserted());
        Assert.Equal(0u, DeviceFixture.Read(_ecam, Sample + 0x10));
        DeviceFixture.Restore(_root, saved);
        Assert.Equal([2], Asserted());
        Assert.Equal(0x1234_5000u, DeviceFixture.Read(_ecam, Sample + 0x10));
        Assert.Equal(0x0008_0003u, DeviceFixture.Read(_ecam, Sample + 4));
    }

    private int[] Asserted() => [.. Enumerable.Range(0, 4).Where(line => _wires[line].High)];
}
