using System;

namespace GdbHost.Machine.Mmu;

/// <summary>Why a translation or an access did not succeed (DDI 0487, fault status codes).</summary>
internal enum FaultKind : byte
{
    None,

    /// <summary>A table base or output address is wider than the configured physical size.</summary>
    AddressSize,

    Translation,
    AccessFlag,
    Permission,

    /// <summary>Misaligned where alignment is required.</summary>
    Alignment,

    /// <summary>The bus refused: during a walk if <see cref="Fault.OnWalk"/>, else the access itself.</summary>
    ExternalAbort,

    /// <summary>A debug stop, not an architectural fault: a debugger's watchpoint covers the access.</summary>
    Watchpoint,

    /// <summary>A watchpoint of the guest's own covers the access (DDI 0487, Watchpoint exceptions).</summary>
    GuestWatchpoint,

    /// <summary>An exclusive or atomic access that the memory type does not support (IMPLEMENTATION DEFINED fault).</summary>
    UnsupportedExclusive,
}

/// <summary>
/// A guest-visible fault. It is a value: a guest that faults a million times a second must not cost a million
/// exceptions.
/// </summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Level">Level of the walk, 0 to 3; without meaning for alignment faults.</param>
/// <param name="Stage2">Found by stage 2.</param>
/// <param name="OnWalk">
/// With <paramref name="Stage2"/>: stage 2 failed for an access of the stage-1 walk (S1PTW). Else: an external abort
/// on a stage-1 descriptor. An external abort with <paramref name="Stage2"/> is always one on a stage-2 descriptor.
/// </param>
internal readonly record struct Fault(FaultKind Kind, int Level, bool Stage2, bool OnWalk)
{
    public static Fault None => default;

    /// <summary>For stage-2 faults: the intermediate physical address that was refused.</summary>
    public ulong Ipa { get; init; }

    public bool Happened => Kind != FaultKind.None;

    /// <summary>
    /// DFSC and IFSC of ESR_ELx, FST of PAR_EL1 (DDI 0487, ISS encoding for an exception from a Data Abort). EA stays 0:
    /// Cortex-A53 sets it for a slave error, which no device here gives.
    /// </summary>
    public int ToStatusCode() => Kind switch
    {
        FaultKind.AddressSize => Level,
        FaultKind.Translation => 0b000100 + Level,
        FaultKind.AccessFlag => 0b001000 + Level,
        FaultKind.Permission => 0b001100 + Level,
        FaultKind.ExternalAbort => OnWalk || Stage2 ? 0b010100 + Level : 0b010000,
        FaultKind.Alignment => 0b100001,
        FaultKind.UnsupportedExclusive => 0b110101,
        _ => throw new InvalidOperationException($"{Kind} has no fault status code"),
    };
}
