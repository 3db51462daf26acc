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

    /// <summary>Where a taken direct branch goes, once known and if in this page.</summary>
    public Block* Taken;

    /// <summary>The block that follows, once known and if in this page.</summary>
    public Block* Following;
}
