using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// Self-hosted debug (DDI 0487, AArch64 Self-hosted Debug): where debug exceptions go, whether they are enabled, and
/// software step. Breakpoint and watchpoint registers are stored; they do not yet match.
/// </summary>
internal sealed unsafe class DebugUnit(Core core)
{
    private bool _stepped;
    private bool _steppedExclusive;

    /// <summary>EL2 where MDCR_EL2.TDE or HCR_EL2.TGE sends debug exceptions there, else EL1.</summary>
    public ExceptionLevel TargetLevel
    {
        get
        {
            DerivedState derived = core.System.Derived;
            bool toEl2 = derived.El2Enabled && (core.Regs.Read<MdcrEl2>().Tde || derived.Hcr.Tge);
            return toEl2 ? ExceptionLevel.El2 : ExceptionLevel.El1;
        }
    }

    /// <summary>Where BRK goes: the debug target, or the present level if that is higher.</summary>
    public ExceptionLevel BreakpointInstructionTarget => core.State->El > TargetLevel ? core.State->El : TargetLevel;

    /// <summary>Software step is on in the present state: the run loop asks before every instruction.</summary>
    public bool StepEnabled => core.Regs.Read<MdscrEl1>().Ss && Enabled(core.State->El, (core.State->Daif & 0x200) != 0);

    /// <summary>
    /// The step exception is due instead of the next instruction: stepping is on and PSTATE.SS is clear. Where PSTATE.SS
    /// is set, the instruction runs and <see cref="Stepped"/> follows.
    /// </summary>
    public bool StepPending => StepEnabled && !core.State->SoftwareStep;

    public void Reset() => _stepped = false;

    public void Save(StateWriter to)
    {
        to.Write(_stepped);
        to.Write(_steppedExclusive);
    }

    public void Restore(StateReader from)
    {
        _stepped = from.ReadBool();
        _steppedExclusive = from.ReadBool();
    }

    /// <summary>An instruction completed while stepping was on.</summary>
    /// <param name="exclusive">It was a load-exclusive.</param>
    public void Stepped(bool exclusive)
    {
        core.State->SoftwareStep = false;
        _stepped = true;
        _steppedExclusive = exclusive;
    }

    /// <summary>Takes the Software Step exception.</summary>
    public void TakeStep()
    {
        ExceptionLevel target = TargetLevel;
        uint esr = Syndrome.SoftwareStep(_stepped, _steppedExclusive, target > core.State->El);
        _stepped = false;
        core.System.Exceptions.Synchronous(target, esr, null, core.State->Pc);
    }

    /// <summary>PSTATE.SS after a return: SPSR_ELx.SS where stepping starts by it, else clear (DDI 0487, DebugExceptionReturnSS).</summary>
    public bool StepsAfterReturn(Spsr spsr)
    {
        bool enabledHere = Enabled(core.State->El, (core.State->Daif & 0x200) != 0);
        return core.Regs.Read<MdscrEl1>().Ss && !enabledHere && Enabled(spsr.Level, spsr.DebugMasked) && spsr.SoftwareStep;
    }

    /// <summary>DDI 0487, AArch64.GenerateDebugExceptionsFrom.</summary>
    private bool Enabled(ExceptionLevel from, bool masked)
    {
        bool doubleLock = (core.Regs[Sr.OsdlrEl1] & 1) != 0 && (core.Regs[Sr.DbgprcrEl1] & 1) == 0;
        bool locked = (core.Regs[Sr.OslarEl1] & 1) != 0 || doubleLock;
        if (locked || (core.System.Derived.Secure && core.Regs.Read<MdcrEl3>().Sdd))
        {
            return false;
        }

        ExceptionLevel target = TargetLevel;
        return from == target ? core.Regs.Read<MdscrEl1>().Kde && !masked : target > from;
    }
}
