namespace GdbHost.Machine.Virtio;

/// <summary>Feature bits that do not belong to a kind of device (Virtual I/O Device Specification 1.2, Reserved Feature Bits).</summary>
internal static class VirtioFeature
{
    /// <summary>Legacy: an interrupt when the available ring runs empty, whatever the driver has suppressed.</summary>
    public const ulong NotifyOnEmpty = 1UL << 24;

    /// <summary>Legacy: no request has to begin or end with a descriptor of its own.</summary>
    public const ulong AnyLayout = 1UL << 27;

    public const ulong IndirectDescriptors = 1UL << 28;
    public const ulong EventIndex = 1UL << 29;
    public const ulong Version1 = 1UL << 32;
    public const ulong AccessPlatform = 1UL << 33;
    public const ulong RingPacked = 1UL << 34;
    public const ulong RingReset = 1UL << 40;

    /// <summary>Legacy, on PCI: a bit that no driver may accept (QEMU's VIRTIO_F_BAD_FEATURE).</summary>
    public const ulong NotForDrivers = 1UL << 30;

    /// <summary>Bits that only a legacy driver sees.</summary>
    public const ulong LegacyOnly = NotifyOnEmpty | AnyLayout;
}
