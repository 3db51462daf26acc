using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>
/// Witness: PCI Local Bus Specification 3.0, section 6.2.2 and 6.2.3 (Bus Master, Received Master Abort), and the host
/// bridge's own data.
/// </summary>
public sealed class DmaPathTests : IDisposable
{
    private const ulong RamStart = 0x4000_0000;

    private readonly PhysicalBus _bus = new();
    private readonly Ram _ram = new("ram", 0x1_0000);
    private readonly SampleFunction _function = new();
    private readonly List<DmaStep> _steps = [];

    public DmaPathTests()
    {
        _bus.Add(new BusRegion("ram", RamStart, _ram.Size, _ram, Device: null));
        _bus.Add(new BusRegion("rom", 0x1000, 0x1000, _rom, Device: null) { ReadOnly = true });
    }

    private readonly Ram _rom = new("rom", 0x1000);

    [Fact]
    public void Nothing_is_sent_before_bus_mastering_is_enabled()
    {
        Connect(HostBridgeModel.Transparent);
        _function.WriteConfig(4, 2, 0x0003);
        byte[] data = [1, 2];
        Assert.Equal(DmaResult.NotSent, _function.Dma.Write(RamStart, data));
        Assert.Equal(DmaResult.NotSent, _function.Dma.Read(RamStart, data));
        Assert.Equal([0xff, 0xff], data);
        Assert.Equal(0, _ram.Span(0, 1)[0]);
        Assert.Equal(0u, _function.Config.Read(6, 2));
        Assert.All(_steps, s => Assert.Equal((DmaStage.Function, DmaResult.NotSent), (s.Stage, s.Verdict)));
    }

    [Fact]
    public void A_write_reaches_memory_and_is_told_to_all_who_keep_something_of_it()
    {
        Connect(HostBridgeModel.Transparent);
        List<(ulong, int)> told = [];
        _bus.OnForeignWrite = (_, offset, length) => told.Add((offset, length));
        byte[] data = [.. Enumerable.Range(0, 0x1800).Select(i => (byte)(i * 7))];
        Assert.Equal(DmaResult.Ok, _function.Dma.Write(RamStart + 0xff0, data));
        Assert.Equal(data, _ram.Span(0xff0, data.Length).ToArray());
        Assert.Equal([(0xff0ul, 0x10), (0x1000ul, 0x1000), (0x2000ul, 0x7f0)], told);
        byte[] back = new byte[data.Length];
        Assert.Equal(DmaResult.Ok, _function.Dma.Read(RamStart + 0xff0, back));
        Assert.Equal(data, back);
        Assert.Equal(["ram"], _steps.Where(s => s.Stage == DmaStage.Target).Select(s => s.Place).Distinct());
        Assert.All(_steps, s => Assert.Equal(new RequesterId(2 << 3), s.Request.Requester));
    }

    [Fact]
    public void A_read_of_nothing_gives_ones_and_is_noted_in_the_status_register()
    {
        Connect(HostBridgeModel.Transparent);
        byte[] data = new byte[4];
        Assert.Equal(DmaResult.UnsupportedRequest, _function.Dma.Read(0x9000_0000, data));
        Assert.Equal([0xff, 0xff, 0xff, 0xff], data);
        Assert.Equal(0x2000u, _function.Config.Read(6, 2));
        _function.WriteConfig(6, 2, 0x2000);
        Assert.Equal(0u, _function.Config.Read(6, 2));
        Assert.Equal(DmaResult.CompleterAbort, _function.Dma.Write(0x1000, data));
        Assert.Equal(0u, _function.Config.Read(6, 2));
    }

    [Fact]
    public void Inbound_windows_move_addresses_and_without_a_default_nothing_else_passes()
    {
        HostBridgeModel model = new() { Inbound = [new InboundWindow(0x8000_0000, 0x1000, RamStart + 0x2000)], PassesTheRest = false };
        Connect(model);
        Assert.Equal(DmaResult.Ok, _function.Dma.Write(0x8000_0ffc, [1, 2, 3, 4]));
        Assert.Equal([1, 2, 3, 4], _ram.Span(0x2ffc, 4).ToArray());
        Assert.Equal(DmaResult.NoInboundWindow, _function.Dma.Write(0x8000_1000, [1]));
        Assert.Equal(DmaResult.NoInboundWindow, _function.Dma.Write(RamStart, [1]));
    }

    [Theory]
    [InlineData(false, 0x40u)]
    [InlineData(true, 0u)]
    public void A_doorbell_is_before_or_behind_the_IOMMU(bool before, uint translated)
    {
        Listener doorbell = new();
        _bus.Add(new BusRegion("doorbell", 0x800_0000, 0x1000, Ram: null, doorbell));
        _bus.Add(new BusRegion("elsewhere", 0x900_0000, 0x1000, Ram: null, doorbell));
        Connect(new HostBridgeModel { Doorbells = [new InboundWindow(0x800_0000, 0x1000, 0x800_0000)], DoorbellsBeforeIommu = before });
        _function.Bus!.Root.Iommu = new Offset(0x100_0040);
        Assert.Equal(DmaResult.Ok, _function.Dma.SendMessage(0x800_0000, 0x1234));
        Assert.Equal([(new RequesterId(2 << 3), (ulong)translated, 0x1234ul)], doorbell.Heard);
    }

    [Fact]
    public void What_the_IOMMU_refuses_goes_nowhere()
    {
        Connect(HostBridgeModel.Transparent);
        _function.Bus!.Root.Iommu = new Offset(0) { Verdict = DmaResult.TranslationFault };
        Assert.Equal(DmaResult.TranslationFault, _function.Dma.Write(RamStart, [1]));
        Assert.Equal(0, _ram.Span(0, 1)[0]);
        Assert.Equal((DmaStage.Iommu, DmaResult.TranslationFault), (_steps[^1].Stage, _steps[^1].Verdict));
    }

    [Fact]
    public void A_request_back_into_PCI_makes_one_turn_at_most()
    {
        Connect(HostBridgeModel.Transparent);
        RootComplex root = _function.Bus!.Root;
        _bus.Add(new BusRegion("window", 0x1000_0000, 0x100_0000, Ram: null, new MemoryWindow("window", 0x1000_0000, root)));
        Echo echo = new(0x1000_0000);
        root.Plug(3, echo);
        echo.WriteConfig(0x10, 4, 0x1000_0000);
        echo.WriteConfig(4, 2, 6);
        Assert.Equal(DmaResult.Ok, _function.Dma.Write(0x1000_0000, [1, 2, 3, 4]));
        Assert.Equal(DmaResult.UnsupportedRequest, echo.Last);
        Assert.Equal(1, echo.Count);
    }

    [Fact]
    public void An_atomic_operation_changes_memory_and_gives_what_was_there()
    {
        Connect(HostBridgeModel.Transparent);
        _ram.Span(8, 1)[0] = 5;
        byte[] old = new byte[8];
        Assert.Equal(DmaResult.Ok, _function.Dma.Atomic(RamStart + 8, old, static m => m.Span[0]++));
        Assert.Equal((5, 6), (old[0], _ram.Span(8, 1)[0]));
        Assert.Equal(DmaResult.UnsupportedRequest, _function.Dma.Atomic(RamStart + 4, old, static m => m.Span[0]++));
    }

    public void Dispose()
    {
        _ram.Dispose();
        _rom.Dispose();
    }

    private void Connect(HostBridgeModel model)
    {
        RootComplex root = new(model, _bus) { DmaObserver = _steps.Add };
        root.Plug(2, _function);
        _function.WriteConfig(4, 2, 0x0007);
    }

    private sealed class Offset(ulong by) : IIommu
    {
        public string Name => "offset";

        public DmaResult Verdict { get; init; }

        public IommuTranslation Translate(in DmaRequest request) => new(Verdict, request.Address + by, 4);
    }

    private class Listener : IRequesterDevice
    {
        public List<(RequesterId, ulong, ulong)> Heard { get; } = [];

        public string Name => "listener";

        public BusResult Read(ulong offset, int size, out ulong value)
        {
            value = 0;
            return BusResult.Ok;
        }

        public virtual BusResult Write(ulong offset, int size, ulong value) => BusResult.Ok;

        public BusResult WriteFrom(RequesterId requester, ulong offset, int size, ulong value)
        {
            Heard.Add((requester, offset, value));
            return BusResult.Ok;
        }

        public bool TryPeek(ulong offset, int size, out ulong value)
        {
            value = 0;
            return true;
        }
    }

    /// <summary>Answers each write to it by one of its own.</summary>
    private sealed class Echo : PciFunction
    {
        private readonly ulong _to;

        public Echo(ulong to)
            : base("echo", new FunctionIdentity(1, 2, 0))
        {
            _to = to;
            AddBar(new BaseAddress(0, BaseAddressKind.Memory32, 0x1000, new Region(this)));
        }

        public DmaResult Last { get; private set; }

        public int Count { get; private set; }

        private sealed class Region(Echo echo) : Listener
        {
            public override BusResult Write(ulong offset, int size, ulong value)
            {
                echo.Count++;
                echo.Last = echo.Dma.Write(echo._to, [1, 2, 3, 4]);
                return BusResult.Ok;
            }
        }
    }
}
