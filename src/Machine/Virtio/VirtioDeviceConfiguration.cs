using GdbHost.Machine.Virtio.Block;

namespace GdbHost.Machine.Virtio;

/// <summary>A virtio device that the user asked for.</summary>
public abstract record VirtioDeviceConfiguration
{
    /// <summary>QEMU's name of the kind, without the transport, such as "virtio-blk".</summary>
    public abstract string Kind { get; }

    public VirtioSettings Settings { get; init; } = new();

    /// <summary>What of it shapes the state of a machine, beside the kind.</summary>
    internal virtual string Identity => string.Empty;

    internal abstract VirtioDevice Make();
}

/// <summary>A disk.</summary>
/// <param name="Storage">Its medium, which stays the caller's.</param>
/// <param name="Serial">Its serial number; null for none.</param>
public sealed record BlockDeviceConfiguration(IBlockStorage Storage, string? Serial) : VirtioDeviceConfiguration
{
    public override string Kind => "virtio-blk";

    internal override string Identity => $"{Storage.Length} bytes{(Storage.ReadOnly ? ",readonly=on" : "")}";

    internal override VirtioDevice Make() => new VirtioBlock(Storage, Serial);
}
