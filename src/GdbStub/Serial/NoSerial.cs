using System;

namespace GdbHost.GdbStub.Serial;

/// <summary>A line that leads nowhere.</summary>
internal sealed class NoSerial : ISerialBackend
{
    public void Start(Action<ReadOnlyMemory<byte>> received, Action ended) => ended();

    public void Write(ReadOnlySpan<byte> bytes)
    {
    }

    public void Dispose()
    {
    }
}
