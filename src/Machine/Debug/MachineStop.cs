using GdbHost.Machine.Debug.Worlds;

namespace GdbHost.Machine.Debug;

/// <summary>Why a machine that was told to run stands still again.</summary>
public enum MachineStopKind
{
    /// <summary>It was asked to, by <c>RequestStop</c>.</summary>
    Requested,

    /// <summary>A core is at a breakpoint, before its instruction.</summary>
    Breakpoint,

    /// <summary>A core is before an instruction that touches a watched range.</summary>
    Watchpoint,

    /// <summary>Something happened to a core that <c>Inspection.StopAtTraps</c> or <c>StopAtPci</c> has asked to stop at.</summary>
    Event,

    /// <summary>The step is done.</summary>
    Step,

    /// <summary>The guest switched the machine off (PSCI SYSTEM_OFF).</summary>
    PowerOff,

    /// <summary>The guest ended itself by semihosting.</summary>
    Exit,

    /// <summary>The guest asked for a reset (PSCI SYSTEM_RESET).</summary>
    Reset,

    /// <summary>All cores wait for an interrupt and nothing in the machine will ever raise one.</summary>
    Stuck,

    /// <summary>The limit of <c>InstructionLimit</c> is reached.</summary>
    InstructionLimit,
}

/// <summary>What a watchpoint looks for.</summary>
public enum WatchAccess
{
    Write,
    Read,
    Any,
}

/// <summary>One stop.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Cpu">The core that caused it, or 0.</param>
/// <param name="Address">For a watchpoint: the first byte that is both accessed and watched.</param>
/// <param name="Watch">For a watchpoint: the kind that was set.</param>
/// <param name="ExitCode">For an exit: the guest's status.</param>
/// <param name="Explanation">For an event: what whoever asked for it says of it. For a step: why the core has not moved; null where it has.</param>
public readonly record struct MachineStop(
    MachineStopKind Kind, int Cpu, ulong Address = 0, WatchAccess Watch = WatchAccess.Write, int ExitCode = 0, string? Explanation = null);

/// <summary>What one core does in a resumption.</summary>
public enum CoreAction
{
    Hold,
    Step,
    Run,
}

/// <summary>How a core steps.</summary>
/// <param name="TakesInterrupts">Pending interrupts are taken; else they wait.</param>
/// <param name="From">The first address of a range to step through; the core stops once it is outside, or at a breakpoint.</param>
/// <param name="To">The end of the range, itself outside; equal to <paramref name="From"/> for one instruction.</param>
/// <param name="Within">The world that the step is of: while the core is in another one, it goes on. Null: wherever it is.</param>
public readonly record struct StepMode(bool TakesInterrupts = false, ulong From = 0, ulong To = 0, World? Within = null);

/// <summary>The address space that a memory request means.</summary>
public enum MemorySpace
{
    /// <summary>
    /// Virtual addresses as the core sees them at its present Exception level; for reading and writing memory, what that
    /// regime does not map is looked for in the other world (EL2's at EL1 and EL0, the guest's above).
    /// </summary>
    Current,

    /// <summary>Virtual addresses of the EL1&amp;0 regime, through the present VTTBR_EL2 where stage 2 is on.</summary>
    El1,

    /// <summary>Virtual addresses of EL2.</summary>
    El2,

    /// <summary>Virtual addresses of EL3.</summary>
    El3,

    /// <summary>Intermediate physical addresses of the present VTTBR_EL2.</summary>
    Intermediate,

    Physical,
}

/// <summary>One range of the physical memory map.</summary>
/// <param name="Kind"><c>ram</c>, <c>rom</c> or <c>device</c>.</param>
public sealed record MapEntry(ulong Start, ulong Size, string Kind, string Name);

/// <summary>One register of a core, of any kind.</summary>
/// <param name="Name">x0, sp, pc, cpsr, v0, fpsr, fpcr, or the manual's name of a system register.</param>
/// <param name="Group"><c>general</c>, <c>float</c>, or for system registers the group of their table.</param>
public sealed record MachineRegister(string Name, int Bits, string Group)
{
    /// <summary>Place in <c>Registers</c>.</summary>
    public required int Number { get; init; }
}
