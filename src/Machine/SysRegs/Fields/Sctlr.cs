using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>
/// SCTLR_EL1, SCTLR_EL2 and SCTLR_EL3, System Control Registers (DDI 0487), Armv8.0 fields. EL2 and EL3 have only
/// M, A, C, SA, I, WXN and EE; the rest belongs to EL1 and EL0.
/// </summary>
internal readonly record struct Sctlr(ulong Raw)
{
    /// <summary>SCTLR_EL1. RES1 bits, and those that serve AArch32 at EL0, are kept as written, which hardware may do.</summary>
    public const ulong WritableEl1 = 0x37dd_dbbf;

    /// <summary>SCTLR_EL2 and SCTLR_EL3, with their RES1 bits.</summary>
    public const ulong WritableEl2 = 0x32cd_183f;

    public bool M => Raw.Bit(0);

    public bool A => Raw.Bit(1);

    public bool C => Raw.Bit(2);

    public bool Sa => Raw.Bit(3);

    public bool Sa0 => Raw.Bit(4);

    public bool Uma => Raw.Bit(9);

    public bool I => Raw.Bit(12);

    public bool Dze => Raw.Bit(14);

    public bool Uct => Raw.Bit(15);

    /// <summary>nTWI: WFI at EL0 is not trapped.</summary>
    public bool Ntwi => Raw.Bit(16);

    /// <summary>nTWE: WFE at EL0 is not trapped.</summary>
    public bool Ntwe => Raw.Bit(18);

    public bool Wxn => Raw.Bit(19);

    /// <summary>Data accesses of EL0 are big-endian.</summary>
    public bool E0e => Raw.Bit(24);

    /// <summary>Data accesses of this level, and the translation tables of its regime, are big-endian.</summary>
    public bool Ee => Raw.Bit(25);

    public bool Uci => Raw.Bit(26);
}
