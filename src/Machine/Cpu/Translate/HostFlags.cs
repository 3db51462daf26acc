using GdbHost.Machine.Common;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// NZCV as generated code keeps it in memory: what LAHF and SETO leave in AX after a subtraction. N is bit 15, Z bit 14,
/// C inverted (a borrow) bit 8, V bit 0.
/// </summary>
internal static class HostFlags
{
    /// <summary>From N, Z, C, V in bits 3:0.</summary>
    public static ushort Of(uint nzcv) =>
        (ushort)((nzcv.Bit(3) ? 0x8000 : 0) | (nzcv.Bit(2) ? 0x4000 : 0) | (nzcv.Bit(1) ? 0 : 0x100) | (nzcv.Bit(0) ? 1 : 0));

    /// <summary>Gives N, Z, C, V in bits 3:0.</summary>
    public static uint ToNzcv(ushort host) =>
        (((uint)host >> 15) << 3) | ((((uint)host >> 14) & 1) << 2) | ((~(uint)host >> 8 & 1) << 1) | (host & 1u);
}
