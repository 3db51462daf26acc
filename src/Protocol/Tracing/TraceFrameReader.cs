using System;
using System.Buffers.Binary;

namespace GdbHost.Protocol.Tracing;

/// <summary>Goes through the blocks of a frame that <see cref="TraceFrameWriter"/> has made.</summary>
/// <param name="blocks">The frame without its header.</param>
/// <param name="registerBytes">Bytes of a block of registers.</param>
public ref struct TraceFrameReader(ReadOnlySpan<byte> blocks, int registerBytes)
{
    private const int MemoryHeader = 10;
    private const int VariableBytes = 12;

    private ReadOnlySpan<byte> _rest = blocks;

    public TraceBlock Kind { get; private set; }

    /// <summary>The address of a block of memory, or the value of a variable.</summary>
    public ulong Value { get; private set; }

    /// <summary>The number of a variable.</summary>
    public int Number { get; private set; }

    /// <summary>The bytes of memory or registers.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>False behind the last block.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        Kind = (TraceBlock)_rest[0];
        _rest = _rest[1..];
        int length;
        switch (Kind)
        {
            case TraceBlock.Registers:
                length = registerBytes;
                Bytes = _rest[..length];
                break;
            case TraceBlock.Memory:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
                length = MemoryHeader + BinaryPrimitives.ReadUInt16LittleEndian(_rest[8..]);
                Bytes = _rest[MemoryHeader..length];
                break;
            default:
                Number = BinaryPrimitives.ReadInt32LittleEndian(_rest);
                Value = BinaryPrimitives.ReadUInt64LittleEndian(_rest[4..]);
                length = VariableBytes;
                break;
        }

        _rest = _rest[length..];
        return true;
    }
}
