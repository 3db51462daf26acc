using System.Runtime.InteropServices;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>Why generated code came back.</summary>
internal enum ExitKind : byte
{
    /// <summary>The budget is smaller than what follows.</summary>
    Budget,

    /// <summary>A jump inside the page that may be linked.</summary>
    Link,

    /// <summary>PC was computed and its code is not in the jump table.</summary>
    Indirect,

    /// <summary>The interpreter executes one instruction; then generated code goes on.</summary>
    Interpret,

    /// <summary>The interpreter executes one instruction, with which the unit ends.</summary>
    Last,
}

/// <summary>What an exit of generated code means.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ExitRecord
{
    /// <summary>The instruction to execute.</summary>
    public Instruction* Instruction;

    /// <summary>Where generated code goes on, as an address to execute.</summary>
    public byte* Resume;

    /// <summary>For <see cref="ExitKind.Link"/>: the end of the jump to be linked, as an address to write.</summary>
    public byte* Patch;

    /// <summary>Page offset of the instruction, or of the jump's target.</summary>
    public ushort PageOffset;

    /// <summary>Instructions that were taken from the budget and come after this one.</summary>
    public ushort Rest;

    public ExitKind Kind;
}
