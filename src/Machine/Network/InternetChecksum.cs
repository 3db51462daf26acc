using System;
using System.Buffers.Binary;

namespace GdbHost.Machine.Network;

/// <summary>The checksum of IP, TCP and UDP (RFC 1071). Sums are of 16-bit words in network order, with their carries.</summary>
internal static class InternetChecksum
{
    /// <summary>Adds bytes, of which the last stands for itself and a zero, to a sum.</summary>
    public static ulong Add(ReadOnlySpan<byte> bytes, ulong sum)
    {
        // The sum in the other byte order is the swapped sum (RFC 1071, section 2), so the words need not be swapped one by one.
        ulong swapped = 0;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            swapped += (word & uint.MaxValue) + (word >> 32);
        }

        for (; bytes.Length >= sizeof(ushort); bytes = bytes[sizeof(ushort)..])
        {
            swapped += BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        }

        swapped += bytes.IsEmpty ? 0u : bytes[0];
        return sum + BinaryPrimitives.ReverseEndianness(Fold(swapped));
    }

    /// <summary>What goes into a header so that all of it adds up; 0 for bytes that do already.</summary>
    /// <param name="sum">What else is added, such as a pseudo header.</param>
    public static ushort Of(ReadOnlySpan<byte> bytes, ulong sum) => (ushort)~Fold(Add(bytes, sum));

    /// <summary>A sum as one 16-bit word.</summary>
    public static ushort Fold(ulong sum)
    {
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)sum;
    }
}
