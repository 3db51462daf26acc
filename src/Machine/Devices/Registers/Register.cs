using System;

namespace GdbHost.Machine.Devices.Registers;

/// <summary>What software may do to a register.</summary>
internal enum Access : byte
{
    ReadOnly,
    WriteOnly,
    ReadWrite,

    /// <summary>Readable; writing ones clears these bits.</summary>
    WriteOneToClear,
}

/// <summary>
/// One row of a device's register map: a 32-bit register, or <see cref="Count"/> equal ones in a row. Where no delegate
/// is given the bank stores the value itself. Delegates take the device, so that one map serves all devices of a type.
/// </summary>
/// <param name="Offset">Byte offset from the device's base; a multiple of 4.</param>
/// <param name="Name">The document's name; for several registers, without the index.</param>
/// <param name="Access">What software may do.</param>
/// <param name="Source">Document number and title.</param>
internal sealed record Register<TDevice>(uint Offset, string Name, Access Access, string Source)
{
    /// <summary>Number of equal registers, 4 bytes apart.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Value after reset of a register that the bank stores, or of one without <see cref="Read"/>.</summary>
    public uint Reset { get; init; }

    /// <summary>Bits that a write changes; the others keep their value.</summary>
    public uint Writable { get; init; } = uint.MaxValue;

    /// <summary>The value, where it is not the stored one. The index counts within <see cref="Count"/>.</summary>
    public Func<TDevice, int, uint>? Read { get; init; }

    /// <summary>
    /// What a write does, where it is not storing: index, value, and a mask of the bits of the lanes that the access
    /// covers. The value is zero outside the mask.
    /// </summary>
    public Action<TDevice, int, uint, uint>? Write { get; init; }

    /// <summary>Called after a write has been stored.</summary>
    public Action<TDevice>? Changed { get; init; }

    /// <summary>Reading changes the device: the debugger gets <see cref="Peek"/>, or nothing.</summary>
    public bool ReadHasEffect { get; init; }

    /// <summary>The value without the side effect of reading.</summary>
    public Func<TDevice, int, uint>? Peek { get; init; }

    /// <summary>The bank holds the value: the device does not do all of reading and writing itself.</summary>
    public bool IsStored => Read is null || (Write is null && Access != Access.ReadOnly);

    /// <summary>Only whole words may be accessed; narrower accesses are misuse.</summary>
    public bool WordOnly { get; init; }
}
