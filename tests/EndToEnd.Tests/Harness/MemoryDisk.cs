using System;
using GdbHost.Machine.Backends;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>A read-only disk in memory, full of numbers that follow from a seed.</summary>
internal sealed class MemoryDisk : IBlockStorage
{
    public MemoryDisk(int bytes, int seed)
    {
        Content = new byte[bytes];
        new Random(seed).NextBytes(Content);
    }

    /// <summary>A disk with this content.</summary>
    public MemoryDisk(byte[] content) => Content = content;

    public byte[] Content { get; }

    /// <summary>Requests of the guest so far.</summary>
    public int Reads { get; private set; }

    public ulong Length => (ulong)Content.Length;

    public bool IsReadOnly => true;

    public bool TryRead(ulong position, Span<byte> into)
    {
        Content.AsSpan((int)position, into.Length).CopyTo(into);
        Reads++;
        return true;
    }

    public bool TryWrite(ulong position, ReadOnlySpan<byte> bytes) => false;

    public bool TryClear(ulong position, ulong length) => false;

    public bool TryFlush() => true;
}
