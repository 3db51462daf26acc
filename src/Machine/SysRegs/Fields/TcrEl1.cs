using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>TCR_EL1, Translation Control Register (DDI 0487), the Armv8.0 fields that translation reads.</summary>
internal readonly record struct TcrEl1(ulong Raw)
{
    public int T0sz => (int)Raw.Field(5, 0);

    public bool Epd0 => Raw.Bit(7);

    /// <summary>Granule of TTBR0: 0 = 4 KiB, 1 = 64 KiB, 2 = 16 KiB.</summary>
    public int Tg0 => (int)Raw.Field(15, 14);

    public int T1sz => (int)Raw.Field(21, 16);

    /// <summary>A1: the ASID is TTBR1_EL1's, else TTBR0_EL1's.</summary>
    public bool A1 => Raw.Bit(22);

    public bool Epd1 => Raw.Bit(23);

    /// <summary>Granule of TTBR1: 1 = 16 KiB, 2 = 4 KiB, 3 = 64 KiB.</summary>
    public int Tg1 => (int)Raw.Field(31, 30);

    /// <summary>Intermediate physical address size: 0 = 32 bits, 1 = 36, 2 = 40.</summary>
    public int Ips => (int)Raw.Field(34, 32);

    /// <summary>AS: the ASID has 16 bits, else 8.</summary>
    public bool As => Raw.Bit(36);

    public bool Tbi0 => Raw.Bit(37);

    public bool Tbi1 => Raw.Bit(38);
}
