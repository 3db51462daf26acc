using System;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Watches;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>Watches of physical memory and what devices do. Witness: the README of the exerciser for the requests, PCI for the requester's ID.</summary>
public sealed class DmaWatchTests : IDisposable
{
    private const ulong Registers = PciMachine.Window;
    private const ulong Buffer = Registers + 0x8000;
    private const int Read = 1;
    private const int Write = 2;

    private readonly PciMachine _machine = new("dma-exerciser,id=x,addr=1");
    private readonly MachineThread _thread = new(static () => false);
    private readonly MachineWatches _watches;

    public DmaWatchTests()
    {
        _watches = new MachineWatches(_machine.Machine, _thread);
        Configure(0x10, (uint)Registers, 4);
        Configure(0x04, 6, 2);
    }

    public void Dispose()
    {
        _thread.Dispose();
        _machine.Dispose();
    }

    [Fact]
    public void A_devices_write_is_told_with_the_requester_and_both_values()
    {
        _watches.Add(PciMachine.Ram + 4, 2, WatchedAccesses.DmaWrites);
        Assert.Null(Do(Read, PciMachine.Ram));
        _machine.Write(Buffer, 0x1122_3344_5566_7788, 8);
        Assert.Equal("watch 1: PA 0x40800004: requester 00:01.0 write of 8 bytes: old 0x0, new 0x3344", Do(Write, PciMachine.Ram));
    }

    [Fact]
    public void A_devices_read_is_told_where_reads_are_asked_for()
    {
        _watches.Add(PciMachine.Ram, 8, WatchedAccesses.DmaReads);
        Assert.Equal("watch 1: PA 0x40800000: requester 00:01.0 read of 8 bytes: value 0x0", Do(Read, PciMachine.Ram));
        Assert.Null(Do(Write, PciMachine.Ram + 8));
    }

    private string? Do(int operation, ulong address)
    {
        _machine.Machine.Cluster.Debug.ClearStop();
        _machine.Write(Registers + 0x08, address, 8);
        _machine.Write(Registers + 0x10, 8);
        _machine.Write(Registers + 0x14, 0);
        _machine.Write(Registers + 0x40, (uint)operation);
        _machine.RunEvents();
        return _machine.Machine.Cluster.Debug.Stop == DebugStopKind.Event ? _machine.Machine.Cluster.Debug.StopExplanation : null;
    }

    private void Configure(int register, uint value, int size) => _machine.Write(PciMachine.Config(0, 1, register), value, size);
}
