using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Cpu;

/// <summary>
/// What an engine and the run loop need of exception handling. PC is the address of the instruction concerned when a
/// synchronous exception is raised, and the vector's afterwards.
/// </summary>
internal interface IExceptionEntry
{
    /// <summary>An interrupt is pending and would be taken now.</summary>
    bool HasPendingInterrupt { get; }

    /// <summary>An interrupt is pending that ends WFI, masked by PSTATE or not.</summary>
    bool WakesFromWfi { get; }

    /// <summary>A branch target as it goes into PC at the present level: without its tag where the tag is ignored (TCR_ELx.TBI).</summary>
    ulong BranchAddress(ulong address);

    /// <param name="word">The instruction, for the syndrome of stage-2 faults.</param>
    void DataAbort(in Fault fault, ulong address, AccessType type, uint word);

    void InstructionAbort(in Fault fault, ulong address);

    void PcAlignment(ulong address);

    /// <summary>Illegal Execution state exception, for PSTATE.IL.</summary>
    void IllegalState();

    /// <summary>Takes the pending unmasked interrupt of highest priority, if there is one.</summary>
    bool TakePendingInterrupt();
}
