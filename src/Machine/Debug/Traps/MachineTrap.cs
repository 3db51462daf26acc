using System;
using System.Collections.Generic;

namespace GdbHost.Machine.Debug.Traps;

/// <summary>The entry of the vector that an exception uses (DDI 0487, Exception vectors).</summary>
public enum MachineTrapKind
{
    Synchronous,
    Irq,
    Fiq,
    SError,
}

/// <summary>What is remarkable about a return.</summary>
[Flags]
public enum TrapRemarks
{
    None = 0,

    /// <summary>
    /// A synchronous exception returned to the instruction that caused it, with PSTATE and X0 to X30 as they were, and, after a stage 2
    /// fault, with stage 2 as it was for this access.
    /// </summary>
    NothingChanged = 1,

    /// <summary>A register of the interrupted code has changed to the value of ESR_ELx.</summary>
    SyndromeInRegister = 2,

    /// <summary>A register has changed as by an emulated access, yet the return is to the instruction that made the access.</summary>
    NotAdvanced = 4,
}

/// <summary>A return from EL2 or EL3 to the code that an exception had interrupted.</summary>
/// <param name="At">Virtual nanoseconds.</param>
/// <param name="Pc">Where that code goes on.</param>
/// <param name="Cpu">The core on which it goes on.</param>
/// <param name="Changed">Bit n: Xn is not what it was at the exception.</param>
/// <param name="Registers">X0 to X30 at the return.</param>
/// <param name="Stage2Changed">The exception was a stage 2 fault, and stage 2 allows the access now, or refuses it for another reason.</param>
public sealed record MachineTrapReturn(ulong At, ulong Pc, int Cpu, uint Changed, IReadOnlyList<ulong> Registers, TrapRemarks Remarks, bool Stage2Changed);

/// <summary>One exception; the log has those to EL2 and EL3.</summary>
/// <param name="Number">Counted from 1 since the log was switched on.</param>
/// <param name="At">Virtual nanoseconds.</param>
/// <param name="From">The Exception level that was left.</param>
/// <param name="To">The Exception level that takes it.</param>
/// <param name="Vmid">VTTBR_EL2.VMID; null where stage 2 was off or EL2 itself was left.</param>
/// <param name="Pc">ELR_ELx: the preferred return address.</param>
/// <param name="Syndrome">ESR_ELx; zero for IRQ and FIQ, which do not set it.</param>
/// <param name="FaultAddress">FAR_ELx, where the class sets it.</param>
/// <param name="Ipa">The intermediate physical address, from HPFAR_EL2 and FAR_EL2, of a stage 2 fault.</param>
/// <param name="Registers">X0 to X30 at the exception.</param>
/// <param name="Return">Null while EL2 or EL3 has not returned to the interrupted code.</param>
public sealed record MachineTrap(
    long Number,
    ulong At,
    int Cpu,
    int From,
    int To,
    MachineTrapKind Kind,
    int? Vmid,
    ulong Pc,
    ulong Syndrome,
    ulong? FaultAddress,
    ulong? Ipa,
    IReadOnlyList<ulong> Registers,
    MachineTrapReturn? Return)
{
    /// <summary>ESR_ELx.EC of a synchronous exception.</summary>
    public int Class => (int)(Syndrome >> 26) & 0x3f;

    /// <summary>A stage 2 fault.</summary>
    public bool IsStage2 => Ipa is not null;
}

/// <summary>How many exceptions of one class there were.</summary>
/// <param name="Class">ESR_ELx.EC; 0 where <paramref name="Kind"/> is not synchronous.</param>
public sealed record TrapCount(MachineTrapKind Kind, int Class, long Count);

/// <summary>A call that the machine's own firmware has answered.</summary>
/// <param name="Conduit"><c>HVC</c> or <c>SMC</c>.</param>
/// <param name="First">X1 at the call.</param>
/// <param name="Vmid">VTTBR_EL2.VMID of a guest that has called; null for who is under no stage 2.</param>
public sealed record FirmwareCall(ulong At, int Cpu, string Conduit, uint Function, ulong First, long Result, int? Vmid);

/// <summary>A copy of the log.</summary>
/// <param name="IsOn">New exceptions are recorded.</param>
/// <param name="Capacity">Exceptions that are kept.</param>
/// <param name="Total">Exceptions since it was switched on.</param>
/// <param name="Traps">The newest ones, oldest first.</param>
/// <param name="Counts">By class, the most frequent first; all since it was switched on.</param>
/// <param name="Calls">The newest calls of firmware, oldest first.</param>
public sealed record TrapLogContent(
    bool IsOn, int Capacity, long Total, IReadOnlyList<MachineTrap> Traps, IReadOnlyList<TrapCount> Counts, IReadOnlyList<FirmwareCall> Calls);
