using System;
using System.Collections.Generic;
using GdbHost.GdbStub.Monitor.Fields;

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

    /// <summary>The place in the target's list.</summary>
    public int Number { get; init; }

    /// <summary>For a system register: the group that gdb's "info registers" shows it in.</summary>
    public string Set { get; init; } = TargetDescription.SystemGroup;

    /// <summary>
    /// For the decoded twin of a system register: its fields; <see cref="Type"/> is then the name of the type that they make. gdb 13
    /// neither assigns to a register of such a type nor compiles conditions on it, so the register itself stays a number.
    /// </summary>
    public IReadOnlyList<Field>? Fields { get; init; }
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

    /// <summary>
    /// Writes a register as MSR would; null when it holds the value now, else what is in the way, in words: it was not written, or some
    /// of its bits did not take the value.
    /// </summary>
    string? WriteRegister(int cpu, RegisterDescription register, ReadOnlySpan<byte> value);
}
