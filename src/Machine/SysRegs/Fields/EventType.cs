using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>PMEVTYPER&lt;n&gt;_EL0 and, for its filter, PMCCFILTR_EL0 (DDI 0487): what a counter counts, and where.</summary>
internal readonly record struct EventType(ulong Raw)
{
    public const ulong FilterBits = 0xfe00_0000;

    /// <summary>The filter and evtCount, ten bits in Armv8.0.</summary>
    public const ulong Writable = FilterBits | 0x3ff;

    /// <summary>NSK, NSU and M, RES0 without EL3.</summary>
    private const ulong SecurityBits = 0x3400_0000;

    /// <summary>NSH, RES0 without EL2.</summary>
    private const ulong HypervisorBit = 0x0800_0000;

    public PerformanceEvent Event => (PerformanceEvent)Raw.Field(9, 0);

    private bool P => Raw.Bit(31);

    private bool U => Raw.Bit(30);

    private bool Nsk => Raw.Bit(29);

    private bool Nsu => Raw.Bit(28);

    private bool Nsh => Raw.Bit(27);

    private bool M => Raw.Bit(26);

    /// <summary>The bits that exist on a core with these levels.</summary>
    public static ulong Existing(bool hasEl2, bool hasEl3) =>
        ~((hasEl2 ? 0 : HypervisorBit) | (hasEl3 ? 0 : SecurityBits));

    /// <summary>The filter lets events of this level and Security state pass (DDI 0487, CountEvents).</summary>
    public bool Passes(ExceptionLevel level, bool secure) => level switch
    {
        ExceptionLevel.El0 => secure ? !U : U == Nsu,
        ExceptionLevel.El1 => secure ? !P : P == Nsk,
        ExceptionLevel.El2 => Nsh,
        _ => M == P,
    };
}
