using GdbHost.Machine.Bus;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// A check of an address against the fast TLB. Hot code asks one entry: a copy of the one by which the base register was followed last (its
/// hint), or the one that the address belongs to. Cold code asks the address's own entry for what hot code could not answer: another page
/// than the hint's, or an access that is not aligned. An access of a loop seldom changes its page, and the place of a hint is known
/// when code is made: so the way from address to data is short.
/// </summary>
/// <param name="BaseRegister">The guest register whose hint is followed, or -1.</param>
/// <param name="Result">The register of the result; when the check fails, the address.</param>
/// <param name="Address">The address; the entry is put into RCX where there is no hint, the tag that it must have into RDX.</param>
/// <param name="Offset">Distance from the base register to the address.</param>
/// <param name="Stores">The access is a store.</param>
/// <param name="Bytes">Bytes of the access.</param>
/// <param name="AlignmentAndOrder">As in <see cref="IrCode.Translate"/>.</param>
/// <param name="Strict">Alignment is checked whatever the memory is.</param>
/// <param name="AsUser">Asks the fast TLB of unprivileged accesses.</param>
internal readonly unsafe record struct PageSearch(
    int BaseRegister, Gpr Result, Mem Address, int Offset, bool Stores, int Bytes, uint AlignmentAndOrder, bool Strict, bool AsUser)
{
    private const int EntryShift = 4;
    private const int LargestElement = 16;
    private const int Addend = 8;
    private const int PageMask = -(int)Ram.PageSize;

    /// <summary>
    /// An entry that was not found by the address could be that of the last byte's page only. What is aligned to its size lies in one
    /// page; what is not is left to cold code. Pairs have a hint where they are likely to be aligned as a whole.
    /// </summary>
    public bool HasHint => BaseRegister >= 0 && (IsElement || IsStackPair);

    /// <summary>When the check has passed: what leads from the address to host memory.</summary>
    public Mem ToHost => HasHint ? StateLayout.HintedAddend(BaseRegister) : Entry(Addend);

    /// <summary>RCX is the distance from the fast TLB to the entry, not its address.</summary>
    private bool IsIndexed => !HasHint && !AsUser;

    private bool IsElement => Bytes <= LargestElement && Bytes == Alignment;

    private bool IsStackPair => BaseRegister == Slots.Sp && Bytes == LargestElement && Offset % LargestElement == 0;

    private int Alignment => (int)(AlignmentAndOrder & ~IrBuilder.OrderedAccess);

    private bool ChecksAlignment => Alignment > 1 && (Strict || (AlignmentAndOrder & IrBuilder.OrderedAccess) != 0);

    /// <summary>Hot code has said all there is to say.</summary>
    private bool IsExact => !HasHint && (!IsElement || Bytes == 1 || ChecksAlignment);

    /// <summary>Gives the end of a jump that is taken if hot code does not find the page.</summary>
    public byte* Write(Assembler asm)
    {
        if (HasHint)
        {
            // What is not aligned fails the comparison.
            Take(asm, Gpr.Rdx);
            asm.Alu(Alu.And, true, Gpr.Rdx, PageMask | (Bytes - 1));
            asm.Alu(Alu.Cmp, true, Gpr.Rdx, Stores ? StateLayout.HintedStore(BaseRegister) : StateLayout.HintedLoad(BaseRegister));
            return asm.Jump(HostCondition.NotEqual);
        }

        if (IsElement)
        {
            Take(asm, Gpr.Rdx);
            LoadEntry(asm, Gpr.Rdx);
            asm.Alu(Alu.And, true, Gpr.Rdx, PageMask | (Bytes - 1));
        }
        else
        {
            Take(asm, Result);
            LoadEntry(asm, Result);
            LoadTag(asm);
        }

        return NotFound(asm);
    }

    /// <summary>
    /// What cold code does before it leaves: the result's register becomes the address. If the page is there after all, it goes back, the
    /// entry being the hint, or RCX leading to it.
    /// </summary>
    /// <param name="asm">Where it is written.</param>
    /// <param name="back">The end of the jump that <see cref="Write"/> gave.</param>
    public void WriteCold(Assembler asm, byte* back)
    {
        Take(asm, Result);
        if (IsExact)
        {
            return;
        }

        LoadEntry(asm, Result);
        LoadTag(asm);
        byte* absent = NotFound(asm);
        if (HasHint)
        {
            CopyEntry(asm);
            asm.Alu(Alu.Sub, false, StateLayout.HintsLeft, 1);
            Assembler.Land(asm.Jump(HostCondition.GreaterOrEqual), back);
        }
        else
        {
            Assembler.Land(asm.Jump(), back);
        }

        asm.Land(absent);
    }

    /// <summary>What follows the check takes an entry that is none of the fast TLB's, and nobody after it does.</summary>
    public void UseEntry(Assembler asm, in Mem entry)
    {
        if (HasHint)
        {
            asm.Load(8, Gpr.Rdx, entry with { Displacement = entry.Displacement + Addend });
            asm.Store(8, StateLayout.HintedAddend(BaseRegister), Gpr.Rdx);
            asm.StoreImmediate64(StateLayout.HintedLoad(BaseRegister), unchecked((int)CpuState.NoTag));
            asm.StoreImmediate64(StateLayout.HintedStore(BaseRegister), unchecked((int)CpuState.NoTag));
            return;
        }

        asm.Lea(true, Gpr.Rcx, entry);
        if (IsIndexed)
        {
            asm.Alu(Alu.Sub, true, Gpr.Rcx, StateLayout.FastTlb);
        }
    }

    /// <summary>The hint becomes a copy of the entry that RCX leads to. For stores it has the entry's tag as it is, by which nobody finds what only loads may.</summary>
    private void CopyEntry(Assembler asm)
    {
        asm.Load(8, Gpr.Rdx, Entry(0));
        asm.Store(8, StateLayout.HintedStore(BaseRegister), Gpr.Rdx);
        asm.Alu(Alu.And, true, Gpr.Rdx, ~(int)FastTlbEntry.LoadsOnly);
        asm.Store(8, StateLayout.HintedLoad(BaseRegister), Gpr.Rdx);
        asm.Load(8, Gpr.Rdx, Entry(Addend));
        asm.Store(8, StateLayout.HintedAddend(BaseRegister), Gpr.Rdx);
    }

    private Mem Entry(int part) => IsIndexed ? new Mem(StateLayout.FastTlb, part, Gpr.Rcx) : new Mem(Gpr.Rcx, part);

    /// <summary>Compares RDX with the tag of the entry; a load does not mind that only loads may go there.</summary>
    private byte* NotFound(Assembler asm)
    {
        if (Stores)
        {
            asm.Alu(Alu.Cmp, true, Gpr.Rdx, Entry(0));
        }
        else
        {
            asm.Alu(Alu.Xor, true, Gpr.Rdx, Entry(0));
            asm.Test(true, Gpr.Rdx, ~(int)FastTlbEntry.LoadsOnly);
        }

        return asm.Jump(HostCondition.NotEqual);
    }

    /// <summary>RCX leads to the only entry that may hold an address.</summary>
    private void LoadEntry(Assembler asm, Gpr address)
    {
        const int IndexMask = (CpuState.FastTlbEntries - 1) << EntryShift;
        asm.RotateX(false, Gpr.Rcx, address, Ram.PageShift - EntryShift);
        asm.Alu(Alu.And, false, Gpr.Rcx, IndexMask);
        if (AsUser)
        {
            asm.Alu(Alu.Add, true, Gpr.Rcx, StateLayout.UnprivilegedTlb);
        }
        else if (HasHint)
        {
            asm.Alu(Alu.Add, true, Gpr.Rcx, StateLayout.FastTlb);
        }
    }

    /// <summary>RDX becomes what the tag must be: the page of the last byte, with ones where alignment is violated.</summary>
    private void LoadTag(Assembler asm)
    {
        int low = Alignment - 1;
        if (Bytes == 1 || (ChecksAlignment && Bytes == Alignment))
        {
            // An aligned access does not cross pages.
            asm.Mov(true, Gpr.Rdx, Result);
            asm.Alu(Alu.And, true, Gpr.Rdx, PageMask | (ChecksAlignment ? low : 0));
            return;
        }

        asm.Lea(true, Gpr.Rdx, new Mem(Result, Bytes - 1));
        asm.Alu(Alu.And, true, Gpr.Rdx, PageMask);
        if (ChecksAlignment)
        {
            asm.Mov(false, Gpr.Rax, Result);
            asm.Alu(Alu.And, false, Gpr.Rax, low);
            asm.Alu(Alu.Or, true, Gpr.Rdx, Gpr.Rax);
        }
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
