using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Monitoring;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// Self-hosted debug (DDI 0487, AArch64 Self-hosted Debug): where debug exceptions go, whether they are enabled, and
/// taking those of breakpoints, watchpoints and software step.
/// </summary>
internal sealed unsafe class DebugUnit
{
    private const uint DebugMask = 0x200;

    private readonly Core _core;
    private readonly GuestBreakpoints _breakpoints;
    private readonly GuestWatchpoints _watchpoints;
    private bool _stepped;
    private bool _steppedExclusive;
    [NotState("within an instruction")]
    private ulong _watchedAddress;

    public DebugUnit(Core core)
    {
        _core = core;
        _breakpoints = new GuestBreakpoints(core);
        _watchpoints = new GuestWatchpoints(core, _breakpoints);
    }

    /// <summary>Addresses of the breakpoints that can match at some level.</summary>
    public IReadOnlyList<ulong> BreakpointAddresses => _breakpoints.Addresses;

    /// <summary>EL2 where MDCR_EL2.TDE or HCR_EL2.TGE sends debug exceptions there, else EL1.</summary>
    public ExceptionLevel TargetLevel
    {
        get
        {
            DerivedState derived = _core.System.Derived;
            bool toEl2 = derived.El2Enabled && (_core.Regs.Read<MdcrEl2>().Tde || derived.Hcr.Tge);
            return toEl2 ? ExceptionLevel.El2 : ExceptionLevel.El1;
        }
    }

    /// <summary>Where BRK goes: the debug target, or the present level if that is higher.</summary>
    public ExceptionLevel BreakpointInstructionTarget => _core.State->El > TargetLevel ? _core.State->El : TargetLevel;

    /// <summary>Software step is on in the present state: the run loop asks before every instruction.</summary>
    public bool StepEnabled => _core.Regs.Read<MdscrEl1>().Ss && EnabledHere;

    /// <summary>
    /// The step exception is due instead of the next instruction: stepping is on and PSTATE.SS is clear. Where PSTATE.SS
    /// is set, the instruction runs and <see cref="Stepped"/> follows.
    /// </summary>
    public bool StepPending => StepEnabled && !_core.State->SoftwareStep;

    /// <summary>A breakpoint without an address matches, whatever the next instruction is.</summary>
    public bool MatchContext => EnabledHere && _breakpoints.MatchContext();

    private bool EnabledHere =>
        Enabled(_core.State->El, _core.System.Derived.Secure, (_core.State->Daif & DebugMask) != 0);

    private bool Locked
    {
        get
        {
            bool doubleLock = (_core.Regs[Sr.OsdlrEl1] & 1) != 0 && (_core.Regs[Sr.DbgprcrEl1] & 1) == 0;
            return (_core.Regs[Sr.OslarEl1] & 1) != 0 || doubleLock;
        }
    }

    public void Reset()
    {
        _stepped = false;
        RegistersChanged();
    }

    /// <summary>To be called after every change of a debug register: blocks and the fast TLB must know where to look.</summary>
    public void RegistersChanged()
    {
        bool allowed = _core.Regs.Read<MdscrEl1>().Mde && !Locked;
        _core.System.Derived.UpdateAlert();
        _breakpoints.Arm(allowed);
        _core.Debugger.GuestBreakpointsChanged();
        if (_watchpoints.Arm(allowed))
        {
            _core.FastTlb.Flush();
        }
    }

    /// <summary>Takes the Breakpoint exception if a breakpoint matches the instruction that comes next.</summary>
    public bool TakeBreakpoint(ulong pc)
    {
        bool matches = _breakpoints.Match(pc) && EnabledHere;
        if (matches)
        {
            ExceptionLevel target = TargetLevel;
            _core.System.Exceptions.Synchronous(
                target, Syndrome.Breakpoint(target > _core.State->El), null, ExceptionMoment.Between);
        }

        return matches;
    }

    /// <summary>A watchpoint lies in the page of this virtual address.</summary>
    public bool WatchPage(ulong address) =>
        _watchpoints.Any && _watchpoints.WatchPage(_core.Exceptions.BranchAddress(address) & ~0xfffUL);

    /// <summary>A watchpoint matches an access; <see cref="TakeWatchpoint"/> is to follow.</summary>
    /// <param name="level">Whose access: EL0 for the unprivileged loads and stores of EL1.</param>
    public bool Watch(ulong address, int bytes, AccessType type, ExceptionLevel level) =>
        _watchpoints.Any
        && _watchpoints.Match(_core.Exceptions.BranchAddress(address), bytes, type, level, out _watchedAddress)
        && EnabledHere;

    /// <summary>Takes the Watchpoint exception for the access that matched last.</summary>
    public void TakeWatchpoint(bool isWrite, uint word)
    {
        ExceptionLevel target = TargetLevel;
        uint esr = Syndrome.Watchpoint(isWrite, word, target > _core.State->El);
        _core.System.Exceptions.Synchronous(target, esr, _watchedAddress);
    }

    /// <summary>An instruction completed while stepping was on.</summary>
    /// <param name="exclusive">It was a load-exclusive.</param>
    public void Stepped(bool exclusive)
    {
        _core.State->SoftwareStep = false;
        _stepped = true;
        _steppedExclusive = exclusive;
    }

    /// <summary>Takes the Software Step exception.</summary>
    public void TakeStep()
    {
        ExceptionLevel target = TargetLevel;
        uint esr = Syndrome.SoftwareStep(_stepped, _steppedExclusive, target > _core.State->El);
        _stepped = false;
        _core.System.Exceptions.Synchronous(target, esr, null, ExceptionMoment.Between);
    }

    /// <summary>PSTATE.SS after a return: SPSR_ELx.SS where stepping starts by it, else clear (DDI 0487, DebugExceptionReturnSS).</summary>
    /// <param name="to">The level that the return goes to; the present one if the return is illegal.</param>
    public bool StepsAfterReturn(Spsr spsr, ExceptionLevel to)
    {
        return _core.Regs.Read<MdscrEl1>().Ss && !EnabledHere
            && Enabled(to, _core.System.Derived.SecureAt(to), spsr.DebugMasked) && spsr.SoftwareStep;
    }

    public void Save(StateWriter to)
    {
        to.Write(_stepped);
        to.Write(_steppedExclusive);
    }

    /// <summary>Puts the state back; the registers must have been restored before.</summary>
    public void Restore(StateReader from)
    {
        _stepped = from.ReadBool();
        _steppedExclusive = from.ReadBool();
        RegistersChanged();
        _core.RequestAttention();
    }

    /// <summary>DDI 0487, AArch64.GenerateDebugExceptionsFrom.</summary>
    private bool Enabled(ExceptionLevel from, bool secure, bool masked)
    {
        if (Locked || (secure && _core.Regs.Read<MdcrEl3>().Sdd))
        {
            return false;
        }

        ExceptionLevel target = TargetLevel;
        return from == target ? _core.Regs.Read<MdscrEl1>().Kde && !masked : target > from;
    }
}
