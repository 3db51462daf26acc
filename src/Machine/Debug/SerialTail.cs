using System;
using System.Collections.Generic;

namespace GdbHost.Machine.Debug;

/// <summary>Keeps the newest bytes that the console has sent, and hands each on.</summary>
internal sealed class SerialTail(Action<byte> next)
{
    private const int Kept = 1 << 14;

    private readonly Queue<byte> _bytes = new(Kept);

    public byte[] Bytes => _bytes.ToArray();

    public void Take(byte value)
    {
        if (_bytes.Count == Kept)
        {
            _bytes.Dequeue();
        }

        _bytes.Enqueue(value);
        next(value);
    }
}
