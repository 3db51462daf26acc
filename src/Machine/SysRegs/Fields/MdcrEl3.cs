using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>MDCR_EL3, Monitor Debug Configuration Register (DDI 0487), Armv8.0 fields.</summary>
internal readonly record struct MdcrEl3(ulong Raw) : IRegisterLayout<MdcrEl3>
{
    public static Sr Place => Sr.MdcrEl3;

    public static ulong Writable => 0x0033_c640;

    public bool Tpm => Raw.Bit(6);

    public bool Tda => Raw.Bit(9);

    public bool Tdosa => Raw.Bit(10);

    /// <summary>SDD: no debug exceptions, other than Breakpoint Instruction, in Secure state.</summary>
    public bool Sdd => Raw.Bit(16);

    /// <summary>SPME: events count in Secure state.</summary>
    public bool Spme => Raw.Bit(17);

    public static MdcrEl3 From(ulong raw) => new(raw);
}
