namespace GdbHost.Machine.Virtio;

/// <summary>What the user may say of any virtio device; keys and defaults are QEMU's.</summary>
public sealed record VirtioSettings
{
    /// <summary>indirect_desc.</summary>
    public bool Indirect { get; init; } = true;

    /// <summary>event_idx.</summary>
    public bool EventIndex { get; init; } = true;

    /// <summary>packed.</summary>
    public bool Packed { get; init; }

    /// <summary>queue_reset.</summary>
    public bool QueueReset { get; init; } = true;

    /// <summary>iommu_platform: the device's accesses may be translated, and the driver must know.</summary>
    public bool AccessPlatform { get; init; }

    internal string InWords => $"features={Features:x}";

    internal ulong Features =>
        (Indirect ? VirtioFeature.IndirectDescriptors : 0)
        | (EventIndex ? VirtioFeature.EventIndex : 0)
        | (Packed ? VirtioFeature.RingPacked : 0)
        | (QueueReset ? VirtioFeature.RingReset : 0)
        | (AccessPlatform ? VirtioFeature.AccessPlatform : 0);
}
