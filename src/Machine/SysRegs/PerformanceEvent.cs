namespace GdbHost.Machine.SysRegs;

/// <summary>
/// The events that the PMU counts, by number (DDI 0487, PMU events; the last two DDI 0500). Those below 0x40 make up
/// PMCEID0_EL0 and PMCEID1_EL0. A counter of any other event stands still.
/// </summary>
internal enum PerformanceEvent
{
    /// <summary>SW_INCR: a write to PMSWINC_EL0.</summary>
    SoftwareIncrement = 0x00,

    /// <summary>INST_RETIRED.</summary>
    InstructionRetired = 0x08,

    /// <summary>EXC_TAKEN, counted at the level the exception was taken from.</summary>
    ExceptionTaken = 0x09,

    /// <summary>EXC_RETURN, counted at the level of the ERET.</summary>
    ExceptionReturn = 0x0a,

    /// <summary>CID_WRITE_RETIRED: a write to CONTEXTIDR_EL1.</summary>
    ContextIdWritten = 0x0b,

    /// <summary>CPU_CYCLES: virtual nanoseconds.</summary>
    CpuCycles = 0x11,

    /// <summary>CHAIN: an odd counter counts the overflows of the even one before it.</summary>
    Chain = 0x1e,

    /// <summary>EXC_IRQ.</summary>
    IrqTaken = 0x86,

    /// <summary>EXC_FIQ.</summary>
    FiqTaken = 0x87,
}
