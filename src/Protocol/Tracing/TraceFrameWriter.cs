using System;
using System.Buffers.Binary;

namespace GdbHost.Protocol.Tracing;

/// <summary>
/// Puts one trace frame together, in the form of trace files (GDB manual, Trace File Format): the tracepoint's number, the length of what
/// follows, and blocks of registers, memory and variables. All numbers have their lowest byte first.
/// </summary>
/// <param name="room">Bytes of the longest frame.</param>
public sealed class TraceFrameWriter(int room)
{
    /// <summary>Bytes before the blocks.</summary>
    public const int HeaderBytes = 6;

    /// <summary>The longest memory block; longer ranges take several.</summary>
    public const int LongestBlock = 0xf000;

    private const int MemoryHeader = 11;
    private const int VariableBytes = 13;

    private readonly byte[] _bytes = new byte[room];

    /// <summary>Something had no room and was left out.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Bytes so far, with the header.</summary>
    public int Length { get; private set; }

    public void Begin(int tracepoint)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes, (ushort)tracepoint);
        Length = HeaderBytes;
        IsCut = false;
    }

    /// <summary>Room for the block of registers, to be filled; empty if it does not fit.</summary>
    public Span<byte> Registers(int bytes)
    {
        if (!Fits(1 + bytes))
        {
            return default;
        }

        _bytes[Length] = (byte)TraceBlock.Registers;
        Length += 1 + bytes;
        return _bytes.AsSpan(Length - bytes, bytes);
    }

    /// <summary>Room for a block of memory, to be filled; empty if it does not fit. <see cref="Shorten"/> takes back what stays unused.</summary>
    /// <param name="bytes">At most <see cref="LongestBlock"/>.</param>
    public Span<byte> Memory(ulong address, int bytes)
    {
        if (!Fits(MemoryHeader + bytes))
        {
            return default;
        }

        _bytes[Length] = (byte)TraceBlock.Memory;
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(Length + 1), address);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(Length + 9), (ushort)bytes);
        Length += MemoryHeader + bytes;
        return _bytes.AsSpan(Length - bytes, bytes);
    }

    /// <summary>The memory block just begun has fewer bytes; with none it is gone.</summary>
    public void Shorten(int began, int left)
    {
        Length -= began - left;
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(Length - left - 2), (ushort)left);
        Length -= left == 0 ? MemoryHeader : 0;
    }

    public void Variable(int number, ulong value)
    {
        if (Fits(VariableBytes))
        {
            _bytes[Length] = (byte)TraceBlock.Variable;
            BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Length + 1), number);
            BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(Length + 5), value);
            Length += VariableBytes;
        }
    }

    /// <summary>The whole frame.</summary>
    public ReadOnlySpan<byte> End()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(2), (uint)(Length - HeaderBytes));
        return _bytes.AsSpan(0, Length);
    }

    private bool Fits(int bytes)
    {
        bool fits = bytes <= _bytes.Length - Length;
        IsCut |= !fits;
        return fits;
    }
}

/// <summary>The letters of blocks.</summary>
public enum TraceBlock : byte
{
    Registers = (byte)'R',
    Memory = (byte)'M',
    Variable = (byte)'V',
}
