using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Capabilities;
using GdbHost.Machine.Pcie.Dma;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>
/// The way of requests and error messages up through a switch. Witness: PCI-to-PCI Bridge Architecture Specification 1.2,
/// section 3.2.5.3 (Bus Master), PCI Express Base Specification, Access Control Services and Advanced Error Reporting.
/// </summary>
public sealed class SwitchPathTests : IDisposable
{
    private const int AccessControl = 0x148 + 6;
    private const int Errors = 0x100;
    private const ulong WindowA = 0x1010_0000;
    private const ulong WindowB = 0x1020_0000;

    private readonly PciMachine _machine = new(
        "pcie-root-port,id=rp,addr=1", "x3130-upstream,id=up,bus=rp", "xio3130-downstream,id=da,bus=up", "xio3130-downstream,id=db,bus=up",
        "dma-exerciser,bus=da,id=a", "dma-exerciser,bus=db,id=b");

    private readonly List<DmaStep> _steps = [];

    public SwitchPathTests()
    {
        Bridge("rp", 0x0004_0100, WindowA, WindowB);
        Bridge("up", 0x0004_0201, WindowA, WindowB);
        Bridge("da", 0x0003_0302, WindowA, WindowA);
        Bridge("db", 0x0004_0402, WindowB, WindowB);
        Endpoint("a", WindowA);
        Endpoint("b", WindowB);
        _machine.Machine.Pcie!.DmaObserver = _steps.Add;
    }

    [Fact]
    public void A_request_goes_up_through_every_bridge_with_the_number_of_its_bus()
    {
        Assert.Equal(DmaResult.Ok, _machine.Named("a").Dma.Write(PciMachine.Ram, [1, 2]));
        Assert.Equal(0x0201u, _machine.Read(PciMachine.Ram));
        Assert.Equal(
            [DmaStage.Function, DmaStage.Bridge, DmaStage.Bridge, DmaStage.Bridge, DmaStage.InboundWindow, DmaStage.Target],
            _steps.Select(s => s.Stage));
        Assert.Equal(["pcie.da", "pcie.up", "pcie.rp"], _steps.Where(s => s.Stage == DmaStage.Bridge).Select(s => s.Place));
        Assert.Equal(0x0300, _steps[0].Request.Requester.Value);
    }

    [Theory]
    [InlineData("da")]
    [InlineData("up")]
    [InlineData("rp")]
    public void Each_bridge_needs_bus_mastering_to_pass_it_on(string bridge)
    {
        _machine.Named(bridge).WriteConfig(4, 2, 2);
        Assert.Equal(DmaResult.NotForwarded, _machine.Named("a").Dma.Write(PciMachine.Ram, [1]));
        Assert.Equal(0u, _machine.Read(PciMachine.Ram));
        Assert.Equal($"pcie.{bridge}", _steps[^1].Place);
    }

    [Fact]
    public void A_request_to_a_neighbor_is_turned_around_in_the_switch()
    {
        Assert.Equal(DmaResult.Ok, _machine.Named("a").Dma.Write(WindowB + 0x8000, [1, 2, 3, 4]));
        Assert.Equal(0x0403_0201u, _machine.Read(WindowB + 0x8000));
        Assert.Equal((DmaStage.Peer, DmaResult.Ok), (_steps[^1].Stage, _steps[^1].Verdict));
    }

    [Fact]
    public void A_request_to_an_address_behind_its_own_port_stays_there()
    {
        Assert.Equal(DmaResult.NotForwarded, _machine.Named("a").Dma.Write(WindowA + 0x8000, [1]));
    }

    [Fact]
    public void With_source_validation_a_forged_requester_is_stopped_and_reported()
    {
        PciFunction root = _machine.Named("rp");
        root.WriteConfig(AccessControl, 2, 1);
        Assert.Equal(DmaResult.Ok, _machine.Named("a").Dma.Write(PciMachine.Ram, [1]));
        DmaResult forged = _machine.Named("a").Dma.Write(PciMachine.Ram + 8, [1], DmaAttributes.None, new RequesterId(0x0700));
        Assert.Equal(DmaResult.AccessControlViolation, forged);
        Assert.Equal(0u, _machine.Read(PciMachine.Ram + 8));
        Assert.Equal(1u << 21, root.Config.Read(Errors + 4, 4));
        Assert.Equal(0x0700_00ffu, root.Config.Read(Errors + 0x20, 4));
        Assert.Equal((uint)PciMachine.Ram + 8, root.Config.Read(Errors + 0x28, 4));
    }

    [Fact]
    public void With_translation_blocking_a_translated_address_is_stopped()
    {
        _machine.Named("rp").WriteConfig(AccessControl, 2, 2);
        Assert.Equal(DmaResult.AccessControlViolation, _machine.Named("a").Dma.Write(PciMachine.Ram, [1], DmaAttributes.Translated));
        Assert.Equal(DmaResult.Ok, _machine.Named("a").Dma.Write(PciMachine.Ram, [1]));
    }

    [Theory]
    [InlineData(ErrorReporting.PoisonedRequest, 0x6, 0x24u)]
    [InlineData(4, 0x6, 0x54u)]
    [InlineData(ErrorReporting.PoisonedRequest, 0x0, 0u)]
    public void An_error_message_reaches_the_root_port_and_its_interrupt(int bit, int control, uint rootStatus)
    {
        PciFunction a = _machine.Named("a");
        PciFunction root = _machine.Named("rp");
        foreach (string bridge in (string[])["da", "up", "rp"])
        {
            _machine.Named(bridge).WriteConfig(0x3e, 2, 2);
        }

        int express = a.Express!.Offset;
        a.WriteConfig(express + 8, 2, (uint)control);
        root.WriteConfig(Errors + 0x2c, 4, 7);
        EnableMessages();
        a.Errors!.Uncorrectable(bit, [1, 2, 3, 4]);
        Assert.Equal(rootStatus, root.Config.Read(Errors + 0x30, 4));
        Assert.Equal(rootStatus != 0, _machine.IsPending(PciMachine.FirstMessage));
        Assert.Equal(rootStatus != 0 ? 0x0300_0000u : 0, root.Config.Read(Errors + 0x34, 4));
        int own = a.Capabilities.OfType<ErrorReporting>().Single().Offset;
        Assert.Equal(1u << bit, a.Config.Read(own + 4, 4));
        Assert.Equal((uint)bit, a.Config.Read(own + 0x18, 4) & 0x1f);
        Assert.Equal(4u, a.Config.Read(own + 0x28, 4));
        a.FunctionReset();
        Assert.Equal(1u << bit, a.Config.Read(own + 4, 4));
    }

    [Fact]
    public void A_masked_error_is_noted_and_not_sent()
    {
        PciFunction a = _machine.Named("a");
        a.WriteConfig(a.Express!.Offset + 8, 2, 7);
        int own = a.Errors!.Offset;
        a.WriteConfig(own + 8, 4, 1 << 20);
        a.Errors.Uncorrectable(ErrorReporting.UnsupportedRequest);
        Assert.Equal(1u << 20, a.Config.Read(own + 4, 4));
        Assert.Equal(0xau, a.Config.Read(a.Express.Offset + 10, 2));
        Assert.Equal(0u, _machine.Named("rp").Config.Read(Errors + 0x30, 4));
        a.Errors.Correctable(1 << 6);
        Assert.Equal(1u << 6, a.Config.Read(own + 0x10, 4));
    }

    [Fact]
    public void A_reset_of_the_bus_behind_a_port_resets_all_of_it()
    {
        _machine.Named("rp").WriteConfig(0x3e, 2, 0x40);
        Assert.Equal(uint.MaxValue, _machine.Read(PciMachine.Config(1, 0, 0)));
        _machine.Named("rp").WriteConfig(0x3e, 2, 0);
        Assert.Equal(0x8232_104cu, _machine.Read(PciMachine.Config(1, 0, 0)));
        Assert.Equal(0u, _machine.Named("b").Config.Read(4, 2));
        Assert.Equal(0u, _machine.Named("up").Config.Read(0x18, 4));
    }

    [Fact]
    public void Pins_behind_bridges_come_out_where_their_slots_turn_them_to()
    {
        // INTA# of slot 0 behind slot 1 inside the switch (B), through slot 0 (B) and slot 1 (C).
        _machine.Write(WindowB + 0x40, 9);
        _machine.RunEvents();
        Assert.Equal([32 + 3 + 2], Enumerable.Range(35, 4).Where(_machine.IsPending));
    }

    public void Dispose() => _machine.Dispose();

    private void EnableMessages()
    {
        _machine.Named("rp").WriteConfig(0x10, 4, 0x1100_0000);
        _machine.Write(0x1100_0000, PciMachine.Doorbell, 8);
        _machine.Write(0x1100_0008, PciMachine.FirstMessage);
        _machine.Write(0x1100_000c, 0);
        _machine.Named("rp").WriteConfig(0x4a, 2, 0x8000);
    }

    private void Bridge(string id, uint numbers, ulong first, ulong last)
    {
        PciFunction bridge = _machine.Named(id);
        bridge.WriteConfig(0x18, 4, numbers);
        bridge.WriteConfig(0x20, 2, (uint)(first >> 16));
        bridge.WriteConfig(0x22, 2, (uint)(last >> 16));
        bridge.WriteConfig(0x24, 4, 0x0001_fff1);
        bridge.WriteConfig(4, 2, 6);
    }

    private void Endpoint(string id, ulong at)
    {
        PciFunction function = _machine.Named(id);
        function.WriteConfig(0x10, 4, (uint)at);
        function.WriteConfig(0x18, 4, (uint)at + 0x2_0000);
        function.WriteConfig(4, 2, 6);
    }
}
