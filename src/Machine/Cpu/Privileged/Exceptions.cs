using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>Where in the course of instructions an exception is taken.</summary>
internal enum ExceptionMoment : byte
{
    /// <summary>In the place of an instruction that was attempted: it has taken its time but did not retire.</summary>
    Instead,

    /// <summary>After the instruction that called for it, which has retired: SVC, HVC, SMC.</summary>
    After,

    /// <summary>Between two instructions: the next one was not attempted.</summary>
    Between,
}

/// <summary>
/// Exception entry, return and routing (DDI 0487, AArch64 Exception model). PC is the instruction's address when a
/// synchronous exception is raised; entry sets it to the vector.
/// </summary>
internal sealed unsafe class Exceptions(Core core) : IExceptionEntry
{
    private const uint SynchronousVector = 0x000;
    private const uint IrqVector = 0x080;
    private const uint FiqVector = 0x100;
    private const uint SErrorVector = 0x180;
    private const uint VectorBytes = 0x80;
    private const uint AllMasked = 0x3c0;
    private const ulong InstructionBytes = 4;

    /// <summary>An interrupt is pending that PSTATE does not mask.</summary>
    public bool HasPendingInterrupt => core.System.Inputs.TryFindUnmasked(out _, out _);

    /// <summary>Something is pending that ends a WFI, masked or not.</summary>
    public bool WakesFromWfi => core.System.Inputs.WakesFromWfi;

    /// <summary>Where exceptions without a control of their own go: from EL0 to EL1, or EL2 with HCR_EL2.TGE; else to the present level.</summary>
    public ExceptionLevel DefaultTarget
    {
        get
        {
            ExceptionLevel level = core.State->El;
            return level > ExceptionLevel.El1 ? level : Retarget(ExceptionLevel.El1);
        }
    }

    /// <summary>EL1 becomes EL2 where HCR_EL2.TGE is set.</summary>
    public ExceptionLevel Retarget(ExceptionLevel target) =>
        target == ExceptionLevel.El1 && core.System.Derived.Hcr.Tge ? ExceptionLevel.El2 : target;

    /// <summary>A load, a store or a cache or translation instruction did not succeed, or met a watchpoint.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="address">Virtual address for FAR_ELx.</param>
    /// <param name="type">What the access wanted.</param>
    /// <param name="word">The instruction, for the syndrome.</param>
    public void DataAbort(in Fault fault, ulong address, AccessType type, uint word)
    {
        if (fault.Kind == FaultKind.GuestWatchpoint)
        {
            core.System.Debug.TakeWatchpoint(type == AccessType.Write, word);
            return;
        }

        ExceptionLevel target = AbortTarget(in fault);
        uint esr = Syndrome.DataAbort(in fault, type == AccessType.Write, word, target > core.State->El);
        Synchronous(target, esr, address);
    }

    public void InstructionAbort(in Fault fault, ulong address)
    {
        ExceptionLevel target = AbortTarget(in fault);
        Synchronous(target, Syndrome.InstructionAbort(in fault, target > core.State->El), address);
    }

    public void PcAlignment(ulong address) =>
        Synchronous(DefaultTarget, Syndrome.Of(ExceptionClass.PcAlignment), address);

    public void StackAlignment() => Synchronous(DefaultTarget, Syndrome.Of(ExceptionClass.SpAlignment));

    public void Undefined() => Synchronous(DefaultTarget, Syndrome.Of(ExceptionClass.Unknown));

    /// <summary>PSTATE.IL is set: the next instruction is not executed.</summary>
    public void IllegalState() =>
        Synchronous(DefaultTarget, Syndrome.Of(ExceptionClass.IllegalState), null, ExceptionMoment.Between);

    /// <summary>The access of the instruction in <paramref name="word"/> is trapped or UNDEFINED.</summary>
    public void Trapped(Trap trap, uint word)
    {
        ExceptionLevel target = Retarget(trap.Target);
        if (trap.Kind == TrapKind.Undefined)
        {
            Undefined();
        }
        else if (trap.Kind == TrapKind.FpAccess)
        {
            // With TGE the trap of CPACR_EL1 is reported as an unknown reason.
            uint esr = target == trap.Target ? Syndrome.FpAccessTrapped() : Syndrome.Of(ExceptionClass.Unknown);
            Synchronous(target, esr);
        }
        else
        {
            Synchronous(target, Syndrome.SystemAccess(word));
        }
    }

    /// <summary>Takes a synchronous exception. It returns to the instruction, or behind one that has retired.</summary>
    public void Synchronous(ExceptionLevel target, uint esr, ulong? far = null, ExceptionMoment moment = ExceptionMoment.Instead)
    {
        core.Regs.SetAt(Sr.EsrEl1, target, esr);
        if (far is ulong address)
        {
            core.Regs.SetAt(Sr.FarEl1, target, address);
        }

        core.System.Performance.ExceptionTaken(moment);
        Enter(target, SynchronousVector, core.State->Pc + (moment == ExceptionMoment.After ? InstructionBytes : 0));
    }

    /// <summary>Takes the interrupt of the highest priority that is not masked, if there is one.</summary>
    public bool TakePendingInterrupt()
    {
        if (!core.System.Inputs.TryFindUnmasked(out InterruptKind kind, out ExceptionLevel target))
        {
            return false;
        }

        core.System.Listener?.InterruptTaken(core, kind);
        uint vector = kind switch
        {
            InterruptKind.Irq or InterruptKind.VirtualIrq => IrqVector,
            InterruptKind.Fiq or InterruptKind.VirtualFiq => FiqVector,
            _ => SErrorVector,
        };
        if (vector == SErrorVector)
        {
            core.Regs.SetAt(Sr.EsrEl1, target, Syndrome.Of(ExceptionClass.SError));
            Acknowledge(kind);
        }

        core.System.Performance.InterruptTaken(vector switch
        {
            IrqVector => PerformanceEvent.IrqTaken,
            FiqVector => PerformanceEvent.FiqTaken,
            _ => null,
        });
        Enter(target, vector, core.State->Pc);
        return true;
    }

    /// <summary>ERET (DDI 0487, AArch64.ExceptionReturn). UNDEFINED at EL0.</summary>
    public Flow Return()
    {
        CpuState* state = core.State;
        ExceptionLevel level = state->El;
        if (level == ExceptionLevel.El0)
        {
            Undefined();
            return Flow.End;
        }

        Spsr spsr = new((uint)core.Regs.At(Sr.SpsrEl1, level));
        ulong target = core.Regs.At(Sr.ElrEl1, level);
        bool illegal = IsIllegalReturn(spsr);
        bool step = core.System.Debug.StepsAfterReturn(spsr, illegal ? level : spsr.Level);
        core.System.Performance.ExceptionReturn();
        if (illegal)
        {
            // The level and the stack pointer stay; the next instruction takes an Illegal Execution state exception.
            state->Nzcv = spsr.Flags;
            state->Daif = spsr.Daif;
            state->IllegalState = true;
            state->Pc = target;
            core.RequestAttention();
        }
        else
        {
            state->Spsr = spsr.Raw;
            state->Pc = BranchAddress(target);
        }

        state->SoftwareStep = step;
        state->ExclusiveValid = false;
        core.EventRegister = true;
        core.System.Derived.Update();
        if (level > ExceptionLevel.El1)
        {
            core.System.Listener?.Returned(core, level);
        }

        return Flow.End;
    }

    /// <summary>An address as a branch at the present level puts it into PC: without its tag where the tag is ignored.</summary>
    public ulong BranchAddress(ulong address)
    {
        const int IgnoreTop = 20;
        const int IgnoreTop0 = 37;
        const int IgnoreTop1 = 38;
        ExceptionLevel level = core.State->El;
        if (level > ExceptionLevel.El1)
        {
            return core.Regs.At(Sr.TcrEl1, level).Bit(IgnoreTop) ? address.Field(55, 0) : address;
        }

        bool upper = address.Bit(55);
        return core.Regs[Sr.TcrEl1].Bit(upper ? IgnoreTop1 : IgnoreTop0) ? address.SignExtend(56) : address;
    }

    private void Enter(ExceptionLevel target, uint vector, ulong preferredReturn)
    {
        CpuState* state = core.State;
        ExceptionLevel from = state->El;
        uint fromLower = target > from ? 0x400u : state->SpSel ? 0x200u : 0;
        core.Regs.SetAt(Sr.SpsrEl1, target, state->Spsr);
        core.Regs.SetAt(Sr.ElrEl1, target, preferredReturn);
        state->SetLevel(target, spSel: true);
        state->Daif = AllMasked;
        state->SoftwareStep = false;
        state->IllegalState = false;
        state->Pc = core.Regs.At(Sr.VbarEl1, target) + fromLower + vector;
        core.System.Derived.Update();
        if (target > ExceptionLevel.El1)
        {
            core.System.Listener?.Entered(core, from, target, (ExceptionType)(vector / VectorBytes));
        }
        else
        {
            core.System.El1Listener?.EnteredEl1(core, from, (ExceptionType)(vector / VectorBytes));
        }
    }

    private ExceptionLevel AbortTarget(in Fault fault)
    {
        if (fault.Stage2)
        {
            core.Regs[Sr.HpfarEl2] = fault.Ipa.Field(47, 12) << 4;
            return ExceptionLevel.El2;
        }

        bool toEl3 = core.Configuration.HasEl3 && core.Regs.Read<ScrEl3>().Ea && fault.Kind == FaultKind.ExternalAbort;
        return toEl3 ? ExceptionLevel.El3 : DefaultTarget;
    }

    private void Acknowledge(InterruptKind kind)
    {
        if (kind == InterruptKind.VirtualSError)
        {
            core.Regs[Sr.HcrEl2] &= ~HcrEl2.VirtualSError;
        }
        else
        {
            core.System.Inputs.SError = false;
        }
    }

    /// <summary>DDI 0487, Illegal return events from AArch64 state, for a core whose levels are all AArch64.</summary>
    private bool IsIllegalReturn(Spsr spsr)
    {
        ExceptionLevel to = spsr.Level;
        if (spsr.Aarch32 || spsr.ReservedMode || to > core.State->El || (to == ExceptionLevel.El0 && spsr.SpSel))
        {
            return true;
        }

        return to switch
        {
            ExceptionLevel.El1 => core.System.Derived.Hcr.Tge,
            ExceptionLevel.El2 => !core.System.Derived.El2Enabled,
            _ => false,
        };
    }
}
