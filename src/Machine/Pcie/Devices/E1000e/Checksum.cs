using System;
using System.Buffers.Binary;

namespace GdbHost.Machine.Pcie.Devices.E1000e;

/// <summary>The checksum of IP, TCP and UDP (RFC 1071).</summary>
internal static class Checksum
{
    /// <summary>Adds 16-bit words to a sum; carries are still in it.</summary>
    public static ulong Add(ReadOnlySpan<byte> bytes, ulong sum)
    {
        while (bytes.Length >= sizeof(uint))
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length >= sizeof(ushort))
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[sizeof(ushort)..];
        }

        return bytes.IsEmpty ? sum : sum + ((uint)bytes[0] << 8);
    }

    /// <summary>What goes into a header so that all of it adds up; 0 for bytes that do already.</summary>
    /// <param name="sum">What else is added, such as a pseudo header.</param>
    public static ushort Of(ReadOnlySpan<byte> bytes, ulong sum)
    {
        sum = Add(bytes, sum);
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
