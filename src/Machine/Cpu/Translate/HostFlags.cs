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

    /// <summary>Puts flags into the general form that the interpreter works on.</summary>
    public static void Publish(ref CpuState state, ushort host)
    {
        state.NFlag = (ulong)host << 48;
        state.ZFlag = ((ulong)host >> 14 & 1) ^ 1;
        state.CFlag = ((ulong)host >> 8 & 1) ^ 1;
        state.VFlag = (ulong)host << 63;
    }

    /// <summary>Takes flags from the general form.</summary>
    public static ushort Take(in CpuState state) =>
        (ushort)(((state.NFlag >> 63) << 15) | (state.ZFlag == 0 ? 0x4000UL : 0) | ((state.CFlag ^ 1) << 8) | (state.VFlag >> 63));
}
