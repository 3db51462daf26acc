using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>VTCR_EL2, Virtualization Translation Control Register (DDI 0487), the Armv8.0 fields that translation reads.</summary>
internal readonly record struct VtcrEl2(ulong Raw)
{
    /// <summary>The IPA space is 64 - T0SZ bits wide.</summary>
    public int T0sz => (int)Raw.Field(5, 0);

    /// <summary>Start level, by granule.</summary>
    public int Sl0 => (int)Raw.Field(7, 6);

    /// <summary>Granule: 0 = 4 KiB, 1 = 64 KiB, 2 = 16 KiB.</summary>
    public int Tg0 => (int)Raw.Field(15, 14);

    /// <summary>Physical address size: 0 = 32 bits, 1 = 36, 2 = 40.</summary>
    public int Ps => (int)Raw.Field(18, 16);
}
