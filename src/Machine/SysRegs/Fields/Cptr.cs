using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>CPTR_EL2 and CPTR_EL3, Architectural Feature Trap Registers (DDI 0487), Armv8.0 fields.</summary>
internal readonly record struct Cptr(ulong Raw)
{
    /// <summary>TCPAC and TFP. TTA is RES0: Cortex-A53 has no system register interface to its trace unit.</summary>
    public const ulong Writable = 0x8000_0400;

    /// <summary>RES1 bits of CPTR_EL2: 13:12, 9:0.</summary>
    public const ulong Res1El2 = 0x33ff;

    public bool Tfp => Raw.Bit(10);

    public bool Tcpac => Raw.Bit(31);
}
