using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// What a core does for the instructions that are more than arithmetic and memory (DDI 0487, Exception generation,
/// Hints, System instructions).
/// </summary>
internal sealed unsafe class CoreCalls(Core core) : ICore
{
    private const ulong InstructionBytes = 4;
    private const uint SemihostingImmediate = 0xf000;

    public Flow Undefined(in Instruction i)
    {
        core.System.Exceptions.Undefined();
        return Flow.End;
    }

    public Flow SupervisorCall(in Instruction i) =>
        TakeCall(core.System.Exceptions.DefaultTarget, ExceptionClass.SupervisorCall, i.Word);

    public Flow HypervisorCall(in Instruction i)
    {
        if (core.State->El != ExceptionLevel.El0 && FirmwareAnswers(isSmc: false))
        {
            return Complete();
        }

        ExceptionLevel target = core.State->El == ExceptionLevel.El3 ? ExceptionLevel.El3 : ExceptionLevel.El2;
        return HypervisorCallEnabled ? TakeCall(target, ExceptionClass.HypervisorCall, i.Word) : Undefined(in i);
    }

    public Flow SecureMonitorCall(in Instruction i)
    {
        ExceptionLevel level = core.State->El;
        if (level == ExceptionLevel.El0)
        {
            return Undefined(in i);
        }

        if (level == ExceptionLevel.El1 && core.System.Derived.Hcr.Tsc)
        {
            uint esr = Syndrome.Call(ExceptionClass.SecureMonitorCall, i.Word);
            core.System.Exceptions.Synchronous(ExceptionLevel.El2, esr);
            return Flow.End;
        }

        if (FirmwareAnswers(isSmc: true))
        {
            return Complete();
        }

        return core.Configuration.HasEl3 && !core.Regs.Read<ScrEl3>().Smd
            ? TakeCall(ExceptionLevel.El3, ExceptionClass.SecureMonitorCall, i.Word)
            : Undefined(in i);
    }

    public Flow Breakpoint(in Instruction i)
    {
        uint esr = Syndrome.Call(ExceptionClass.BreakpointInstruction, i.Word);
        core.System.Exceptions.Synchronous(core.System.Debug.BreakpointInstructionTarget, esr);
        return Flow.End;
    }

    public Flow Halt(in Instruction i)
    {
        // Halting debug is never enabled here, so HLT is UNDEFINED unless it is a semihosting call. EL0 has none, as with
        // QEMU, unless its kernel passes them on.
        if (i.Word.Field(20, 5) != SemihostingImmediate || core.System.Semihosting is null || core.State->El == ExceptionLevel.El0)
        {
            return Undefined(in i);
        }

        if (core.System.Semihosting.Call(core) == SemihostingOutcome.Done)
        {
            return Complete();
        }

        core.Waiting = WaitKind.ConsoleInput;
        return Flow.End;
    }

    public Flow ExceptionReturn(in Instruction i) => core.System.Exceptions.Return();

    public Flow WaitForInterrupt(in Instruction i)
    {
        if (core.System.Exceptions.WakesFromWfi)
        {
            return Complete();
        }

        return Wait(WaitKind.Interrupt);
    }

    public Flow WaitForEvent(in Instruction i)
    {
        // The event stream is asked only now; while nobody waits it costs nothing.
        bool streamed = core.System.Timer.TakeStreamEvent();
        if (core.EventRegister || streamed)
        {
            core.EventRegister = false;
            return Complete();
        }

        return Wait(WaitKind.Event);
    }

    public Flow SendEvent(in Instruction i)
    {
        foreach (Core other in core.Cluster.Cores)
        {
            other.ReceiveEvent();
        }

        return Flow.Next;
    }

    public Flow SendEventLocal(in Instruction i)
    {
        core.EventRegister = true;
        return Flow.Next;
    }

    public Flow ReadSystemRegister(in Instruction i) => core.System.SystemRegisters.Read(in i);

    public Flow WriteSystemRegister(in Instruction i) => core.System.SystemRegisters.Write(in i);

    public Flow WriteProcessState(in Instruction i) => core.System.SystemRegisters.WriteProcessState(i.Word);

    public Flow SystemOperation(in Instruction i) => core.System.SystemRegisters.Write(in i);

    public Flow InstructionBarrier(in Instruction i) => Complete();

    public Flow FpAccessTrapped(in Instruction i)
    {
        core.System.Exceptions.Trapped(core.System.Derived.FpTrap(), i.Word);
        return Flow.End;
    }

    public Flow StackMisaligned(in Instruction i)
    {
        core.System.Exceptions.StackAlignment();
        return Flow.End;
    }

    private bool HypervisorCallEnabled
    {
        get
        {
            ExceptionLevel level = core.State->El;
            bool below = level == ExceptionLevel.El1 && !core.System.Derived.El2Enabled;
            if (level == ExceptionLevel.El0 || !core.Configuration.HasEl2 || below)
            {
                return false;
            }

            return core.Configuration.HasEl3 ? core.Regs.Read<ScrEl3>().Hce : !core.Regs.Read<HcrEl2>().Hcd;
        }
    }

    private bool FirmwareAnswers(bool isSmc)
    {
        ulong function = core.State->X[0];
        ulong first = core.State->X[1];
        if (core.System.Firmware is null || !core.System.Firmware.TryCall(core, isSmc))
        {
            return false;
        }

        core.System.Listener?.FirmwareCalled(core, isSmc, function, first, core.State->X[0]);
        return true;
    }

    /// <summary>SVC, HVC and SMC return behind themselves.</summary>
    private Flow TakeCall(ExceptionLevel target, ExceptionClass ec, uint word)
    {
        // The call is complete, so SPSR must not say that a software step is still to be made.
        core.State->SoftwareStep = false;
        core.System.Exceptions.Synchronous(target, Syndrome.Call(ec, word), null, ExceptionMoment.After);
        return Flow.End;
    }

    private Flow Complete()
    {
        core.State->Pc += InstructionBytes;
        return Flow.End;
    }

    private Flow Wait(WaitKind kind)
    {
        if (WaitTrap(kind == WaitKind.Event) is ExceptionLevel target)
        {
            core.System.Exceptions.Synchronous(target, Syndrome.WaitTrapped(kind == WaitKind.Event));
            return Flow.End;
        }

        core.Waiting = kind;
        core.System.Listener?.Waits(core);
        if (kind == WaitKind.Event)
        {
            core.System.Timer.ArmStreamEvent();
        }

        return Complete();
    }

    /// <summary>The level to which a WFI or WFE that would wait is trapped.</summary>
    private ExceptionLevel? WaitTrap(bool forEvent)
    {
        ExceptionLevel level = core.State->El;
        Sctlr sctlr = new(core.Regs[Sr.SctlrEl1]);
        if (level == ExceptionLevel.El0 && !(forEvent ? sctlr.Ntwe : sctlr.Ntwi))
        {
            return core.System.Exceptions.Retarget(ExceptionLevel.El1);
        }

        HcrEl2 hcr = core.System.Derived.Hcr;
        if (level <= ExceptionLevel.El1 && (forEvent ? hcr.Twe : hcr.Twi))
        {
            return ExceptionLevel.El2;
        }

        ScrEl3 scr = core.Configuration.HasEl3 ? core.Regs.Read<ScrEl3>() : default;
        return level < ExceptionLevel.El3 && (forEvent ? scr.Twe : scr.Twi) ? ExceptionLevel.El3 : null;
    }
}
