namespace GdbHost.Machine.SysRegs;

/// <summary>The timers of a core (DDI 0487, The Generic Timer).</summary>
internal enum TimerKind
{
    /// <summary>CNTP: the EL1 physical timer.</summary>
    Physical,

    /// <summary>CNTV.</summary>
    Virtual,

    /// <summary>CNTHP: the EL2 physical timer.</summary>
    Hypervisor,

    /// <summary>CNTPS: the Secure physical timer.</summary>
    Secure,
}

/// <summary>The registers of the timers.</summary>
internal interface ITimerRegisters
{
    ulong PhysicalCount { get; }

    ulong VirtualCount { get; }

    ulong ReadControl(TimerKind kind);

    void WriteControl(TimerKind kind, ulong value);

    ulong ReadCompare(TimerKind kind);

    void WriteCompare(TimerKind kind, ulong value);

    ulong ReadTimerValue(TimerKind kind);

    void WriteTimerValue(TimerKind kind, ulong value);

    void OffsetChanged();
}
