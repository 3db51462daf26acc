using System;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GdbHost.Protocol.Framing;

/// <summary>Looks for runs of equal bytes, as run-length encoding needs them, many bytes at a time.</summary>
internal static class ByteRuns
{
    /// <summary>Equal bytes from which on a run is shorter when it is counted: one, "*" and the count.</summary>
    public const int Shortest = 4;

    /// <summary>Where the first run of at least <see cref="Shortest"/> equal bytes begins; where there is none, where the last byte's run does.</summary>
    public static int IndexOfRun(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref byte first = ref MemoryMarshal.GetReference(bytes);
            for (; at <= bytes.Length - Vector256<byte>.Count - (Shortest - 1); at += Vector256<byte>.Count)
            {
                Vector256<byte> here = Vector256.LoadUnsafe(ref first, (nuint)at);
                Vector256<byte> next = Vector256.LoadUnsafe(ref first, (nuint)at + 1);
                Vector256<byte> third = Vector256.LoadUnsafe(ref first, (nuint)at + 2);
                Vector256<byte> fourth = Vector256.LoadUnsafe(ref first, (nuint)at + 3);
                uint runs = (Vector256.Equals(here, next) & Vector256.Equals(next, third) & Vector256.Equals(third, fourth)).ExtractMostSignificantBits();
                if (runs != 0)
                {
                    return at + int.TrailingZeroCount((int)runs);
                }
            }
        }

        for (; at <= bytes.Length - Shortest; at++)
        {
            byte b = bytes[at];
            if (b == bytes[at + 1] && b == bytes[at + 2] && b == bytes[at + 3])
            {
                return at;
            }
        }

        // The last bytes may begin a run that goes on with what comes next.
        int last = bytes.Length - 1;
        while (last > 0 && bytes[last - 1] == bytes[^1])
        {
            last--;
        }

        return last;
    }

    /// <summary>The length of the run at the beginning of <paramref name="bytes"/> that is made of <paramref name="b"/>.</summary>
    public static int Length(ReadOnlySpan<byte> bytes, byte b)
    {
        int other = bytes.IndexOfAnyExcept(b);
        return other < 0 ? bytes.Length : other;
    }
}
