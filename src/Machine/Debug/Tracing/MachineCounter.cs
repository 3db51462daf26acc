namespace GdbHost.Machine.Debug.Tracing;

/// <summary>What a machine counts of itself, all cores together.</summary>
public enum MachineCounter
{
    /// <summary>Instructions executed or attempted since the machine was made; each takes a virtual nanosecond.</summary>
    Instructions,

    /// <summary>Virtual nanoseconds of the core that asks.</summary>
    VirtualNanoseconds,

    /// <summary>Synchronous exceptions taken to EL2 from a lower level.</summary>
    El2Traps,

    /// <summary>Of these: HVC.</summary>
    El2Hvc,

    /// <summary>Of these: SMC.</summary>
    El2Smc,

    /// <summary>Of these: MRS, MSR and system instructions.</summary>
    El2SystemRegisters,

    /// <summary>Of these: WFI and WFE.</summary>
    El2Waits,

    /// <summary>Of these: floating point and SIMD.</summary>
    El2FloatingPoint,

    /// <summary>Of these: faults of stage 2, on data and on instructions.</summary>
    Stage2Aborts,

    /// <summary>Synchronous exceptions taken to EL3.</summary>
    El3Traps,

    /// <summary>IRQ and FIQ taken to EL2.</summary>
    El2Interrupts,

    /// <summary>IRQ and FIQ taken to any level, physical and virtual.</summary>
    Interrupts,

    /// <summary>Events of the SMMU.</summary>
    SmmuEvents,

    /// <summary>PSCI calls, whoever answers them: the machine's firmware, EL3 or EL2.</summary>
    PsciCalls,

    /// <summary>Times a core began to wait in WFI.</summary>
    Waits,
}
