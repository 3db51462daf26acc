using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>PMCR_EL0, Performance Monitors Control Register (DDI 0487): the bits that are stored.</summary>
internal readonly record struct PmcrEl0(ulong Raw) : IRegisterLayout<PmcrEl0>
{
    /// <summary>P: a write of 1 clears the event counters.</summary>
    public const int ClearsEvents = 1;

    /// <summary>C: a write of 1 clears the cycle counter.</summary>
    public const int ClearsCycles = 2;

    public static Sr Place => Sr.PmcrEl0;

    /// <summary>LC, DP, X, D, E.</summary>
    public static ulong Writable => 0x79;

    public bool E => Raw.Bit(0);

    /// <summary>The cycle counter counts every 64th cycle: D, which LC overrides.</summary>
    public bool Divides => Raw.Bit(3) && !Raw.Bit(6);

    /// <summary>DP: the cycle counter stops where counting is prohibited.</summary>
    public bool Dp => Raw.Bit(5);

    /// <summary>LC: the cycle counter overflows at 64 bits, not at 32.</summary>
    public bool Lc => Raw.Bit(6);

    public static PmcrEl0 From(ulong raw) => new(raw);
}
