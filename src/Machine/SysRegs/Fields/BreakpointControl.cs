using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Fields;

/// <summary>DBGBCR&lt;n&gt;_EL1, Debug Breakpoint Control Registers (DDI 0487).</summary>
internal readonly record struct BreakpointControl(ulong Raw)
{
    /// <summary>BT, LBN, SSC, HMC, BAS, PMC, E.</summary>
    public const ulong Writable = 0x00ff_e1e7;

    public bool Enabled => Raw.Bit(0);

    public StateSelection States => new(Raw.Bit(13), Raw.Field(15, 14), Raw.Field(2, 1));

    /// <summary>
    /// BAS[0]: an A64 instruction at the address itself. Where AArch32 exists, as on a real Cortex-A53, BAS 0b1100 means
    /// the halfword behind it, which no A64 instruction is; this core keeps that reading.
    /// </summary>
    public bool SelectsWord => Raw.Bit(5);

    public int LinkedTo => (int)Raw.Field(19, 16);

    /// <summary>BT[0]: linked.</summary>
    public bool IsLinked => Raw.Bit(20);

    /// <summary>BT 0b000x: an address. 0b010x, address mismatch, is AArch32's and reserved here.</summary>
    public bool ComparesAddress => Raw.Field(23, 21) == 0b000;

    /// <summary>BT 0b001x and 0b101x: CONTEXTIDR_EL1. 0b011x and 0b11xx came with Armv8.1.</summary>
    public bool ComparesContext => Raw.Field(22, 21) == 0b01;

    /// <summary>BT 0b100x and 0b101x: VTTBR_EL2.VMID.</summary>
    public bool ComparesVmid => Raw.Field(23, 22) == 0b10;
}
