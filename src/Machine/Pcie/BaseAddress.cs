using System;
using System.Numerics;
using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Pcie;

/// <summary>The address space that a base address register is in, and how wide it is.</summary>
internal enum BaseAddressKind : byte
{
    Io,
    Memory32,

    /// <summary>Takes the next register too.</summary>
    Memory64,

    /// <summary>Takes the next register too; reading has no side effect.</summary>
    Memory64Prefetchable,
}

/// <summary>
/// A base address register (PCI Local Bus Specification 3.0, section 6.2.5.1) and what answers behind it, which gets
/// offsets from the base.
/// </summary>
internal sealed class BaseAddress
{
    private const ulong SmallestIo = 4;
    private const ulong SmallestMemory = 16;

    /// <param name="index">0 to 5; a 64-bit one is at most 4.</param>
    /// <param name="kind">Address space and width.</param>
    /// <param name="size">Bytes, a power of two.</param>
    /// <param name="region">What answers there.</param>
    public BaseAddress(int index, BaseAddressKind kind, ulong size, IBusDevice region)
    {
        if (!BitOperations.IsPow2(size) || size < (kind == BaseAddressKind.Io ? SmallestIo : SmallestMemory))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "no base address register can ask for it");
        }

        Index = index;
        Kind = kind;
        Size = size;
        Region = region;
    }

    public int Index { get; }

    public BaseAddressKind Kind { get; }

    public ulong Size { get; }

    public IBusDevice Region { get; }

    public bool IsIo => Kind == BaseAddressKind.Io;

    public bool Is64Bit => Kind is BaseAddressKind.Memory64 or BaseAddressKind.Memory64Prefetchable;

    /// <summary>The read-only bits at the bottom of the register.</summary>
    public uint Flags => Kind switch
    {
        BaseAddressKind.Io => 0x1,
        BaseAddressKind.Memory32 => 0x0,
        BaseAddressKind.Memory64 => 0x4,
        _ => 0xc,
    };
}
