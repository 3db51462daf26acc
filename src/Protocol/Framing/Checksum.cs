using System;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GdbHost.Protocol.Framing;

/// <summary>The packet checksum: the sum of the bytes between '$' and '#', modulo 256 (GDB manual, Packets, Overview).</summary>
public static class Checksum
{
    public static byte Of(ReadOnlySpan<byte> body)
    {
        int at = 0;
        byte sum = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            // Each lane keeps its sum modulo 256, so nothing is lost when the lanes are added in the end.
            Vector256<byte> sums = Vector256<byte>.Zero;
            ref byte first = ref MemoryMarshal.GetReference(body);
            for (; at <= body.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
            {
                sums += Vector256.LoadUnsafe(ref first, (nuint)at);
            }

            sum = Vector256.Sum(sums);
        }

        for (; at < body.Length; at++)
        {
            sum += body[at];
        }

        return sum;
    }
}
