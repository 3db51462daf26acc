using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// MRS, MSR and SYS: finds the row, checks in the architecture's order whether the access is UNDEFINED or trapped,
/// makes it and brings about its effects (DDI 0487, System register access).
/// </summary>
internal sealed unsafe class SystemRegisterAccess(Core core)
{
    private const ulong InstructionBytes = 4;

    /// <summary>The register that MSR DAIFSet and DAIFClr write a part of.</summary>
    private static readonly SysRegId Daif = new(3, 3, 4, 2, 1);

    /// <summary>The register that MSR SPSel writes.</summary>
    private static readonly SysRegId StackSelection = new(3, 0, 4, 2, 0);

    private readonly SystemRegisterHost _host = new(core);

    /// <summary>The core, to whom the state that an access comes from matters.</summary>
    public IGicCaller Caller => _host;

    /// <summary>MRS.</summary>
    public Flow Read(in Instruction i)
    {
        uint word = i.Word;
        SysReg? row = Admit(word, isWrite: false);
        if (row is null)
        {
            return Flow.End;
        }

        ref ulong destination = ref core.State->X[Slots.Destination((byte)word.Field(4, 0))];
        if (row.OnTake is not null)
        {
            destination = row.OnTake(_host);
            return Settle(row.Effects);
        }

        destination = HiddenWithoutEl2(row) ? 0 : row.Get(_host);
        return Flow.Next;
    }

    /// <summary>MSR (register) and SYS.</summary>
    public Flow Write(in Instruction i)
    {
        uint word = i.Word;
        SysReg? row = Admit(word, isWrite: true);
        if (row is null)
        {
            return Flow.End;
        }

        ulong value = core.State->X[Slots.Source((byte)word.Field(4, 0))];
        if (row.Operation is not null)
        {
            return Operate(row, row.Operation(_host, value, in i), value, word);
        }

        ulong before = Stored(row);
        if (!HiddenWithoutEl2(row))
        {
            row.Set(_host, value);
        }

        core.System.Writes.Note(row, before, byDebugger: false);
        core.System.RegisterListener?.Written(core, row, before, value);

        if (_host.TakeResetRequest())
        {
            CoreReset.Apply(core);
            return Flow.End;
        }

        return row.Effects == SysRegEffects.None ? Flow.Next : Settle(row.Effects);
    }

    /// <summary>MSR (immediate): SPSel, DAIFSet, DAIFClr.</summary>
    public Flow WriteProcessState(uint word)
    {
        const uint SpSelField = 0b000_101;
        const uint DaifSetField = 0b011_110;
        const uint DaifClrField = 0b011_111;
        uint field = (word.Field(18, 16) << 3) | word.Field(7, 5);
        uint imm = word.Field(11, 8);
        ExceptionLevel level = core.State->El;
        if (field == SpSelField && level != ExceptionLevel.El0)
        {
            core.System.RegisterListener?.Written(core, SysRegTable.Find(StackSelection)!, core.State->SpSel ? 1U : 0, imm & 1);
            core.State->SetLevel(level, (imm & 1) != 0);
            return Flow.Next;
        }

        if (field is not (DaifSetField or DaifClrField))
        {
            core.System.Exceptions.Undefined();
            return Flow.End;
        }

        Trap trap = Traps.InterruptMasks(new SysRegAccess(_host, level, IsWrite: true));
        if (trap.Happens)
        {
            core.System.Exceptions.Trapped(trap, word);
            return Flow.End;
        }

        uint bits = imm << 6;
        uint before = core.State->Daif;
        core.State->Daif = field == DaifSetField ? before | bits : before & ~bits;
        core.System.RegisterListener?.Written(core, SysRegTable.Find(Daif)!, before, core.State->Daif);
        return field == DaifClrField ? Settle(SysRegEffects.Interrupts) : Flow.Next;
    }

    /// <summary>Reads a register for a debugger: no traps, no side effects. False if the core does not have it.</summary>
    public bool TryRead(SysReg row, out ulong value)
    {
        bool readable = row.Read is not null && IsShown(row);
        value = readable ? row.Get(_host) : 0;
        return readable;
    }

    /// <summary>Writes a register for a debugger, with its effects. False if the core does not have it or it is read-only.</summary>
    public bool TryWrite(SysReg row, ulong value)
    {
        if (row.Write is null || row.Operation is not null || !IsShown(row))
        {
            return false;
        }

        ulong before = Stored(row);
        row.Set(_host, value);
        core.System.Writes.Note(row, before, byDebugger: true);
        _ = _host.TakeResetRequest();
        Apply(row.Effects);
        return true;
    }

    /// <summary>Puts every register to its reset value, and empties the TLBs.</summary>
    public void Reset()
    {
        foreach (SysRegGroup group in SysRegTable.Groups)
        {
            foreach (SysReg row in group.Rows)
            {
                if (row.Place is Sr place)
                {
                    core.Regs[place] = row.ResetFrom is null ? row.Reset : row.ResetFrom(_host);
                }
            }
        }

        core.System.Writes.Forget();
        core.Translation.Reset();
    }

    private ulong Stored(SysReg row) => row.Place is Sr place ? core.Regs[place] : 0;

    /// <summary>The register is implemented on this core.</summary>
    private bool Exists(SysReg row)
    {
        if (row.NeedsGicV3 && core.System.Gic is null)
        {
            return false;
        }

        ExceptionLevel lowest = row.Read ?? row.Write ?? ExceptionLevel.El3;
        return lowest switch
        {
            ExceptionLevel.El3 => core.Configuration.HasEl3 || (core.Configuration.HasEl2 && row.BelongsToEl2),
            ExceptionLevel.El2 => core.Configuration.HasEl2,
            _ => true,
        };
    }

    /// <summary>A debugger sees what the core has, also a stack pointer that only a missing higher level could name.</summary>
    private bool IsShown(SysReg row)
    {
        const int OfEl2 = 6;
        return Exists(row) || (row.IsStackPointer && (row.Id.Op1 != OfEl2 || core.Configuration.HasEl2));
    }

    /// <summary>EL2's registers, seen from EL3 on a core without EL2, are RES0.</summary>
    private bool HiddenWithoutEl2(SysReg row) => row.BelongsToEl2 && !core.Configuration.HasEl2 && !row.IsStackPointer;

    /// <summary>Gives the row if the access may be made; else takes the exception and gives null.</summary>
    private SysReg? Admit(uint word, bool isWrite)
    {
        SysRegId id = SysRegId.FromWord(word);
        SysReg? row = SysRegTable.Find(id);
        Trap trap = FindTrap(row, id, isWrite);
        if (!trap.Happens)
        {
            return row;
        }

        core.System.Exceptions.Trapped(trap, word);
        return null;
    }

    private Trap FindTrap(SysReg? row, SysRegId id, bool isWrite)
    {
        ExceptionLevel level = core.State->El;

        // HCR_EL2.TIDCP comes first: it also traps what is not implemented. At EL0 such accesses stay UNDEFINED.
        bool implementationDefined = id.Crn is 11 or 15 && id.Op0 is 1 or 3;
        if (implementationDefined && level == ExceptionLevel.El1 && core.System.Derived.Hcr.Tidcp)
        {
            return Trap.To(ExceptionLevel.El2);
        }

        ExceptionLevel? lowest = isWrite ? row?.Write : row?.Read;
        if (row is null || lowest is null || level < lowest || (row.NeedsGicV3 && core.System.Gic is null))
        {
            return Trap.Undefined;
        }

        return row.TrapWhen is null ? Trap.None : row.TrapWhen(new SysRegAccess(_host, level, isWrite));
    }

    private Flow Operate(SysReg row, Fault fault, ulong address, uint word)
    {
        if (!fault.Happened)
        {
            core.System.RegisterListener?.Written(core, row, 0, address);
            return Settle(SysRegEffects.None);
        }

        if (fault.Kind == FaultKind.Watchpoint)
        {
            // A stop for the debugger, of which memory access has kept the record.
            return Flow.Fault;
        }

        core.System.Exceptions.DataAbort(in fault, address, AccessType.Write, word);
        return Flow.End;
    }

    private Flow Settle(SysRegEffects effects)
    {
        core.State->Pc += InstructionBytes;
        Apply(effects);
        return Flow.End;
    }

    private void Apply(SysRegEffects effects)
    {
        if ((effects & SysRegEffects.Translation) != 0)
        {
            core.Translation.RegistersChanged();
        }

        if ((effects & SysRegEffects.DerivedState) != 0)
        {
            core.System.Performance.Settle();
            core.System.Derived.Update();
        }

        if ((effects & SysRegEffects.Debug) != 0)
        {
            core.System.Debug.RegistersChanged();
        }

        if (effects != 0)
        {
            core.RequestAttention();
        }
    }
}
