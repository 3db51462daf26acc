using System;

namespace GdbHost.Protocol.Framing;

/// <summary>The packet checksum: the sum of the bytes between '$' and '#', modulo 256 (GDB manual, Packets, Overview).</summary>
public static class Checksum
{
    public static byte Of(ReadOnlySpan<byte> body)
    {
        uint sum = 0;
        foreach (byte b in body)
        {
            sum += b;
        }

        return (byte)sum;
    }
}
