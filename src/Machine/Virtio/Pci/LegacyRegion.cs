using GdbHost.Machine.Bus;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Pci;

/// <summary>
/// The I/O region of a transitional device (Virtual I/O Device Specification 1.2, Virtio Over PCI Bus, Legacy Interfaces): the header, two vectors
/// while MSI-X is on, then the device's configuration.
/// </summary>
internal sealed class LegacyRegion(VirtioPci device) : IBusDevice
{
    /// <summary>Bytes of the header with vectors.</summary>
    public const uint HeaderBytes = 24;

    private const uint ShortHeaderBytes = 20;
    private const ulong PageBytes = 4096;

    private static readonly PciRegister[] Header =
    [
        new(0x00, 4, static d => (uint)d.Core.Offered(legacy: true)),
        new(0x04, 4, static d => (uint)d.Core.DriverFeatures, static (d, v) => d.Core.Accept(v, legacy: true)),
        new(0x08, 4, static d => d.Selected is { Ready: true } q ? (uint)(q.DescriptorArea / PageBytes) : 0, static (d, v) => Place(d, v)),
        new(0x0c, 2, static d => d.Selected?.Size ?? 0),
        new(0x0e, 2, static d => d.QueueSelect, static (d, v) => d.QueueSelect = (ushort)v),
        new(0x10, 2, null, static (d, v) => d.Core.Notify(v)),
        new(0x12, 1, static d => (uint)d.Core.Status, static (d, v) => d.WriteStatus((byte)v, legacy: true)),
        new(0x13, 1, static d => d.TakeIsr()) { Peek = static d => d.Isr },
    ];

    private static readonly PciRegister[] Vectors =
    [
        new(0x14, 2, static d => d.ConfigVector, static (d, v) => d.ConfigVector = d.Valid(v)),
        new(0x16, 2, static d => d.QueueVector, static (d, v) => d.QueueVector = d.Valid(v)),
    ];

    public string Name => device.StateName;

    private uint ConfigAt => device.Msix is { Enabled: true } ? HeaderBytes : ShortHeaderBytes;

    public BusResult Read(ulong offset, int size, out ulong value) =>
        RegisterRegion.ReadWide(size, offset, (at, bytes) => Read(at, bytes, peek: false), out value);

    public BusResult Write(ulong offset, int size, ulong value) => RegisterRegion.WriteWide(size, offset, value, Write);

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        RegisterRegion.ReadWide(size, offset, (at, bytes) => Read(at, bytes, peek: true), out value);
        return true;
    }

    private static void Place(VirtioPci device, uint page)
    {
        if (device.Selected is not Virtqueue queue)
        {
            return;
        }

        if (page == 0)
        {
            device.WriteStatus(0, legacy: true);
            return;
        }

        queue.PlaceLegacy(page * PageBytes, PageBytes);
    }

    private uint Read(ulong offset, int size, bool peek) =>
        offset < ShortHeaderBytes ? RegisterRegion.Read(device, Header, offset, peek)
        : offset < ConfigAt ? RegisterRegion.Read(device, Vectors, offset)
        : device.ReadDeviceConfig((int)(offset - ConfigAt), size);

    private void Write(ulong offset, int size, uint value)
    {
        if (offset < ShortHeaderBytes)
        {
            RegisterRegion.Write(device, Header, offset, size, value);
        }
        else if (offset < ConfigAt)
        {
            RegisterRegion.Write(device, Vectors, offset, size, value);
        }
        else
        {
            device.WriteDeviceConfig((int)(offset - ConfigAt), size, value);
        }
    }
}
