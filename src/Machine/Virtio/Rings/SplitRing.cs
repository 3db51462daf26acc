using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Virtio.Rings;

/// <summary>
/// Three areas: descriptor table, available ring of the driver, used ring of the device (Virtual I/O Device Specification
/// 1.2, Split Virtqueues).
/// </summary>
internal sealed class SplitRing(Virtqueue queue, IVirtioMemory memory) : IRing
{
    private const ulong IndexAt = 2;
    private const ulong RingAt = 4;
    private const int AvailableBytes = 2;
    private const int UsedBytes = 8;
    private const ushort NoInterrupt = 1;
    private const ushort NoNotify = 1;

    private ushort _nextAvailable;
    private ushort _nextUsed;
    private ushort _signalled;
    private bool _everSignalled;

    public uint Position
    {
        get => _nextAvailable;
        set => _nextAvailable = (ushort)value;
    }

    /// <summary>used_event: behind the available ring.</summary>
    private ulong UsedEvent => queue.DriverArea + RingAt + ((ulong)queue.Size * AvailableBytes);

    /// <summary>avail_event: behind the used ring.</summary>
    private ulong AvailableEvent => queue.DeviceArea + RingAt + ((ulong)queue.Size * UsedBytes);

    public bool TryTake(DescriptorChain chain, out RingFault fault)
    {
        if (!memory.TryRead16(queue.DriverArea + IndexAt, out ushort available))
        {
            fault = RingFault.Unreachable;
            return false;
        }

        fault = RingFault.None;
        ushort waiting = (ushort)(available - _nextAvailable);
        if (waiting == 0)
        {
            return false;
        }

        ulong entry = queue.DriverArea + RingAt + ((ulong)(_nextAvailable % queue.Size) * AvailableBytes);
        if (waiting > queue.Size)
        {
            fault = RingFault.AvailableTooFar;
        }
        else if (!memory.TryRead16(entry, out ushort head))
        {
            fault = RingFault.Unreachable;
        }
        else
        {
            chain.Clear();
            chain.Id = head;
            fault = head < queue.Size ? Walk(head, chain) : RingFault.HeadOutOfRange;
            _nextAvailable++;
        }

        return fault == RingFault.None;
    }

    public RingFault Return(DescriptorChain chain)
    {
        Span<byte> element = stackalloc byte[UsedBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(element, chain.Id);
        BinaryPrimitives.WriteUInt32LittleEndian(element[4..], chain.Written);
        ulong entry = queue.DeviceArea + RingAt + ((ulong)(_nextUsed % queue.Size) * UsedBytes);
        _nextUsed++;
        return memory.TryWrite(entry, element) && memory.TryWrite16(queue.DeviceArea + IndexAt, _nextUsed) ? RingFault.None : RingFault.Unreachable;
    }

    public RingFault Signal(out bool wanted)
    {
        ushort before = _signalled;
        bool first = !_everSignalled;
        _signalled = _nextUsed;
        _everSignalled = true;
        wanted = false;
        if (queue.Has(VirtioFeature.NotifyOnEmpty) && memory.TryRead16(queue.DriverArea + IndexAt, out ushort available) && available == _nextAvailable)
        {
            wanted = true;
            return RingFault.None;
        }

        if (queue.Has(VirtioFeature.EventIndex))
        {
            // An interrupt when the index passes the one that the driver named: between the last time and now.
            bool there = memory.TryRead16(UsedEvent, out ushort at);
            wanted = first || (ushort)(_nextUsed - at - 1) < (ushort)(_nextUsed - before);
            return there ? RingFault.None : RingFault.Unreachable;
        }

        bool read = memory.TryRead16(queue.DriverArea, out ushort flags);
        wanted = (flags & NoInterrupt) == 0;
        return read ? RingFault.None : RingFault.Unreachable;
    }

    public RingFault AskForNotices(bool wanted)
    {
        bool done = (queue.Has(VirtioFeature.EventIndex), wanted) switch
        {
            // An index that the driver has passed long ago asks for nothing.
            (true, false) => true,
            (true, true) => memory.TryWrite16(AvailableEvent, _nextAvailable),
            _ => memory.TryWrite16(queue.DeviceArea, wanted ? (ushort)0 : NoNotify),
        };
        return done ? RingFault.None : RingFault.Unreachable;
    }

    public void Reset()
    {
        _nextAvailable = 0;
        _nextUsed = 0;
        _signalled = 0;
        _everSignalled = false;
    }

    public void Save(StateWriter to)
    {
        to.Write((uint)_nextAvailable);
        to.Write((uint)_nextUsed);
        to.Write((uint)_signalled);
        to.Write(_everSignalled);
    }

    public void Restore(StateReader from)
    {
        _nextAvailable = (ushort)from.ReadUInt32();
        _nextUsed = (ushort)from.ReadUInt32();
        _signalled = (ushort)from.ReadUInt32();
        _everSignalled = from.ReadBool();
    }

    private RingFault Walk(ushort head, DescriptorChain chain)
    {
        ulong table = queue.DescriptorArea;
        uint size = queue.Size;
        bool inIndirect = false;
        uint index = head;
        for (uint passed = 0; ; passed++)
        {
            if (passed >= size)
            {
                return RingFault.TooLong;
            }

            if (!Descriptor.TryReadSplit(memory, table, (int)index, out Descriptor descriptor))
            {
                return RingFault.Unreachable;
            }

            if (descriptor.IsIndirect)
            {
                RingFault wrong = IndirectTable.Check(queue, descriptor, inIndirect);
                if (wrong != RingFault.None)
                {
                    return wrong;
                }

                // Normal descriptors may come before the one that leads to the table.
                (table, size, index, inIndirect, passed) = (descriptor.Address, descriptor.Length / Descriptor.Bytes, 0, true, uint.MaxValue);
                continue;
            }

            RingFault fault = chain.Add(descriptor);
            if (fault != RingFault.None || !descriptor.HasNext)
            {
                return fault;
            }

            index = descriptor.Link;
            if (index >= size)
            {
                return RingFault.NextOutOfRange;
            }
        }
    }
}
