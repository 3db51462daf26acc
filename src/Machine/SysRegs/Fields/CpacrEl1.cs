using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>CPACR_EL1, Architectural Feature Access Control Register (DDI 0487).</summary>
internal readonly record struct CpacrEl1(ulong Raw) : IRegisterLayout<CpacrEl1>
{
    public static Sr Place => Sr.CpacrEl1;

    public static ulong Writable => 0x0030_0000;

    /// <summary>FP and SIMD at: 0 and 2 none, 1 not at EL0, 3 EL0 and EL1.</summary>
    public ulong Fpen => Raw.Field(21, 20);

    public static CpacrEl1 From(ulong raw) => new(raw);
}
