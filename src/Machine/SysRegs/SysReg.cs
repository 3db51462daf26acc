using System;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs;

/// <summary>What an instruction or a debugger wants of a register.</summary>
internal readonly record struct SysRegAccess(ISystemRegisterHost Host, ExceptionLevel Level, bool IsWrite)
{
    public HcrEl2 Hcr => Host.Hcr;

    public bool AtEl0 => Level == ExceptionLevel.El0;

    /// <summary>At EL0 or EL1, where HCR_EL2 and the other EL2 controls apply.</summary>
    public bool BelowEl2 => Level < ExceptionLevel.El2;

    public SysRegFile Registers => Host.Registers;
}

/// <summary>Tells whether an access is trapped, beyond the levels that the row gives.</summary>
internal delegate Trap TrapRule(SysRegAccess access);

/// <summary>Does a system instruction with the value of its register; a fault becomes a Data Abort at that address.</summary>
internal delegate Fault SystemOperation(ISystemRegisterHost host, ulong operand, in Instruction i);

/// <summary>What else a change of a register brings about.</summary>
[Flags]
internal enum SysRegEffects
{
    None = 0,

    /// <summary>Kept translations may be wrong.</summary>
    Translation = 1,

    /// <summary>Traps, alignment checks or routing may have changed.</summary>
    DerivedState = 2,

    /// <summary>A pending interrupt may have become unmasked, or the reverse.</summary>
    Interrupts = 4,

    /// <summary>Breakpoints and watchpoints may match elsewhere.</summary>
    Debug = 8,
}

/// <summary>
/// One system register or system instruction (DDI 0487, AArch64 System register descriptions; the heading is the
/// name). A register is stored at <see cref="Place"/>, or has hooks, or is RAZ/WI.
/// </summary>
/// <param name="Name">The manual's name.</param>
/// <param name="Id">The encoding.</param>
/// <param name="Read">Lowest level that can read, or null for write-only.</param>
/// <param name="Write">Lowest level that can write, or null for read-only.</param>
internal sealed record SysReg(string Name, SysRegId Id, ExceptionLevel? Read, ExceptionLevel? Write)
{
    /// <summary>Where the value is stored, if it is.</summary>
    public Sr? Place { get; init; }

    /// <summary>Bits that a write changes.</summary>
    public ulong Writable { get; init; } = ulong.MaxValue;

    /// <summary>Value after reset; for what is architecturally UNKNOWN then, zero.</summary>
    public ulong Reset { get; init; }

    /// <summary>Value after reset where it differs from core to core.</summary>
    public Func<ISystemRegisterHost, ulong>? ResetFrom { get; init; }

    public TrapRule? TrapWhen { get; init; }

    /// <summary>Replaces the stored value on reads. Must not change anything.</summary>
    public Func<ISystemRegisterHost, ulong>? OnRead { get; init; }

    /// <summary>Where reading changes something: what an instruction's read does, in place of <see cref="OnRead"/>.</summary>
    public Func<ISystemRegisterHost, ulong>? OnTake { get; init; }

    /// <summary>Replaces storing on writes.</summary>
    public Action<ISystemRegisterHost, ulong>? OnWrite { get; init; }

    /// <summary>For system instructions: does it.</summary>
    public SystemOperation? Operation { get; init; }

    /// <summary>Reserved space that reads as zero: of no interest to a debugger.</summary>
    public bool IsReserved { get; init; }

    public SysRegEffects Effects { get; init; }

    /// <summary>Belongs to the CPU interface of a GICv3; without one there is no such register.</summary>
    public bool NeedsGicV3 { get; init; }

    /// <summary>A register of EL2 by its encoding (op1 is 4): RES0 from EL3 where EL2 is not implemented.</summary>
    public bool BelongsToEl2 => Id.Op1 == 4;

    /// <summary>SP_EL0, SP_EL1, SP_EL2, which stay whatever levels are implemented.</summary>
    public bool IsStackPointer => Id is { Op0: 3, Crn: 4, Crm: 1 };

    /// <summary>The value without side effects.</summary>
    public ulong Get(ISystemRegisterHost host) =>
        OnRead is not null ? OnRead(host) : Place is Sr place ? host.Registers[place] : Reset;

    /// <summary>Stores a value as MSR would, without the effects.</summary>
    public void Set(ISystemRegisterHost host, ulong value)
    {
        if (OnWrite is not null)
        {
            OnWrite(host, value);
        }
        else if (Place is Sr place)
        {
            host.Registers[place] = (host.Registers[place] & ~Writable) | (value & Writable);
        }
    }
}

/// <summary>Rows that belong together: one file of rows.</summary>
internal sealed record SysRegGroup(string Name, SysReg[] Rows);
