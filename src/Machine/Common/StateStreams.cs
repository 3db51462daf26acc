using System;
using System.IO;

namespace GdbHost.Machine.Common;

/// <summary>Writes the fields of an <see cref="IStateful"/> part as little-endian bytes.</summary>
internal sealed class StateWriter(BinaryWriter to)
{
    public void Write(bool value) => to.Write(value);

    public void Write(byte value) => to.Write(value);

    public void Write(uint value) => to.Write(value);

    public void Write(ulong value) => to.Write(value);

    public void Write(int value) => to.Write(value);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        to.Write(bytes.Length);
        to.Write(bytes);
    }

    public void Write(ReadOnlySpan<ulong> words)
    {
        to.Write(words.Length);
        foreach (ulong word in words)
        {
            to.Write(word);
        }
    }

    public void Write(ReadOnlySpan<uint> words)
    {
        to.Write(words.Length);
        foreach (uint word in words)
        {
            to.Write(word);
        }
    }
}

/// <summary>Reads back what <see cref="StateWriter"/> wrote.</summary>
internal sealed class StateReader(BinaryReader from)
{
    public bool ReadBool() => from.ReadBoolean();

    public byte ReadByte() => from.ReadByte();

    public uint ReadUInt32() => from.ReadUInt32();

    public ulong ReadUInt64() => from.ReadUInt64();

    public int ReadInt32() => from.ReadInt32();

    /// <summary>A number that must lie below a limit, such as an index or the value of an enumeration.</summary>
    public int ReadBelow(int limit, string what)
    {
        int value = from.ReadInt32();
        return value >= 0 && value < limit
            ? value
            : throw new InvalidDataException($"saved state has {what} {value}, which is not in 0 to {limit - 1}");
    }

    public void ReadBytes(Span<byte> into)
    {
        ReadCount(into.Length);
        from.BaseStream.ReadExactly(into);
    }

    /// <summary>Bytes whose count this machine does not know.</summary>
    public byte[] ReadBytes(int most, string what)
    {
        byte[] bytes = new byte[ReadBelow(most + 1, $"{what} of length")];
        from.BaseStream.ReadExactly(bytes);
        return bytes;
    }

    public void ReadWords(Span<ulong> into)
    {
        ReadCount(into.Length);
        foreach (ref ulong word in into)
        {
            word = from.ReadUInt64();
        }
    }

    public void ReadWords(Span<uint> into)
    {
        ReadCount(into.Length);
        foreach (ref uint word in into)
        {
            word = from.ReadUInt32();
        }
    }

    /// <summary>A count that this machine knows already.</summary>
    public void ReadCount(int expected)
    {
        int stored = from.ReadInt32();
        if (stored != expected)
        {
            throw new InvalidDataException($"saved state holds {stored} elements where this machine has {expected}");
        }
    }
}
