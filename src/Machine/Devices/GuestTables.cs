using System;
using System.Runtime.InteropServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices;

/// <summary>
/// Tables that a device keeps in guest memory. What is not RAM that a Non-secure access reaches is no table: a guest that
/// places one there gets nothing, and no device is touched.
/// </summary>
internal sealed class GuestTables(PhysicalBus bus)
{
    /// <summary>Reads 8 bytes, little-endian.</summary>
    public bool TryRead(ulong address, out ulong value)
    {
        ReadOnlySpan<byte> bytes = Find(address, sizeof(ulong), isWrite: false, out _);
        value = bytes.IsEmpty ? 0 : MemoryMarshal.Read<ulong>(bytes);
        return !bytes.IsEmpty;
    }

    /// <summary>Reads words of 8 bytes each, or nothing.</summary>
    public bool TryReadAll(ulong address, Span<ulong> into)
    {
        ReadOnlySpan<byte> bytes = Find(address, into.Length * sizeof(ulong), isWrite: false, out _);
        bytes.CopyTo(MemoryMarshal.AsBytes(into));
        return !bytes.IsEmpty;
    }

    /// <summary>Writes words of 8 bytes each, or nothing.</summary>
    public bool TryWriteAll(ulong address, ReadOnlySpan<ulong> from)
    {
        Span<byte> bytes = Find(address, from.Length * sizeof(ulong), isWrite: true, out BusRegion? region);
        if (bytes.IsEmpty)
        {
            return false;
        }

        MemoryMarshal.AsBytes(from).CopyTo(bytes);
        bus.Written(region!, address - region!.Start, bytes.Length);
        return true;
    }

    /// <summary>Writes 8 bytes, little-endian.</summary>
    public bool TryWrite(ulong address, ulong value)
    {
        Span<byte> bytes = Find(address, sizeof(ulong), isWrite: true, out BusRegion? region);
        if (bytes.IsEmpty)
        {
            return false;
        }

        MemoryMarshal.Write(bytes, value);
        bus.Written(region!, address - region!.Start, sizeof(ulong));
        return true;
    }

    public bool TryReadByte(ulong address, out byte value)
    {
        ReadOnlySpan<byte> bytes = Find(address, 1, isWrite: false, out _);
        value = bytes.IsEmpty ? (byte)0 : bytes[0];
        return !bytes.IsEmpty;
    }

    public bool TryWriteByte(ulong address, byte value)
    {
        Span<byte> bytes = Find(address, 1, isWrite: true, out BusRegion? region);
        if (bytes.IsEmpty)
        {
            return false;
        }

        bytes[0] = value;
        bus.Written(region!, address - region!.Start, 1);
        return true;
    }

    private Span<byte> Find(ulong address, int length, bool isWrite, out BusRegion? region)
    {
        region = bus.Find(new PhysicalAddress(address), nonSecure: true);
        return region is not null && region.IsMemoryFor(isWrite) && (ulong)length <= region.End - address
            ? region.Ram!.Span(address - region.Start, length)
            : default;
    }
}
