using System;
using System.Buffers.Binary;

namespace GdbHost.Machine.Virtio;

/// <summary>The memory that a driver and its device share, at the addresses that the driver gives.</summary>
internal interface IVirtioMemory
{
    /// <summary>False where some of it is not memory.</summary>
    bool TryRead(ulong address, Span<byte> into);

    /// <summary>False where some of it is not memory; what lies before that may have been written.</summary>
    bool TryWrite(ulong address, ReadOnlySpan<byte> from);
}

/// <summary>Little-endian numbers in that memory.</summary>
internal static class VirtioMemoryNumbers
{
    public static bool TryRead16(this IVirtioMemory memory, ulong address, out ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        bool there = memory.TryRead(address, bytes);
        value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return there;
    }

    public static bool TryWrite16(this IVirtioMemory memory, ulong address, ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return memory.TryWrite(address, bytes);
    }
}
