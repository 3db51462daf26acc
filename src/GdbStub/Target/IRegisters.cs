using System;
using System.Collections.Generic;

namespace GdbHost.GdbStub.Target;

/// <summary>The part of the target description that a register belongs to; gdb knows the first two by name and order.</summary>
internal enum RegisterGroup
{
    /// <summary>General registers, SP, PC and PSTATE.</summary>
    Core,

    /// <summary>V0 to V31, FPSR, FPCR.</summary>
    FloatingPoint,

    /// <summary>System registers.</summary>
    System,
}

/// <summary>One register as data. Its value travels as bytes, lowest byte first.</summary>
/// <param name="Name">gdb's name for the first two groups, the Arm manual's name for system registers.</param>
/// <param name="Type">A type that gdb predefines or that <see cref="TargetDescription"/> adds to the group.</param>
internal sealed record RegisterDescription(string Name, int Bits, RegisterGroup Group, string Type)
{
    public int Bytes => Bits / 8;
}

/// <summary>Reading and changing registers of a stopped guest.</summary>
internal interface IRegisters
{
    /// <summary>All registers, group after group in the order of <see cref="RegisterGroup"/>; the order never changes.</summary>
    IReadOnlyList<RegisterDescription> Registers { get; }

    /// <summary>
    /// Fills <paramref name="value"/>, which is <see cref="RegisterDescription.Bytes"/> long; false when the core cannot show it.
    /// </summary>
    bool TryReadRegister(int cpu, RegisterDescription register, Span<byte> value);

    /// <summary>
    /// Reads several at once, one behind the other into <paramref name="values"/>; <paramref name="readable"/> says which
    /// the core could show.
    /// </summary>
    void ReadRegisters(int cpu, IReadOnlyList<RegisterDescription> registers, Span<byte> values, Span<bool> readable);

    /// <summary>False when the register is read-only.</summary>
    bool TryWriteRegister(int cpu, RegisterDescription register, ReadOnlySpan<byte> value);
}
