using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs;

/// <summary>The core as rows of system registers see it: stored values, identity, and the parts with a life of their own.</summary>
internal interface ISystemRegisterHost
{
    /// <summary>The stored values.</summary>
    SysRegFile Registers { get; }

    /// <summary>Values that identify the core.</summary>
    CoreIdentity Identity { get; }

    /// <summary>PSTATE, stack pointers and floating-point status.</summary>
    IProcessState State { get; }

    ITimerRegisters Timers { get; }

    /// <summary>The PMU.</summary>
    IPerformanceMonitors Performance { get; }

    /// <summary>The interface to a GICv3; null on a machine without one.</summary>
    IGicCpuInterface? Gic { get; }

    /// <summary>What SYS instructions act on.</summary>
    IMaintenance Maintenance { get; }

    /// <summary>HCR_EL2 as it takes effect; all zero where EL2 is not enabled.</summary>
    HcrEl2 Hcr { get; }

    /// <summary>EL2 is implemented and enabled in the present Security state.</summary>
    bool El2Enabled { get; }

    /// <summary>Where FP and SIMD instructions trap to now.</summary>
    Trap FpTrap { get; }

    /// <summary>Present Security state.</summary>
    bool Secure { get; }
}

/// <summary>The part of a core's state that is not kept in <see cref="SysRegFile"/>.</summary>
internal interface IProcessState
{
    ExceptionLevel Level { get; }

    bool SpSel { get; set; }

    /// <summary>Bits 9:6.</summary>
    uint Daif { get; set; }

    /// <summary>Bits 31:28.</summary>
    uint Nzcv { get; set; }

    uint Fpcr { get; set; }

    uint Fpsr { get; set; }

    /// <summary>ISR_EL1.</summary>
    ulong PendingInterrupts { get; }

    /// <summary>Resets the core after the present instruction, for RMR_ELx.RR.</summary>
    void RequestReset();

    ulong ReadStackPointer(ExceptionLevel level);

    void WriteStackPointer(ExceptionLevel level, ulong value);
}
