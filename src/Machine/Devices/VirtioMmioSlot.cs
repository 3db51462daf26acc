using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Devices;

/// <summary>
/// A virtio-mmio transport without a device (Virtual I/O Device Specification, Virtio Over MMIO): device ID 0, which
/// tells a driver to look no further. It is of the legacy version, as QEMU's are by default.
/// </summary>
internal sealed class VirtioMmioSlot : IDevice
{
    private static readonly RegisterMap<VirtioMmioSlot> Map = new(
        0x200,
        new(0x000, "MagicValue", Access.ReadOnly, "Virtio Over MMIO, MMIO Device Register Layout") { Reset = 0x74726976 },
        new(0x004, "Version", Access.ReadOnly, "Virtio Over MMIO, Legacy interface") { Reset = 1 },
        new(0x008, "DeviceID", Access.ReadOnly, "Virtio Over MMIO, MMIO Device Register Layout; 0 is no device"),
        new(0x00c, "VendorID", Access.ReadOnly, "Virtio Over MMIO, MMIO Device Register Layout; QEMU's") { Reset = 0x554d4551 },
        new(0x010, "Empty", Access.ReadWrite, "QEMU 7.2: without a device all else reads as zero") { Count = 124, Writable = 0 });

    private readonly RegisterBank<VirtioMmioSlot> _bank;

    public VirtioMmioSlot(string name, DeviceEvents events)
    {
        _bank = new RegisterBank<VirtioMmioSlot>(name, Map, this, events);
    }

    public IBusDevice Port => _bank;

    public string StateName => _bank.Name;

    public void Reset() => _bank.Reset();

    public void Save(StateWriter to) => _bank.Save(to);

    public void Restore(StateReader from) => _bank.Restore(from);
}
