namespace GdbHost.Machine.Debug.Tracing;

/// <summary>What can happen in a machine that a trace may want to see.</summary>
public enum MachineEventKind
{
    /// <summary>An exception was taken to EL2; the core is at its vector.</summary>
    El2Entry,

    /// <summary>ERET at EL2; the core is where it goes on.</summary>
    El2Return,

    /// <summary>EL2 has taken a fault of stage 2.</summary>
    Stage2Abort,

    /// <summary>The SMMU has an event to report.</summary>
    SmmuEvent,

    /// <summary>A PSCI call: answered by the machine's firmware, or come to EL2 or EL3.</summary>
    PsciCall,

    /// <summary>A core waits in WFI from now on.</summary>
    Wfi,
}

/// <summary>One event. What a number does not apply to has 0.</summary>
/// <param name="At">Virtual nanoseconds.</param>
/// <param name="From">The Exception level that was left.</param>
/// <param name="To">The Exception level that was entered.</param>
/// <param name="Syndrome">ESR_ELx of a synchronous exception or SError; the event number of an SMMU event.</param>
/// <param name="Address">ELR_ELx of an exception, PC behind a return, the input address of an SMMU event.</param>
/// <param name="Detail">The IPA of a stage 2 fault, the PSCI function, the StreamID of an SMMU event.</param>
/// <param name="Vector">0 synchronous, 1 IRQ, 2 FIQ, 3 SError.</param>
/// <param name="Vmid">VTTBR_EL2.VMID.</param>
public readonly record struct MachineEvent(
    MachineEventKind Kind, int Cpu, ulong At, int From = 0, int To = 0, ulong Syndrome = 0, ulong Address = 0, ulong Detail = 0, int Vector = 0, int Vmid = 0);
