using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>
/// What a host bridge's data says, it does. Witness: PCI Express Base Specification, Enhanced Configuration Access Mechanism (4 KiB for each
/// function) and Unsupported Request (all ones); Linux, Documentation/devicetree/bindings/pci/host-generic-pci.yaml (CAM: 256 bytes).
/// </summary>
public sealed class BridgeModelTests : IDisposable
{
    private const ulong RamStart = 0x4000_0000;
    private const ulong WindowStart = 0x1000_0000;
    private const uint SampleIds = 0x0005_1b36;

    private readonly PhysicalBus _bus = new();
    private readonly Ram _ram = new("ram", 0x1_0000);
    private readonly List<string> _log = [];

    public BridgeModelTests() => _bus.Add(new BusRegion("ram", RamStart, _ram.Size, _ram, Device: null));

    [Fact]
    public void Configuration_space_answers_ones_until_the_bridge_is_ready_and_the_log_says_why()
    {
        ulong time = 0;
        RootComplex root = Root(new HostBridgeModel { ReadyAfter = 1000 });
        root.SinceReset = () => time;
        root.Plug(2, new SampleFunction());
        Ecam ecam = new("ecam", root);
        const ulong Function = 2 << 15;

        Assert.Equal(uint.MaxValue, DeviceFixture.Read(ecam, Function));
        DeviceFixture.Write(ecam, Function + 4, 7, 2);
        time = 999;
        Assert.Equal(0xffffu, DeviceFixture.Read(ecam, Function, 2));
        Assert.Equal(["pcie: a configuration read gives all ones: 0 ns after the reset, and the host bridge answers after 1000 ns"], _log);
        time = 1000;
        Assert.Equal(SampleIds, DeviceFixture.Read(ecam, Function));
        Assert.Equal(0u, DeviceFixture.Read(ecam, Function + 4, 2));

        time = 5;
        root.Reset();
        DeviceFixture.Write(ecam, Function + 4, 7, 2);
        Assert.Equal("pcie: a configuration write is lost: 5 ns after the reset, and the host bridge answers after 1000 ns", _log[^1]);
        Assert.Equal(2, _log.Count);
    }

    [Theory]
    [InlineData(ConfigAccess.Ecam, 15, 20)]
    [InlineData(ConfigAccess.Cam, 11, 16)]
    public void Functions_lie_where_the_kind_of_access_puts_them(object access, int deviceShift, int busShift)
    {
        RootComplex root = Root(new HostBridgeModel { Access = (ConfigAccess)access });
        root.Plug(2, new SampleFunction());
        root.Plug(31, new SampleFunction());
        Ecam ecam = new("config", root);
        for (int device = 0; device < 32; device++)
        {
            uint wanted = device is 2 or 31 ? SampleIds : uint.MaxValue;
            Assert.Equal(wanted, DeviceFixture.Read(ecam, (ulong)device << deviceShift));
            Assert.Equal(uint.MaxValue, DeviceFixture.Read(ecam, ((ulong)device << deviceShift) + (1ul << (deviceShift - 3))));
        }

        Assert.Equal(uint.MaxValue, DeviceFixture.Read(ecam, (1ul << busShift) + (2ul << deviceShift)));
        DeviceFixture.Write(ecam, (2ul << deviceShift) + 0x3c, 0x5a, 1);
        Assert.Equal(0x5au, DeviceFixture.Read(ecam, (2ul << deviceShift) + 0x3c, 1));
        Assert.Equal(0u, DeviceFixture.Read(ecam, (31ul << deviceShift) + 0x3c, 1));
    }

    [Theory]
    [InlineData(true, DmaResult.Ok)]
    [InlineData(false, DmaResult.UnsupportedRequest)]
    public void A_request_to_a_neighbor_is_turned_around_or_refused(bool peerToPeer, object outcome)
    {
        RootComplex root = Root(new HostBridgeModel { PeerToPeer = peerToPeer });
        SampleFunction from = new();
        SampleFunction to = new();
        root.Plug(1, from);
        root.Plug(2, to);
        _bus.Add(new BusRegion("window", WindowStart, 0x100_0000, Ram: null, new MemoryWindow("window", WindowStart, root)));
        from.WriteConfig(4, 2, 6);
        to.WriteConfig(0x10, 4, (uint)WindowStart);
        to.WriteConfig(4, 2, 2);

        Assert.Equal((DmaResult)outcome, from.Dma.Write(WindowStart + 4, [1, 2, 3, 4]));
        byte[] back = new byte[4];
        Assert.Equal((DmaResult)outcome, from.Dma.Read(WindowStart + 4, back));
        Assert.Equal(peerToPeer ? [1, 2, 3, 4] : [0xff, 0xff, 0xff, 0xff], back);
        Assert.Equal(DmaResult.Ok, from.Dma.Write(RamStart, [1]));
    }

    [Fact]
    public void Inbound_windows_without_a_default_refuse_what_crosses_their_border_and_messages_beside_them()
    {
        RootComplex root = Root(new HostBridgeModel
        {
            Inbound = [new InboundWindow(0, 0x1000, RamStart), new InboundWindow(0x8000_0000, 0x1000, RamStart + 0x8000)],
            PassesTheRest = false,
        });
        SampleFunction function = new();
        root.Plug(1, function);
        function.WriteConfig(4, 2, 6);

        Assert.Equal(DmaResult.Ok, function.Dma.Write(0x8000_0ffc, [1, 2, 3, 4]));
        Assert.Equal([1, 2, 3, 4], _ram.Span(0x8ffc, 4).ToArray());
        Assert.Equal(DmaResult.Ok, function.Dma.Write(0, [5]));
        Assert.Equal(5, _ram.Span(0, 1)[0]);
        Assert.Equal(DmaResult.NoInboundWindow, function.Dma.Write(0x8000_0ffe, [1, 2, 3, 4]));
        Assert.Equal(DmaResult.NoInboundWindow, function.Dma.SendMessage(0x800_0040, 80));

        // Writes are posted; a read hears of it as Received Master Abort.
        Assert.Equal(0u, function.Config.Read(6, 2) & 0x2000);
        Assert.Equal(DmaResult.NoInboundWindow, function.Dma.Read(0x8000_1000, new byte[4]));
        Assert.Equal(0x2000u, function.Config.Read(6, 2) & 0x2000);
    }

    public void Dispose() => _ram.Dispose();

    private RootComplex Root(HostBridgeModel model)
    {
        RootComplex root = new(model, _bus, new Wire(), new Wire(), new Wire(), new Wire());
        root.Unsupported = new UnsupportedRequests(root, new DeviceEvents { ProblemObserver = (device, what) => _log.Add($"{device}: {what}") });
        return root;
    }
}
