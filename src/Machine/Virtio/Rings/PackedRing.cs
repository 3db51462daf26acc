using System;
using System.Buffers.Binary;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Virtio.Rings;

/// <summary>
/// One ring of descriptors that driver and device write by turns; wrap counters tell whose a descriptor is (Virtual I/O
/// Device Specification 1.2, Packed Virtqueues). The driver area and the device area hold the event suppression structures.
/// </summary>
internal sealed class PackedRing(Virtqueue queue, IVirtioMemory memory) : IRing
{
    private const ulong FlagsAt = 2;
    private const int LengthAt = 8;
    private const int WrapBit = 15;

    private const ushort EnableEvents = 0;
    private const ushort DisableEvents = 1;
    private const ushort EventAtDescriptor = 2;

    private Turn _available = new(0, true);
    private Turn _used = new(0, true);
    private Turn _signalled = new(0, true);
    private bool _everSignalled;

    public uint Position
    {
        get => _available.Packed;
        set => _available = Turn.Of(value);
    }

    public bool TryTake(DescriptorChain chain, out RingFault fault)
    {
        if (!Descriptor.TryReadPacked(memory, queue.DescriptorArea, _available.Index, out Descriptor first))
        {
            fault = RingFault.Unreachable;
            return false;
        }

        fault = RingFault.None;
        if (first.Available != _available.Wrap || first.Used == _available.Wrap)
        {
            return false;
        }

        chain.Clear();
        fault = first.IsIndirect ? AddTable(first, chain) : AddList(first, chain);
        _available = _available.After(chain.Slots, queue.Size);
        return fault == RingFault.None;
    }

    public RingFault Return(DescriptorChain chain)
    {
        Span<byte> used = stackalloc byte[Descriptor.Bytes - LengthAt];
        ushort flags = _used.Wrap ? (ushort)(Descriptor.AvailableFlag | Descriptor.UsedFlag) : (ushort)0;
        flags |= chain.Written > 0 ? Descriptor.WriteFlag : (ushort)0;
        BinaryPrimitives.WriteUInt32LittleEndian(used, chain.Written);
        BinaryPrimitives.WriteUInt16LittleEndian(used[4..], chain.Id);
        BinaryPrimitives.WriteUInt16LittleEndian(used[6..], flags);
        ulong at = queue.DescriptorArea + ((ulong)_used.Index * Descriptor.Bytes) + LengthAt;
        _used = _used.After(chain.Slots, queue.Size);
        return memory.TryWrite(at, used) ? RingFault.None : RingFault.Unreachable;
    }

    public RingFault Signal(out bool wanted)
    {
        Turn before = _signalled;
        bool first = !_everSignalled;
        _signalled = _used;
        _everSignalled = true;
        bool there = memory.TryRead16(queue.DriverArea, out ushort at) & memory.TryRead16(queue.DriverArea + FlagsAt, out ushort flags);
        wanted = (flags & 3) switch
        {
            DisableEvents => false,
            EventAtDescriptor when queue.Has(VirtioFeature.EventIndex) => first || IsPassed(at, before),
            _ => true,
        };
        return there ? RingFault.None : RingFault.Unreachable;
    }

    public RingFault AskForNotices(bool wanted)
    {
        bool done;
        if (wanted && queue.Has(VirtioFeature.EventIndex))
        {
            ushort at = (ushort)(_available.Index | (_available.Wrap ? 1 << WrapBit : 0));
            done = memory.TryWrite16(queue.DeviceArea, at) && memory.TryWrite16(queue.DeviceArea + FlagsAt, EventAtDescriptor);
        }
        else
        {
            done = memory.TryWrite16(queue.DeviceArea + FlagsAt, wanted ? EnableEvents : DisableEvents);
        }

        return done ? RingFault.None : RingFault.Unreachable;
    }

    public void Reset()
    {
        _available = new Turn(0, true);
        _used = new Turn(0, true);
        _signalled = new Turn(0, true);
        _everSignalled = false;
    }

    public void Save(StateWriter to)
    {
        to.Write(_available.Packed);
        to.Write(_used.Packed);
        to.Write(_signalled.Packed);
        to.Write(_everSignalled);
    }

    public void Restore(StateReader from)
    {
        _available = Turn.Of(from.ReadUInt32());
        _used = Turn.Of(from.ReadUInt32());
        _signalled = Turn.Of(from.ReadUInt32());
        _everSignalled = from.ReadBool();
    }

    // The driver names a place in the ring; seen from one lap of the used counter, a place with the other wrap counter
    // lies one ring's length back.
    private bool IsPassed(ushort at, Turn before)
    {
        int place = at & ((1 << WrapBit) - 1);
        bool wrap = ((uint)at).Bit(WrapBit);
        int named = wrap == _used.Wrap ? place : place - (int)queue.Size;
        int old = before.Wrap == _used.Wrap ? before.Index : before.Index - (int)queue.Size;
        return (ushort)(_used.Index - named - 1) < (ushort)(_used.Index - old);
    }

    private RingFault AddTable(in Descriptor first, DescriptorChain chain)
    {
        chain.Id = first.Link;
        chain.Slots = 1;
        RingFault fault = IndirectTable.Check(queue, first, inIndirect: false);
        uint count = first.Length / Descriptor.Bytes;
        for (uint index = 0; index < count && fault == RingFault.None; index++)
        {
            fault = !Descriptor.TryReadPacked(memory, first.Address, (int)index, out Descriptor each) ? RingFault.Unreachable
                : each.IsIndirect ? RingFault.IndirectNested
                : chain.Add(each);
        }

        return fault;
    }

    // The ID is in the last descriptor of a list.
    private RingFault AddList(Descriptor descriptor, DescriptorChain chain)
    {
        Turn at = _available;
        while (true)
        {
            chain.Slots++;
            chain.Id = descriptor.Link;
            RingFault fault = descriptor.IsIndirect ? RingFault.IndirectWithNext : chain.Add(descriptor);
            if (fault != RingFault.None || !descriptor.HasNext)
            {
                return fault;
            }

            at = at.After(1, queue.Size);
            if (chain.Slots >= queue.Size)
            {
                return RingFault.TooLong;
            }

            if (!Descriptor.TryReadPacked(memory, queue.DescriptorArea, at.Index, out descriptor))
            {
                return RingFault.Unreachable;
            }
        }
    }

    /// <summary>A place in the ring, and the wrap counter there.</summary>
    private readonly record struct Turn(ushort Index, bool Wrap)
    {
        public uint Packed => Index | (Wrap ? 1u << WrapBit : 0);

        public static Turn Of(uint packed) => new((ushort)packed.Field(WrapBit - 1, 0), packed.Bit(WrapBit));

        public Turn After(int slots, uint size)
        {
            uint next = Index + (uint)slots;
            return next >= size ? new Turn((ushort)(next - size), !Wrap) : this with { Index = (ushort)next };
        }
    }
}
