using System.Runtime.InteropServices;

namespace GdbHost.Machine.Isa;

/// <summary>
/// One decoded instruction: 32 bytes, in the order in which a row's decode step found it worth preparing. Register
/// members are <see cref="Slots"/> for general registers and plain numbers for vector registers.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Instruction
{
    /// <summary>The engine's entry point for this instruction; the decoder leaves it zero.</summary>
    public nint Handler;

    /// <summary>The main immediate, fully decoded: bit mask, scaled offset, branch offset from this instruction.</summary>
    public ulong Imm;

    /// <summary>The word as fetched: source of syndromes and of seldom used fields.</summary>
    public uint Word;

    public byte Rd;
    public byte Rn;
    public byte Rm;
    public byte Ra;

    /// <summary>Shift amount, bit number, element index.</summary>
    public byte Amount;

    /// <summary>Condition, extend option, shift type.</summary>
    public byte Option;

    /// <summary>Place in its block: the instruction's address is the block's plus four times this.</summary>
    public ushort Index;

    /// <summary>A second immediate where a row needs one.</summary>
    public int Imm2;
}
