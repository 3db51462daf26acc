using System;
using System.Buffers.Binary;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Debug.Worlds;

namespace GdbHost.Machine.Debug;

/// <summary>A core that has come to a breakpoint, for the condition that decides whether it stops. Looking changes nothing and allocates nothing.</summary>
public sealed class CoreAtBreakpoint
{
    private readonly Core _core;
    private readonly MachineRegisters _registers;

    internal CoreAtBreakpoint(Core core, MachineRegisters registers)
    {
        _core = core;
        _registers = registers;
    }

    public int Cpu => _core.Configuration.Index;

    /// <summary>The world that it is in.</summary>
    public World World => World.Of(_core);

    /// <summary>Reads a register, of a vector its lower half; false where it cannot be shown.</summary>
    public bool TryReadRegister(MachineRegister register, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        bool done = _registers.TryRead(_core, register, bytes);
        value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return done;
    }

    /// <summary>Reads a register into bytes, lowest first; false where it cannot be shown.</summary>
    public bool TryReadRegister(MachineRegister register, Span<byte> value) => _registers.TryRead(_core, register, value);

    /// <summary>Makes the core run instruction by instruction, with word of each, or no longer.</summary>
    public bool Followed
    {
        get => _core.Followed;
        set => _core.Followed = value;
    }

    /// <summary>Where the core is.</summary>
    public ulong ProgramCounter => _core.ProgramCounter;

    /// <summary>Reads as much memory from the start as answers; gives the number of bytes.</summary>
    public int ReadMemory(ulong address, Span<byte> into) => DebugMemory.Read(_core, MemorySpace.Current, address, into);

    /// <summary>Reads memory as a debugger sees it from this core; false unless all of it answers.</summary>
    public bool TryReadMemory(ulong address, Span<byte> into) => DebugMemory.Read(_core, MemorySpace.Current, address, into) == into.Length;
}
