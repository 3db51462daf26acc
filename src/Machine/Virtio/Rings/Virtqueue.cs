using GdbHost.Machine.Common;

namespace GdbHost.Machine.Virtio.Rings;

/// <summary>
/// One queue of a device: where the driver has put it, and the requests in it. A fault of the driver's in it stops the
/// device; nobody has to look at it here.
/// </summary>
internal sealed class Virtqueue
{
    /// <summary>Entries of the longest queue that transports offer; QEMU's.</summary>
    public const int MostEntries = 1024;

    private readonly VirtioCore _core;
    private readonly SplitRing _split;
    private readonly PackedRing _packed;
    private readonly uint _sizeAfterReset;

    /// <param name="core">The device's common part.</param>
    /// <param name="index">Number within the device.</param>
    /// <param name="size">Entries after reset.</param>
    /// <param name="memory">Where rings and buffers are.</param>
    public Virtqueue(VirtioCore core, int index, int size, IVirtioMemory memory)
    {
        _core = core;
        _sizeAfterReset = (uint)size;
        Index = index;
        Size = (uint)size;
        Memory = memory;
        _split = new SplitRing(this, memory);
        _packed = new PackedRing(this, memory);
    }

    public int Index { get; }

    public IVirtioMemory Memory { get; }

    /// <summary>Entries, 1 to <see cref="MostEntries"/>.</summary>
    public uint Size { get; private set; }

    /// <summary>The driver has said that the areas are in place.</summary>
    public bool Ready { get; set; }

    public ulong DescriptorArea { get; set; }

    public ulong DriverArea { get; set; }

    public ulong DeviceArea { get; set; }

    /// <summary>The message of this queue on PCI; 0xffff for none.</summary>
    public ushort Vector { get; set; } = VirtioCore.NoVector;

    /// <summary>The device may take requests.</summary>
    public bool IsLive => Ready && _core.IsRunning;

    private IRing Ring => Has(VirtioFeature.RingPacked) ? _packed : _split;

    /// <summary>How far the device has taken requests; setting it back gives them back as if never taken.</summary>
    public uint Position
    {
        get => Ring.Position;
        set => Ring.Position = value;
    }

    public bool Has(ulong feature) => _core.Has(feature);

    /// <summary>Sets the number of entries; one that cannot be is refused.</summary>
    public bool TrySetSize(uint size)
    {
        bool possible = size is > 0 and <= MostEntries;
        Size = possible ? size : Size;
        return possible;
    }

    /// <summary>Puts the three parts of a legacy queue one behind the other (Virtual I/O Device Specification 1.2, Legacy Interfaces: A Note on Virtqueue Layout).</summary>
    /// <param name="align">Of the used ring.</param>
    public void PlaceLegacy(ulong address, ulong align)
    {
        const ulong AvailableBytes = 2;
        const ulong AvailableHeader = 4;
        DescriptorArea = address;
        DriverArea = address + ((ulong)Size * Descriptor.Bytes);
        ulong end = DriverArea + AvailableHeader + (Size * AvailableBytes);
        DeviceArea = (end + align - 1) / align * align;
        Ready = true;
    }

    /// <summary>Takes the next request; false where there is none or the queue is not usable.</summary>
    public bool TryTake(DescriptorChain into)
    {
        if (!IsLive)
        {
            return false;
        }

        bool taken = Ring.TryTake(into, out RingFault fault);
        Check(fault);
        return taken;
    }

    /// <summary>Gives a request back as used; <see cref="Signal"/> tells the driver.</summary>
    public void Return(DescriptorChain chain)
    {
        if (IsLive)
        {
            Check(Ring.Return(chain));
        }
    }

    /// <summary>Gives an interrupt for what was returned, where the driver wants one.</summary>
    public void Signal()
    {
        if (!IsLive)
        {
            return;
        }

        Check(Ring.Signal(out bool wanted));
        if (wanted && IsLive)
        {
            _core.UsedBuffers(Index);
        }
    }

    /// <summary>Says whether the driver shall notify of further requests.</summary>
    public void AskForNotices(bool wanted)
    {
        if (IsLive)
        {
            Check(Ring.AskForNotices(wanted));
        }
    }

    /// <summary>Forgets everything that the driver has said about the queue.</summary>
    public void Reset()
    {
        Size = _sizeAfterReset;
        Ready = false;
        DescriptorArea = 0;
        DriverArea = 0;
        DeviceArea = 0;
        Vector = VirtioCore.NoVector;
        _split.Reset();
        _packed.Reset();
    }

    public void Save(StateWriter to)
    {
        to.Write(Size);
        to.Write(Ready);
        to.Write(DescriptorArea);
        to.Write(DriverArea);
        to.Write(DeviceArea);
        to.Write((uint)Vector);
        _split.Save(to);
        _packed.Save(to);
    }

    public void Restore(StateReader from)
    {
        Size = (uint)from.ReadBelow(MostEntries + 1, "the size of a virtqueue");
        Ready = from.ReadBool() && Size > 0;
        DescriptorArea = from.ReadUInt64();
        DriverArea = from.ReadUInt64();
        DeviceArea = from.ReadUInt64();
        Vector = (ushort)from.ReadUInt32();
        _split.Restore(from);
        _packed.Restore(from);
    }

    private void Check(RingFault fault)
    {
        if (fault != RingFault.None)
        {
            _core.Fail($"queue {Index}: {fault.InWords()}");
        }
    }
}
