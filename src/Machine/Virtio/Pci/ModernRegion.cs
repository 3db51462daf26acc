using GdbHost.Machine.Bus;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio.Pci;

/// <summary>
/// The memory region with all modern structures (Virtual I/O Device Specification 1.2, Virtio Over PCI Bus): common configuration, ISR status,
/// device configuration and doorbells, 4 KiB each, as QEMU lays them out.
/// </summary>
internal sealed class ModernRegion(VirtioPci device) : IBusDevice
{
    public const uint Bytes = 0x4000;
    public const uint PartBytes = 0x1000;
    public const uint CommonAt = 0;
    public const uint IsrAt = 0x1000;
    public const uint DeviceAt = 0x2000;
    public const uint NotifyAt = 0x3000;
    public const uint NotifyMultiplier = 4;

    /// <summary>struct virtio_pci_common_cfg.</summary>
    private static readonly PciRegister[] Common =
    [
        new(0x00, 4, static d => d.FeatureSelect, static (d, v) => d.FeatureSelect = v),
        new(0x04, 4, static d => d.OfferedFeatures),
        new(0x08, 4, static d => d.DriverFeatureSelect, static (d, v) => d.DriverFeatureSelect = v),
        new(0x0c, 4, static d => d.AcceptedFeatures, static (d, v) => d.AcceptFeatures(v)),
        new(0x10, 2, static d => d.ConfigVector, static (d, v) => d.ConfigVector = d.Valid(v)),
        new(0x12, 2, static d => (uint)d.Core.Queues.Length),
        new(0x14, 1, static d => (uint)d.Core.Status, static (d, v) => d.WriteStatus((byte)v, legacy: false)),
        new(0x15, 1, static d => d.Core.Generation & byte.MaxValue),
        new(0x16, 2, static d => d.QueueSelect, static (d, v) => d.QueueSelect = (ushort)v),
        new(0x18, 2, static d => d.Selected?.Size ?? 0, static (d, v) => d.Selected?.TrySetSize(v)),
        new(0x1a, 2, static d => d.QueueVector, static (d, v) => d.QueueVector = d.Valid(v)),
        new(0x1c, 2, static d => d.Selected is { Ready: true } ? 1u : 0, static (d, v) => d.Enable(v)),
        new(0x1e, 2, static d => d.Selected is Virtqueue queue ? (uint)queue.Index : 0),
        Low(0x20, static q => q.DescriptorArea, static (q, v) => q.DescriptorArea = v),
        High(0x24, static q => q.DescriptorArea, static (q, v) => q.DescriptorArea = v),
        Low(0x28, static q => q.DriverArea, static (q, v) => q.DriverArea = v),
        High(0x2c, static q => q.DriverArea, static (q, v) => q.DriverArea = v),
        Low(0x30, static q => q.DeviceArea, static (q, v) => q.DeviceArea = v),
        High(0x34, static q => q.DeviceArea, static (q, v) => q.DeviceArea = v),
        new(0x3a, 2, static _ => 0, static (d, v) => d.ResetQueue(v)),
    ];

    private static readonly PciRegister[] Isr = [new(0, 1, static d => d.TakeIsr()) { Peek = static d => d.Isr }];

    public string Name => device.StateName;

    public BusResult Read(ulong offset, int size, out ulong value) =>
        RegisterRegion.ReadWide(size, offset, (at, bytes) => Read(at, bytes, peek: false), out value);

    public BusResult Write(ulong offset, int size, ulong value) => RegisterRegion.WriteWide(size, offset, value, Write);

    public bool TryPeek(ulong offset, int size, out ulong value)
    {
        RegisterRegion.ReadWide(size, offset, (at, bytes) => Read(at, bytes, peek: true), out value);
        return true;
    }

    private static PciRegister Low(uint offset, System.Func<Virtqueue, ulong> get, System.Action<Virtqueue, ulong> set) => new(
        offset, 4, d => d.Selected is Virtqueue q ? (uint)get(q) : 0, (d, v) => Change(d, q => set(q, (get(q) & ~(ulong)uint.MaxValue) | v)));

    private static PciRegister High(uint offset, System.Func<Virtqueue, ulong> get, System.Action<Virtqueue, ulong> set) => new(
        offset, 4, d => d.Selected is Virtqueue q ? (uint)(get(q) >> 32) : 0, (d, v) => Change(d, q => set(q, (get(q) & uint.MaxValue) | ((ulong)v << 32))));

    private static void Change(VirtioPci device, System.Action<Virtqueue> change)
    {
        if (device.Selected is Virtqueue queue)
        {
            change(queue);
        }
    }

    private uint Read(ulong offset, int size, bool peek) => (offset / PartBytes * PartBytes) switch
    {
        CommonAt => RegisterRegion.Read(device, Common, offset),
        IsrAt => RegisterRegion.Read(device, Isr, offset - IsrAt, peek),
        DeviceAt => device.ReadDeviceConfig((int)(offset - DeviceAt), size),
        _ => 0,
    };

    private void Write(ulong offset, int size, uint value)
    {
        switch (offset / PartBytes * PartBytes)
        {
            case CommonAt:
                RegisterRegion.Write(device, Common, offset, size, value);
                break;
            case DeviceAt:
                device.WriteDeviceConfig((int)(offset - DeviceAt), size, value);
                break;
            case NotifyAt:
                device.Core.Notify((uint)((offset - NotifyAt) / NotifyMultiplier));
                break;
        }
    }
}
