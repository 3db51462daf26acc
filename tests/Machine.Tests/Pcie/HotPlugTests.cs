using System;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Pcie.Bridges;
using GdbHost.Machine.Pcie.Devices;
using GdbHost.Machine.Snapshots;
using GdbHost.Machine.Tests.Devices;
using GdbHost.Machine.Virtio.Pci;
using Xunit;

namespace GdbHost.Machine.Tests.Pcie;

/// <summary>
/// Witness: PCI Express Base Specification, Slot Status, Slot Control and Hot-Plug Events; PortOracleTests compares the
/// registers with QEMU's, which this protocol cannot plug devices into.
/// </summary>
public sealed class HotPlugTests : IDisposable
{
    private const int SlotControl = 0x54 + 0x18;
    private const int SlotStatus = SlotControl + 2;
    private const int LinkStatus = 0x54 + 0x12;
    private const ulong On = 0x01c0;
    private const ulong Off = 0x07c0;
    private const int Message = PciMachine.FirstMessage;

    private readonly PciMachine _machine = new("pcie-root-port,id=rp,addr=1", "pcie-root-port,id=rq,addr=2,link-events=on");

    public HotPlugTests()
    {
        Write(0x10, PciMachine.Window);
        Write(0x18, 0x0001_0100);
        Write(0x04, 6, 2);
        _machine.Write(PciMachine.Window, PciMachine.Doorbell, 8);
        _machine.Write(PciMachine.Window + 8, Message);
        _machine.Write(PciMachine.Window + 12, 0);
        Write(0x4a, 0x8000, 2);
    }

    [Fact]
    public void A_device_that_is_put_in_is_told_and_answers_once_its_slot_has_power()
    {
        Write(SlotControl, Off | 0x29, 2);
        Write(SlotStatus, 0x1f, 2);
        Assert.False(_machine.IsPending(Message));
        Add("edu,bus=rp,id=e");
        Assert.True(_machine.IsPending(Message));
        Assert.Equal(0x49u, Read(SlotStatus, 2));
        Assert.Equal(0x2000u, Read(LinkStatus, 2) & 0x2000);
        Assert.Equal(uint.MaxValue, Device());
        Write(SlotControl, On, 2);
        Assert.Equal(0x11e8_1234u, Device());
    }

    [Fact]
    public void A_device_that_is_to_go_leaves_when_software_has_switched_it_off()
    {
        Add("edu,bus=rp,id=e");
        Write(SlotControl, On | 0x29, 2);
        Write(SlotStatus, 0x1f, 2);
        _machine.ClearPending(Message);
        PciDevices.RequestRemoval(_machine.Machine, "e");
        Assert.True(_machine.IsPending(Message));
        Assert.Equal(0x41u, Read(SlotStatus, 2) & 0x4f);
        Assert.Equal(0x11e8_1234u, Device());
        Write(SlotControl, Off, 2);
        Assert.Equal(8u, Read(SlotStatus, 2) & 0x48);
        Assert.Equal(0u, Read(LinkStatus, 2) & 0x2000);
        Assert.Empty(_machine.Machine.Pcie!.FindBus("rp")!.Functions);
        Add("dma-exerciser,bus=rp,id=e");
        Write(SlotControl, On, 2);
        Assert.Equal(0x0dae_1234u, Device());
    }

    [Fact]
    public void A_device_in_a_slot_that_is_off_leaves_at_once()
    {
        Add("edu,bus=rp,id=e");
        Write(SlotControl, On, 2);
        Write(SlotControl, Off, 2);
        Assert.Empty(_machine.Machine.Pcie!.FindBus("rp")!.Functions);
        Add("edu,bus=rp,id=e");
        PciDevices.RequestRemoval(_machine.Machine, "e");
        Assert.Empty(_machine.Machine.Pcie!.FindBus("rp")!.Functions);
    }

    [Theory]
    [InlineData("edu,id=x", "edu: Bus 'pcie.0' does not support hotplugging; name a pcie-root-port or xio3130-downstream with bus=")]
    [InlineData("edu,bus=nowhere", "--device edu: bus=nowhere: there is no such bus; use one of pcie.0, rp, rq")]
    [InlineData("edu,bus=rp,addr=1", "--device edu: addr=1: write SLOT or SLOT.FUNCTION in hexadecimal, slot 0 to 0 and function 0 to 7")]
    [InlineData("edu,bus=rp,id=rq", "--device edu: id=rq is taken by another device; use another name")]
    [InlineData("pcie-root-port,bus=rp", "--device pcie-root-port: bus=rp: this kind of device does not go there: it is behind a port")]
    [InlineData("edu,bus=rp,addr=0.1,multifunction=maybe", "--device edu: multifunction=maybe: write on or off")]
    public void What_does_not_go_is_refused_with_one_line(string device, string problem)
    {
        PciDeviceException refused = Assert.Throws<PciDeviceException>(() => Add(device));
        Assert.Equal(problem, refused.Message);
        Assert.Equal(2, _machine.Machine.Pcie!.Plugged.Count);
    }

    [Fact]
    public void A_slot_with_link_events_tells_of_its_link()
    {
        ulong control = PciMachine.Config(0, 2, SlotControl);
        _machine.Write(control, Off | 0x1020, 2);
        Assert.Equal(Off | 0x1020, _machine.Read(control, 2));
        Add("edu,bus=rq,id=e");
        Assert.Equal(0x100u, _machine.Read(control + 2, 2) & 0x100);
        Assert.True(((ExpressPort)_machine.Named("rq")).Slot!.WantsInterrupt);
    }

    [Fact]
    public void A_snapshot_holds_what_was_plugged_in_later_and_not_what_was_taken_out()
    {
        Add("edu,bus=rp,id=e");
        Write(SlotControl, On, 2);
        _machine.Write(PciMachine.Config(1, 0, 0x10), PciMachine.Window + 0x10_0000);
        using MemoryStream file = new();
        SnapshotWriter.Write(_machine.Machine, file);
        string hash = new StateHash(_machine.Machine).Compute();
        Write(SlotControl, Off, 2);
        Assert.Single(_machine.Machine.Pcie!.Plugged, p => p.Request.Name == "rp");
        Assert.NotEqual(hash, new StateHash(_machine.Machine).Compute());
        SnapshotReader.Read(_machine.Machine, file);
        Assert.Equal(hash, new StateHash(_machine.Machine).Compute());
        Assert.Equal(0x11e8_1234u, Device());
        Assert.Equal(PciMachine.Window + 0x10_0000, _machine.Read(PciMachine.Config(1, 0, 0x10)));

        using PciMachine other = new("pcie-root-port,id=rp,addr=1", "pcie-root-port,id=rq,addr=2,link-events=on");
        SnapshotReader.Read(other.Machine, file);
        Assert.Equal(hash, new StateHash(other.Machine).Compute());
    }

    /// <summary>What somebody still knows of, the garbage collector keeps: a handler, an event of virtual time, a way in from outside.</summary>
    [Theory]
    [InlineData("edu")]
    [InlineData("dma-exerciser")]
    [InlineData("virtio-rng-pci")]
    [InlineData("virtio-blk-pci")]
    [InlineData("virtio-net-pci")]
    [InlineData("virtio-serial-pci")]
    public void Twenty_devices_that_came_and_went_leave_nothing(string kind)
    {
        const int Times = 20;
        AddAndRemove(kind);
        long before = SnapshotBytes();
        int networks = _machine.Machine.Ways.Networks.Count;
        int lines = _machine.Machine.Ways.Lines.Count;
        WeakReference[] gone = [.. Enumerable.Range(0, Times).Select(_ => AddAndRemove(kind))];
        Assert.Equal(before, SnapshotBytes());
        Assert.Equal((networks, lines), (_machine.Machine.Ways.Networks.Count, _machine.Machine.Ways.Lines.Count));
        Assert.Equal(ulong.MaxValue, _machine.Machine.Scheduler.Next);
        GC.Collect();
        Assert.DoesNotContain(gone, static g => g.IsAlive);
    }

    /// <summary>The machine is asked for a line or a network by its place on the command line, whatever has come and gone.</summary>
    [Fact]
    public void Ways_in_from_outside_keep_their_numbers_when_a_device_leaves_and_when_a_snapshot_brings_it_back()
    {
        using PciMachine machine = new("pcie-root-port,id=rp,addr=1", "virtio-net-pci,bus=rp,id=first", "virtio-net-pci,addr=5,id=second");
        using MemoryStream file = new();
        SnapshotWriter.Write(machine.Machine, file);
        object? second = machine.Machine.Ways.Networks[1];
        PciDevices.RequestRemoval(machine.Machine, "first");
        machine.Write(PciMachine.Config(0, 1, SlotControl), Off, 2);
        Assert.Same(second, machine.Machine.Ways.Networks[1]);
        Assert.Null(machine.Machine.Ways.Networks[0]);
        SnapshotReader.Read(machine.Machine, file);
        Assert.Equal(2, machine.Machine.Ways.Networks.Count);
        Assert.Same(((VirtioPci)machine.Named("first")).Core.Kind.Network, machine.Machine.Ways.Networks[0]);
        Assert.Same(((VirtioPci)machine.Named("second")).Core.Kind.Network, machine.Machine.Ways.Networks[1]);
    }

    public void Dispose() => _machine.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference AddAndRemove(string kind)
    {
        PciDevices.HotPlug(_machine.Machine, PciMachine.WithBackend(QemuComparison.Request($"{kind},bus=rp,id=e")));
        Write(SlotControl, On, 2);
        WeakReference function = new(_machine.Named("e"));
        _machine.Write(PciMachine.Config(1, 0, 4), 7, 2);
        PciDevices.RequestRemoval(_machine.Machine, "e");
        Write(SlotControl, Off, 2);
        return function;
    }

    private long SnapshotBytes()
    {
        using MemoryStream file = new();
        SnapshotWriter.Write(_machine.Machine, file);
        return file.Length;
    }

    private void Add(string device) => PciDevices.HotPlug(_machine.Machine, QemuComparison.Request(device));

    private ulong Device() => _machine.Read(PciMachine.Config(1, 0, 0));

    private ulong Read(int register, int size) => _machine.Read(PciMachine.Config(0, 1, register), size);

    private void Write(int register, ulong value, int size = 4) => _machine.Write(PciMachine.Config(0, 1, register), value, size);
}
