using System;
using System.Collections.Generic;
using System.Threading;

namespace GdbHost.GdbStub.Tracing;

/// <summary>What the buffer knows of a frame beside its bytes.</summary>
/// <param name="Tracepoint">The number of its tracepoint.</param>
/// <param name="Pc">Where the vCPU was.</param>
/// <param name="SystemRegisters">Registers for which trace files have no place: number in two bytes, length in one, value; again and again.</param>
/// <param name="StaticData">What a static marker told; null for none.</param>
internal readonly record struct TraceFrameNotes(int Tracepoint, ulong Pc, byte[] SystemRegisters, string? StaticData)
{
    /// <summary>Bytes that it takes.</summary>
    public int Bytes => SystemRegisters.Length + (StaticData?.Length ?? 0);
}

/// <summary>
/// Trace frames, oldest first, in a ring of fixed size. Filled on the machine's thread and read on others; nobody holds the lock for longer
/// than a copy takes.
/// </summary>
internal sealed class TraceBuffer
{
    /// <summary>Bytes unless told otherwise, as in gdb's own server.</summary>
    public const int DefaultSize = 5 << 20;

    public const int MostSize = 256 << 20;

    /// <summary>What a frame takes beside its bytes.</summary>
    private const int Bookkeeping = 48;

    private readonly Lock _lock = new();
    private readonly List<Entry> _frames = [];
    private byte[] _ring = [];
    private int _first;
    private long _end;
    private long _used;

    /// <summary>Bytes of the ring that the next start makes.</summary>
    public int Size { get; set; } = DefaultSize;

    /// <summary>Old frames make room for new ones.</summary>
    public bool IsCircular { get; set; }

    /// <summary>Bytes in use.</summary>
    public long Used
    {
        get
        {
            lock (_lock)
            {
                return _used;
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _frames.Count - _first;
            }
        }
    }

    /// <summary>Frames that were made, also those that are gone.</summary>
    public long Created { get; private set; }

    public void Clear()
    {
        lock (_lock)
        {
            _frames.Clear();
            _first = 0;
            _end = 0;
            _used = 0;
            Created = 0;
            if (_ring.Length != Size)
            {
                _ring = new byte[Size];
            }
        }
    }

    /// <summary>False when there is no room.</summary>
    /// <param name="frame">With its header.</param>
    public bool TryAdd(ReadOnlySpan<byte> frame, TraceFrameNotes notes)
    {
        lock (_lock)
        {
            int bytes = frame.Length + notes.Bytes + Bookkeeping;
            if (bytes > _ring.Length || (!IsCircular && bytes > _ring.Length - _used))
            {
                return false;
            }

            while (bytes > _ring.Length - _used)
            {
                DropOldest();
            }

            int at = (int)(_end % _ring.Length);
            int untilWrap = Math.Min(frame.Length, _ring.Length - at);
            frame[..untilWrap].CopyTo(_ring.AsSpan(at));
            frame[untilWrap..].CopyTo(_ring);
            _frames.Add(new Entry(_end, frame.Length, notes));
            _end += frame.Length;
            _used += bytes;
            Created++;
            return true;
        }
    }

    /// <summary>The notes of a frame by its place.</summary>
    public bool TryGetNotes(int place, out TraceFrameNotes notes)
    {
        lock (_lock)
        {
            bool there = place >= 0 && place < _frames.Count - _first;
            notes = there ? _frames[_first + place].Notes : default;
            return there;
        }
    }

    /// <summary>A copy of a frame with its header, or null where there is none.</summary>
    public byte[]? Copy(int place)
    {
        lock (_lock)
        {
            if (place < 0 || place >= _frames.Count - _first)
            {
                return null;
            }

            Entry entry = _frames[_first + place];
            byte[] bytes = new byte[entry.Length];
            CopyOut(entry.At, bytes);
            return bytes;
        }
    }

    /// <summary>Copies bytes of all frames, one behind the other; gives their number, 0 at the end.</summary>
    public int Read(ulong offset, Span<byte> into)
    {
        lock (_lock)
        {
            long begin = _first < _frames.Count ? _frames[_first].At : _end;
            if (offset >= (ulong)(_end - begin))
            {
                return 0;
            }

            int count = (int)Math.Min(into.Length, _end - begin - (long)offset);
            CopyOut(begin + (long)offset, into[..count]);
            return count;
        }
    }

    private void CopyOut(long from, Span<byte> into)
    {
        int at = (int)(from % _ring.Length);
        int untilWrap = Math.Min(into.Length, _ring.Length - at);
        _ring.AsSpan(at, untilWrap).CopyTo(into);
        _ring.AsSpan(0, into.Length - untilWrap).CopyTo(into[untilWrap..]);
    }

    private void DropOldest()
    {
        Entry oldest = _frames[_first];
        _frames[_first++] = default;
        _used -= oldest.Length + oldest.Notes.Bytes + Bookkeeping;
        if (_first > 1024 && _first > _frames.Count / 2)
        {
            _frames.RemoveRange(0, _first);
            _first = 0;
        }
    }

    private readonly record struct Entry(long At, int Length, TraceFrameNotes Notes);
}
