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

    /// <summary>As <see cref="Interpret"/>, of a load: what it loads may also be given to generated code, which does the rest of it.</summary>
    Load,
}

/// <summary>What an exit of generated code means.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct ExitRecord
{
    /// <summary>The instruction to execute.</summary>
    [FieldOffset(0)]
    public Instruction* Instruction;

    /// <summary>Where generated code goes on, as an address to execute.</summary>
    [FieldOffset(8)]
    public byte* Resume;

    /// <summary>For <see cref="ExitKind.Link"/>: the end of the jump to be linked, as an address to write.</summary>
    [FieldOffset(16)]
    public byte* Patch;

    /// <summary>For <see cref="ExitKind.Load"/>: where generated code goes on with <see cref="TranslatedState.Loaded"/>, as an address to execute.</summary>
    [FieldOffset(16)]
    public byte* ResumeLoaded;

    /// <summary>Page offset of the instruction, or of the jump's target.</summary>
    [FieldOffset(24)]
    public ushort PageOffset;

    /// <summary>Instructions that were taken from the budget and come after this one.</summary>
    [FieldOffset(26)]
    public byte Rest;

    /// <summary>For an address check with a hint: one more than the base register. Else 0.</summary>
    [FieldOffset(27)]
    public byte Hinted;

    [FieldOffset(28)]
    public ExitKind Kind;

    /// <summary>For <see cref="ExitKind.Load"/>: bytes of the access, whose address is a multiple of them or is not to be found.</summary>
    [FieldOffset(29)]
    public byte Bytes;

    /// <summary>For an address check with a hint: page offset of the unit's first instruction.</summary>
    [FieldOffset(30)]
    public ushort UnitOffset;
}
