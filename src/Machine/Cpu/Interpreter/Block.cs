using System.Runtime.InteropServices;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Interpreter;

/// <summary>
/// A run of decoded instructions inside one page of RAM, entered at the first. It holds no virtual address, so one
/// block serves every mapping of its page; links lead only to blocks of the same page and die with them.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Block
{
    public Instruction* First;

    /// <summary>1 to <see cref="BlockCache.MaxInstructions"/>.</summary>
    public int Count;

    /// <summary>Offset of the first instruction in its page, in bytes.</summary>
    public ushort PageOffset;

    /// <summary>A breakpoint may be at the first instruction: look before running.</summary>
    public bool Guarded;

    /// <summary>Host address of the page.</summary>
    public byte* Page;

    /// <summary>Generated code that begins here, or null.</summary>
    public byte* Code;

    /// <summary>Runs by the interpreter, while there is no code.</summary>
    public int Runs;

    /// <summary>Instructions for which the code needs a budget when it is entered.</summary>
    public byte FirstSegment;

    /// <summary>The code is for a state that checks all alignment.</summary>
    public bool Strict;

    /// <summary>General registers by which generated code here goes from page to page, one bit each.</summary>
    public uint WithoutHints;

    /// <summary>Where a taken direct branch goes, once known and if in this page.</summary>
    public Block* Taken;

    /// <summary>The block that follows, once known and if in this page.</summary>
    public Block* Following;
}
