using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>CNTKCTL_EL1, Counter-timer Kernel Control register (DDI 0487).</summary>
internal readonly record struct CntkctlEl1(ulong Raw) : IRegisterLayout<CntkctlEl1>
{
    public static Sr Place => Sr.CntkctlEl1;

    public static ulong Writable => 0x3ff;

    public bool El0Pcten => Raw.Bit(0);

    public bool El0Vcten => Raw.Bit(1);

    public EventStream Events => new(Raw);

    public bool El0Vten => Raw.Bit(8);

    public bool El0Pten => Raw.Bit(9);

    public static CntkctlEl1 From(ulong raw) => new(raw);
}

/// <summary>CNTHCTL_EL2, Counter-timer Hypervisor Control register (DDI 0487), the layout without VHE.</summary>
internal readonly record struct CnthctlEl2(ulong Raw) : IRegisterLayout<CnthctlEl2>
{
    /// <summary>EL1PCEN and EL1PCTEN, the reset value (IMPLEMENTATION DEFINED; QEMU's).</summary>
    public const ulong NothingTrapped = 3;

    public static Sr Place => Sr.CnthctlEl2;

    public static ulong Writable => 0xff;

    public bool El1Pcten => Raw.Bit(0);

    public bool El1Pcen => Raw.Bit(1);

    public EventStream Events => new(Raw);

    public static CnthctlEl2 From(ulong raw) => new(raw);
}

/// <summary>The event stream fields that CNTKCTL_EL1 and CNTHCTL_EL2 have in common.</summary>
internal readonly record struct EventStream(ulong Raw)
{
    /// <summary>EVNTEN.</summary>
    public bool Enabled => Raw.Bit(2);

    /// <summary>EVNTDIR: events at transitions from 1 to 0 rather than from 0 to 1.</summary>
    public bool Falling => Raw.Bit(3);

    /// <summary>EVNTI: the counter bit whose transitions are events.</summary>
    public int Bit => (int)Raw.Field(7, 4);
}
