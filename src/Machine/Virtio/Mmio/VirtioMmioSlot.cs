using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices;
using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Virtio.Mmio;

/// <summary>
/// A virtio-mmio transport without a device (Virtual I/O Device Specification 1.2, Virtio Over MMIO): device ID 0, which
/// tells a driver to look no further.
/// </summary>
internal sealed class VirtioMmioSlot : IDevice
{
    private static readonly RegisterMap<VirtioMmioSlot> Modern = Map(version: 2);
    private static readonly RegisterMap<VirtioMmioSlot> Legacy = Map(version: 1);

    private readonly RegisterBank<VirtioMmioSlot> _bank;

    public VirtioMmioSlot(string name, bool legacy, DeviceEvents events)
    {
        _bank = new RegisterBank<VirtioMmioSlot>(name, legacy ? Legacy : Modern, this, events);
    }

    public IBusDevice Port => _bank;

    public string StateName => _bank.Name;

    public void Reset() => _bank.Reset();

    public void Save(StateWriter to) => _bank.Save(to);

    public void Restore(StateReader from) => _bank.Restore(from);

    private static RegisterMap<VirtioMmioSlot> Map(uint version) => new(
        MmioRegisters.Bytes,
        new(0x000, "MagicValue", Access.ReadOnly, "Virtio 1.2, MMIO Device Register Layout") { Reset = 0x74726976 },
        new(0x004, "Version", Access.ReadOnly, "Virtio 1.2, MMIO Device Register Layout; Legacy interface") { Reset = version },
        new(0x008, "DeviceID", Access.ReadOnly, "Virtio 1.2, MMIO Device Register Layout; 0 is no device"),
        new(0x00c, "VendorID", Access.ReadOnly, "Virtio 1.2, MMIO Device Register Layout; QEMU's") { Reset = 0x554d4551 },
        new(0x010, "Empty", Access.ReadWrite, "QEMU 7.2: without a device all else reads as zero") { Count = 124, Writable = 0 });
}
