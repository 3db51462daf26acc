namespace GdbHost.Machine.Isa;

/// <summary>
/// What instructions ask of the core beyond arithmetic and memory: exceptions, system registers, waiting. Each
/// member returns how the instruction flows on; PC is that of the instruction when it is called.
/// </summary>
internal interface ICore
{
    /// <summary>Raises the Undefined Instruction exception (EC 0x00).</summary>
    Flow Undefined(in Instruction i);

    /// <summary>SVC #imm16.</summary>
    Flow SupervisorCall(in Instruction i);

    /// <summary>HVC #imm16, with its enabling rules and the PSCI conduit.</summary>
    Flow HypervisorCall(in Instruction i);

    /// <summary>SMC #imm16, with HCR_EL2.TSC and the PSCI conduit.</summary>
    Flow SecureMonitorCall(in Instruction i);

    /// <summary>BRK #imm16.</summary>
    Flow Breakpoint(in Instruction i);

    /// <summary>HLT #imm16: semihosting for 0xF000 where enabled, else UNDEFINED.</summary>
    Flow Halt(in Instruction i);

    Flow ExceptionReturn(in Instruction i);

    Flow WaitForInterrupt(in Instruction i);

    Flow WaitForEvent(in Instruction i);

    /// <summary>SEV: event to all cores.</summary>
    Flow SendEvent(in Instruction i);

    /// <summary>SEVL: event to this core.</summary>
    Flow SendEventLocal(in Instruction i);

    /// <summary>MRS Xt, register.</summary>
    Flow ReadSystemRegister(in Instruction i);

    /// <summary>MSR register, Xt.</summary>
    Flow WriteSystemRegister(in Instruction i);

    /// <summary>MSR field, #imm: SPSel, DAIFSet, DAIFClr.</summary>
    Flow WriteProcessState(in Instruction i);

    /// <summary>SYS: IC, DC, AT, TLBI; unallocated ones are UNDEFINED.</summary>
    Flow SystemOperation(in Instruction i);

    /// <summary>ISB.</summary>
    Flow InstructionBarrier(in Instruction i);

    /// <summary>An FP or SIMD instruction while FP access is trapped.</summary>
    Flow FpAccessTrapped(in Instruction i);

    /// <summary>A load or store based on a misaligned SP.</summary>
    Flow StackMisaligned(in Instruction i);
}

/// <summary>One thing for which an engine leaves its fast world and calls the core.</summary>
internal interface ICoreCall
{
    static abstract Flow Do(ICore core, in Instruction i);
}

/// <summary>The instruction is UNDEFINED in this state.</summary>
internal readonly struct UndefinedCall : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.Undefined(in i);
}

/// <summary>FP access is trapped by CPACR_EL1, CPTR_EL2 or CPTR_EL3.</summary>
internal readonly struct FpAccessTrap : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.FpAccessTrapped(in i);
}

/// <summary>SP is not a multiple of 16 and its alignment is checked.</summary>
internal readonly struct SpAlignmentFault : ICoreCall
{
    public static Flow Do(ICore core, in Instruction i) => core.StackMisaligned(in i);
}
