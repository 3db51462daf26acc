using System;
using System.Collections.Generic;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Common;
using GdbHost.Machine.Network;
using GdbHost.Machine.Virtio.Rings;

namespace GdbHost.Machine.Virtio;

/// <summary>What one kind of device is, whatever transport it is behind.</summary>
internal abstract class VirtioDevice : IOutsideDevice
{
    private DescriptorChain? _chain;

    /// <summary>Device ID (Virtual I/O Device Specification 1.2, Device Types).</summary>
    public abstract uint DeviceId { get; }

    /// <summary>Entries of each queue after reset; as many queues as the array is long.</summary>
    public abstract int[] QueueSizes { get; }

    /// <summary>Bytes of the device's configuration space.</summary>
    public abstract int ConfigBytes { get; }

    /// <summary>Feature bits 0 to 23, and those of the kind above them.</summary>
    public abstract ulong Features { get; }

    /// <summary>Bits that only a device without a modern interface offers.</summary>
    public virtual ulong LegacyFeatures => 0;

    /// <summary>Bits that the legacy interface of a device with both offers beside the others.</summary>
    public virtual ulong TransitionalFeatures => 0;

    /// <summary>Those of <see cref="VirtioFeature.LegacyOnly"/> that such a device offers.</summary>
    public virtual ulong LegacyTransportFeatures => VirtioFeature.LegacyOnly;

    /// <summary>Ways into the device from outside the machine.</summary>
    public virtual IReadOnlyList<IInputLine> Lines => [];

    /// <summary>The network that a card is on; null for other devices.</summary>
    public virtual UserNetwork? Network => null;

    /// <summary>The common part, which the transport has made.</summary>
    [field: NotState("wiring")]
    public VirtioCore Core { get; private set; } = null!;

    /// <summary>Connects the kind with its common part, once.</summary>
    public virtual void Connect(VirtioCore core)
    {
        Core = core;
        _chain = new DescriptorChain(core.Memory);
    }

    /// <summary>Fills the whole configuration space.</summary>
    public abstract void ReadConfig(Span<byte> into);

    /// <summary>The driver has written a byte of the configuration space; most cannot be changed.</summary>
    public virtual void WriteConfig(int offset, byte value)
    {
    }

    /// <summary>The driver is ready (DRIVER_OK).</summary>
    public virtual void Started()
    {
    }

    /// <summary>There may be requests in a queue. Takes those that are there, up to a limit, and comes back for more.</summary>
    public virtual void Notified(int queue)
    {
        Virtqueue ring = Core.Queues[queue];
        uint taken = 0;
        for (; taken < ring.Size && ring.TryTake(_chain!); taken++)
        {
            Serve(queue, _chain!);
            ring.Return(_chain!);
        }

        if (taken == ring.Size)
        {
            // The cores go on between one ring full and the next: a driver that never ends cannot hold the machine.
            Core.ComeBack(queue);
        }

        if (taken > 0)
        {
            ring.AskForNotices(true);
            ring.Signal();
        }
    }

    public virtual void Reset()
    {
    }

    /// <summary>The device is gone.</summary>
    public virtual void Removed()
    {
    }

    public virtual void Save(StateWriter to)
    {
    }

    public virtual void Restore(StateReader from)
    {
    }

    /// <summary>Does what a request asks for; it is given back afterwards.</summary>
    protected abstract void Serve(int queue, DescriptorChain chain);
}
