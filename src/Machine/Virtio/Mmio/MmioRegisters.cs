using GdbHost.Machine.Devices.Registers;

namespace GdbHost.Machine.Virtio.Mmio;

/// <summary>
/// The registers of a virtio-mmio transport in both versions (Virtual I/O Device Specification 1.2, MMIO Device Register Layout; Legacy
/// interface). Where the specification says nothing, QEMU 7.2's answers are taken.
/// </summary>
internal static class MmioRegisters
{
    public const uint Bytes = 0x200;
    public const uint ConfigStart = 0x100;

    public const uint DeviceFeaturesSel = 0x014;
    public const uint DriverFeaturesSel = 0x024;
    public const uint GuestPageSize = 0x028;
    public const uint QueueSel = 0x030;
    public const uint QueueAlign = 0x03c;
    public const uint InterruptStatus = 0x060;

    private const string Layout = "Virtio 1.2, MMIO Device Register Layout";
    private const string LegacyLayout = "Virtio 1.2, MMIO Device Legacy Register Layout";

    public static readonly RegisterMap<VirtioMmio> Modern = new(
        Bytes,
        [
            .. Common(version: 2),
            new(0x044, "QueueReady", Access.ReadWrite, Layout)
            {
                Read = static (d, _) => d.Selected is { Ready: true } ? 1u : 0,
                Write = static (d, _, value, _) => d.SetReady(value != 0),
                WordOnly = true,
            },
            new(0x080, "QueueDesc", Access.ReadWrite, Layout)
            {
                Count = 2, WordOnly = true, Write = static (d, half, value, _) => d.SetArea(q => q.DescriptorArea = Half(q.DescriptorArea, half, value)),
            },
            new(0x090, "QueueDriver", Access.ReadWrite, Layout)
            {
                Count = 2, WordOnly = true, Write = static (d, half, value, _) => d.SetArea(q => q.DriverArea = Half(q.DriverArea, half, value)),
            },
            new(0x0a0, "QueueDevice", Access.ReadWrite, Layout)
            {
                Count = 2, WordOnly = true, Write = static (d, half, value, _) => d.SetArea(q => q.DeviceArea = Half(q.DeviceArea, half, value)),
            },
            new(0x0c0, "QueueReset", Access.ReadWrite, Layout) { Writable = 0, Write = static (d, _, value, _) => d.ResetQueue(value), WordOnly = true },
            new(0x0fc, "ConfigGeneration", Access.ReadOnly, Layout) { Read = static (d, _) => d.Generation },
        ]);

    public static readonly RegisterMap<VirtioMmio> Legacy = new(
        Bytes,
        [
            .. Common(version: 1),
            new(GuestPageSize, "GuestPageSize", Access.WriteOnly, LegacyLayout) { WordOnly = true },
            new(QueueAlign, "QueueAlign", Access.WriteOnly, LegacyLayout) { WordOnly = true, Write = static (d, _, value, _) => d.SetAlign(value) },
            new(0x040, "QueuePFN", Access.ReadWrite, LegacyLayout)
            {
                Read = static (d, _) => d.PageNumber, Write = static (d, _, value, _) => d.SetPageNumber(value), WordOnly = true,
            },
        ]);

    private static Register<VirtioMmio>[] Common(uint version) =>
    [
        new(0x000, "MagicValue", Access.ReadOnly, Layout) { Reset = 0x74726976, WordOnly = true },
        new(0x004, "Version", Access.ReadOnly, Layout) { Reset = version, WordOnly = true },
        new(0x008, "DeviceID", Access.ReadOnly, Layout) { Read = static (d, _) => d.DeviceId, WordOnly = true },
        new(0x00c, "VendorID", Access.ReadOnly, Layout + "; QEMU's") { Reset = 0x554d4551, WordOnly = true },
        new(0x010, "DeviceFeatures", Access.ReadOnly, Layout) { Read = static (d, _) => d.OfferedFeatures, WordOnly = true },
        new(DeviceFeaturesSel, "DeviceFeaturesSel", Access.WriteOnly, Layout) { WordOnly = true },
        new(0x020, "DriverFeatures", Access.WriteOnly, Layout) { Write = static (d, _, value, _) => d.AcceptFeatures(value), WordOnly = true },
        new(DriverFeaturesSel, "DriverFeaturesSel", Access.WriteOnly, Layout) { WordOnly = true },
        new(QueueSel, "QueueSel", Access.WriteOnly, Layout) { WordOnly = true },
        new(0x034, "QueueNumMax", Access.ReadOnly, Layout)
        {
            Read = static (d, _) => d.Selected is null ? 0u : Rings.Virtqueue.MostEntries, WordOnly = true,
        },
        new(0x038, "QueueNum", Access.WriteOnly, Layout) { Write = static (d, _, value, _) => d.SetSize(value), WordOnly = true },
        new(0x050, "QueueNotify", Access.WriteOnly, Layout) { Write = static (d, _, value, _) => d.Core.Notify(value), WordOnly = true },
        new(InterruptStatus, "InterruptStatus", Access.ReadOnly, Layout) { WordOnly = true },
        new(0x064, "InterruptACK", Access.WriteOnly, Layout) { Write = static (d, _, value, _) => d.Acknowledge(value), WordOnly = true },
        new(0x070, "Status", Access.ReadWrite, Layout)
        {
            Read = static (d, _) => (uint)d.Core.Status, Write = static (d, _, value, _) => d.WriteStatus((byte)value), WordOnly = true,
        },
        new(0x0ac, "SHMSel", Access.WriteOnly, Layout) { WordOnly = true },
        new(0x0b0, "SHMLen", Access.ReadOnly, Layout + "; there is no shared memory") { Count = 2, Reset = uint.MaxValue, WordOnly = true },
        new(ConfigStart, "Config", Access.ReadWrite, Layout)
        {
            Count = (int)(Bytes - ConfigStart) / 4,
            Read = static (d, word) => d.ReadConfig(word),
            Write = static (d, word, value, mask) => d.WriteConfig(word, value, mask),
        },
    ];

    private static ulong Half(ulong address, int half, uint value) =>
        half == 0 ? (address & ~(ulong)uint.MaxValue) | value : (address & uint.MaxValue) | ((ulong)value << 32);
}
