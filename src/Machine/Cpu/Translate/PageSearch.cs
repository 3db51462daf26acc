using GdbHost.Machine.Bus;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// A check of an address against the fast TLB: first against the entry by which the base register was followed last (its hint), then,
/// in cold code, against the entry that the address belongs to, which becomes the hint. An access of a loop seldom changes its page,
/// and hint and tag are loaded before the address is known: so the way from address to data is short.
/// </summary>
/// <param name="BaseRegister">The guest register that is the base, or -1.</param>
/// <param name="Result">The register of the result: while the search goes on, the address.</param>
/// <param name="Address">The address; the entry is put into RCX, the tag that it must have into RDX.</param>
/// <param name="Offset">Distance from the base register to the address.</param>
/// <param name="Tag">Where in an entry the tag is.</param>
/// <param name="Bytes">Bytes of the access.</param>
/// <param name="AlignmentAndOrder">As in <see cref="IrCode.Translate"/>.</param>
/// <param name="Strict">Alignment is checked whatever the memory is.</param>
internal readonly unsafe record struct PageSearch(
    int BaseRegister, Gpr Result, Mem Address, int Offset, int Tag, int Bytes, uint AlignmentAndOrder, bool Strict)
{
    private const int LargestHinted = 16;

    /// <summary>
    /// An entry that was not found by the address could be that of the last byte's page only. What is aligned to its size lies in one
    /// page; what is not is left to cold code. Pairs have a hint where they are likely to be aligned as a whole.
    /// </summary>
    public bool HasHint => BaseRegister >= 0 && (Bytes <= LargestHinted && Bytes == (int)(AlignmentAndOrder & ~IrBuilder.OrderedAccess) || IsStackPair);

    private bool IsStackPair => BaseRegister == Slots.Sp && Bytes == LargestHinted && Offset % LargestHinted == 0;

    /// <summary>RCX becomes the entry of the hint, RDX what its tag must be.</summary>
    public void LoadHint(Assembler asm)
    {
        asm.Load(8, Gpr.Rcx, StateLayout.PageHint(BaseRegister));
        Take(asm, Gpr.Rdx);
        asm.Alu(Alu.And, true, Gpr.Rdx, -(int)Ram.PageSize | (Bytes - 1));
    }

    /// <summary>The result's register becomes the address.</summary>
    public void LoadAddress(Assembler asm) => Take(asm, Result);

    /// <summary>Asks the address's own entry. Gives the end of a jump that is taken if the page is there, RCX being that entry.</summary>
    public byte* Write(Assembler asm)
    {
        LoadAddress(asm);
        MemoryWriter.LoadEntry(asm, Result);
        MemoryWriter.LoadTag(asm, this);
        asm.Alu(Alu.Cmp, true, Gpr.Rdx, new Mem(Gpr.Rcx, Tag));
        byte* absent = asm.Jump(HostCondition.NotEqual);
        asm.Store(8, StateLayout.PageHint(BaseRegister), Gpr.Rcx);
        byte* found = asm.Jump();
        asm.Land(absent);
        return found;
    }

    private void Take(Assembler asm, Gpr register)
    {
        if (Address.Displacement != 0)
        {
            asm.Lea(true, register, Address);
        }
        else if (register != Address.Base)
        {
            asm.Mov(true, register, Address.Base);
        }
    }
}
