using System;
using System.Collections.Generic;
using GdbHost.Machine.Debug.Worlds;

namespace GdbHost.GdbStub.Target;

/// <summary>What one vCPU does while the guest runs.</summary>
internal enum CpuAction
{
    /// <summary>It stays where it is.</summary>
    Hold,

    /// <summary>It executes one instruction.</summary>
    Step,

    Continue,

    /// <summary>It stops, in non-stop mode; a target is never told.</summary>
    Stop,
}

/// <summary>How the vCPU that steps does it.</summary>
/// <param name="TakesInterrupts">A pending interrupt is taken; else it waits, so that the step stays in the code that is looked at.</param>
/// <param name="From">The first address of a range that is stepped through without a stop after each instruction.</param>
/// <param name="To">The end of that range, itself outside; equal to <paramref name="From"/> for a single step.</param>
/// <param name="Within">The world that the step is of: while the vCPU is in another one, it goes on. Null: wherever it is.</param>
internal readonly record struct StepOptions(bool TakesInterrupts = false, ulong From = 0, ulong To = 0, World? Within = null);

/// <summary>Why the guest stopped.</summary>
internal enum StopKind
{
    /// <summary>Nothing happened: it was stopped when the debugger came.</summary>
    None,

    /// <summary>It was told to.</summary>
    Interrupt,

    /// <summary>This vCPU was told to, while others may go on.</summary>
    Paused,

    Breakpoint,
    HardwareBreakpoint,
    WriteWatchpoint,
    ReadWatchpoint,
    AccessWatchpoint,
    Step,

    /// <summary>Something happened to it that it was to stop at; the explanation says what.</summary>
    Event,

    /// <summary>Nothing can ever wake it.</summary>
    Stuck,

    /// <summary>The instruction limit of the run is used up.</summary>
    InstructionLimit,

    /// <summary>It asked to be switched off.</summary>
    PowerOff,

    /// <summary>It asked to be switched off, and stands still instead.</summary>
    StandsOff,

    /// <summary>It asked for a reset that is not to be done.</summary>
    Reset,

    /// <summary>It ended itself with an exit code.</summary>
    Exit,
}

/// <summary>One stop of the guest.</summary>
/// <param name="Cpu">The vCPU that caused it.</param>
/// <param name="Address">The watched address that was touched.</param>
/// <param name="ExitCode">Only for <see cref="StopKind.Exit"/>.</param>
/// <param name="Explanation">A sentence for the user where the kind alone says too little.</param>
internal readonly record struct TargetStop(StopKind Kind, int Cpu, ulong Address = 0, int ExitCode = 0, string? Explanation = null);

/// <summary>Running and stopping the guest.</summary>
internal interface IResume
{
    /// <summary>
    /// Lets the guest run, one action per vCPU. Returns at once; exactly one call of <paramref name="stopped"/> follows,
    /// on any thread. Called only while the guest is stopped.
    /// </summary>
    void Resume(IReadOnlyList<CpuAction> actions, StepOptions step, Action<TargetStop> stopped);

    /// <summary>Asks a running guest to stop soon. Does nothing when it is stopped. Any thread may call it.</summary>
    void RequestStop();
}

/// <summary>Putting a stopped debuggee back to its start.</summary>
internal interface IRestart
{
    /// <summary>As its reset button: images loaded again, every vCPU at its start.</summary>
    void Restart();
}
