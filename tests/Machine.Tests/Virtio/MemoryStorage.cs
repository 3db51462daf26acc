using System;
using GdbHost.Machine.Backends;

namespace GdbHost.Machine.Tests.Virtio;

/// <summary>A disk in memory that can fail.</summary>
internal sealed class MemoryStorage(int bytes) : IBlockStorage
{
    public byte[] Content { get; } = new byte[bytes];

    public bool Fails { get; set; }

    public int Flushes { get; private set; }

    public ulong Length => (ulong)bytes;

    public bool IsReadOnly { get; init; }

    public bool TryRead(ulong position, Span<byte> into)
    {
        Content.AsSpan((int)position, into.Length).CopyTo(into);
        return !Fails;
    }

    public bool TryWrite(ulong position, ReadOnlySpan<byte> from)
    {
        from.CopyTo(Content.AsSpan((int)position));
        return !Fails;
    }

    public bool TryClear(ulong position, ulong length)
    {
        Content.AsSpan((int)position, (int)length).Clear();
        return !Fails;
    }

    public bool TryFlush()
    {
        Flushes++;
        return !Fails;
    }
}
