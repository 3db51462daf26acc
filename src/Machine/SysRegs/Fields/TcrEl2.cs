using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>TCR_EL2 and TCR_EL3, Translation Control Registers (DDI 0487), the Armv8.0 fields that translation reads.</summary>
internal readonly record struct TcrEl2(ulong Raw)
{
    public int T0sz => (int)Raw.Field(5, 0);

    /// <summary>Granule: 0 = 4 KiB, 1 = 64 KiB, 2 = 16 KiB.</summary>
    public int Tg0 => (int)Raw.Field(15, 14);

    /// <summary>Physical address size: 0 = 32 bits, 1 = 36, 2 = 40.</summary>
    public int Ps => (int)Raw.Field(18, 16);

    public bool Tbi => Raw.Bit(20);
}
