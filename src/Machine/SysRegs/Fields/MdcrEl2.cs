using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>MDCR_EL2, Monitor Debug Configuration Register (DDI 0487), Armv8.0 fields.</summary>
internal readonly record struct MdcrEl2(ulong Raw) : IRegisterLayout<MdcrEl2>
{
    public static Sr Place => Sr.MdcrEl2;

    public static ulong Writable => 0xfff;

    /// <summary>HPMN: event counters that EL1 and EL0 have; those from it on are EL2's.</summary>
    public ulong Hpmn => Raw.Field(4, 0);

    public bool Tpmcr => Raw.Bit(5);

    public bool Tpm => Raw.Bit(6);

    /// <summary>HPME: enables the counters from HPMN on.</summary>
    public bool Hpme => Raw.Bit(7);

    public bool Tde => Raw.Bit(8);

    public bool Tda => Raw.Bit(9);

    public bool Tdosa => Raw.Bit(10);

    public bool Tdra => Raw.Bit(11);

    public static MdcrEl2 From(ulong raw) => new(raw);
}
