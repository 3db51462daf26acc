using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Virtio.Rings;

/// <summary>
/// A request of a driver: buffers that the device reads, then buffers that it writes. Both are streams of bytes to the
/// device, however they are cut (Virtual I/O Device Specification 1.2, Message Framing). It exists within one visit of the
/// device to its ring.
/// </summary>
[NotState("taken from a ring and given back within one access")]
internal sealed class DescriptorChain(IVirtioMemory memory)
{
    /// <summary>Descriptors of the longest chain; QEMU's limit.</summary>
    public const int MostBuffers = 1024;

    private const ulong MostBytes = 1UL << 32;

    private readonly List<(ulong Address, uint Length)> _readable = [];
    private readonly List<(ulong Address, uint Length)> _writable = [];
    private Place _readAt;
    private Place _writeAt;

    /// <summary>Split ring: the first descriptor. Packed ring: the buffer's ID.</summary>
    public ushort Id { get; set; }

    /// <summary>Packed ring: descriptors that it takes in the ring.</summary>
    public int Slots { get; set; }

    public ulong ReadableLeft { get; private set; }

    public ulong WritableLeft { get; private set; }

    /// <summary>Bytes written from the beginning of what the device may write: what it says when it gives the chain back.</summary>
    public uint Written { get; private set; }

    /// <summary>Empties it for another request.</summary>
    public void Clear()
    {
        _readable.Clear();
        _writable.Clear();
        _readAt = default;
        _writeAt = default;
        ReadableLeft = 0;
        WritableLeft = 0;
        Written = 0;
        Slots = 0;
    }

    public RingFault Add(in Descriptor descriptor)
    {
        if (_readable.Count + _writable.Count == MostBuffers)
        {
            return RingFault.TooLong;
        }

        if (ReadableLeft + WritableLeft + descriptor.Length > MostBytes)
        {
            return RingFault.TooManyBytes;
        }

        if (descriptor.DeviceWrites)
        {
            _writable.Add((descriptor.Address, descriptor.Length));
            WritableLeft += descriptor.Length;
        }
        else if (_writable.Count > 0)
        {
            return RingFault.ReadableAfterWritable;
        }
        else
        {
            _readable.Add((descriptor.Address, descriptor.Length));
            ReadableLeft += descriptor.Length;
        }

        return RingFault.None;
    }

    /// <summary>Reads the next bytes; false where there are fewer, or where they are not in memory.</summary>
    public bool TryRead(Span<byte> into)
    {
        if ((ulong)into.Length > ReadableLeft)
        {
            return false;
        }

        ReadableLeft -= (ulong)into.Length;
        while (!into.IsEmpty)
        {
            ulong address = _readAt.Next(_readable, into.Length, out int run);
            if (!memory.TryRead(address, into[..run]))
            {
                return false;
            }

            into = into[run..];
        }

        return true;
    }

    /// <summary>Writes the next bytes; false where there is no room for all, or where the room is not in memory.</summary>
    public bool TryWrite(ReadOnlySpan<byte> from)
    {
        if ((ulong)from.Length > WritableLeft)
        {
            return false;
        }

        WritableLeft -= (ulong)from.Length;
        while (!from.IsEmpty)
        {
            ulong address = _writeAt.Next(_writable, from.Length, out int run);
            if (!memory.TryWrite(address, from[..run]))
            {
                return false;
            }

            Written += (uint)run;
            from = from[run..];
        }

        return true;
    }

    /// <summary>Writes the very last byte of the room, whatever comes before it.</summary>
    public bool TryWriteLast(byte value)
    {
        int last = _writable.FindLastIndex(static b => b.Length > 0);
        if (last < 0 || !memory.TryWrite(_writable[last].Address + _writable[last].Length - 1, [value]))
        {
            return false;
        }

        Written += WritableLeft == 1 ? 1u : 0;
        return true;
    }

    /// <summary>A place in a list of buffers.</summary>
    private struct Place
    {
        private int _buffer;
        private uint _offset;

        /// <summary>The address of the next bytes, and how many of those wanted lie together; they are passed.</summary>
        public ulong Next(List<(ulong Address, uint Length)> buffers, int wanted, out int run)
        {
            while (buffers[_buffer].Length == _offset)
            {
                _buffer++;
                _offset = 0;
            }

            (ulong address, uint length) = buffers[_buffer];
            ulong at = address + _offset;
            run = (int)Math.Min((uint)wanted, length - _offset);
            _offset += (uint)run;
            return at;
        }
    }
}
