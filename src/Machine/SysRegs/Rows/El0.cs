using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>Registers that EL0 can use (DDI 0487, AArch64 System register descriptions).</summary>
internal static class El0
{
    private const uint NzcvBits = 0xf000_0000;
    private const uint DaifBits = 0x3c0;

    /// <summary>AHP, DN, FZ, RMode. Len, Stride and the trap enables are RES0.</summary>
    private const uint FpcrBits = 0x07c0_0000;

    /// <summary>QC, IDC, IXC, UFC, OFC, DZC, IOC. The flags of AArch32 are RES0.</summary>
    private const uint FpsrBits = 0x0800_009f;

    public static readonly SysReg[] Rows =
    [
        new("NZCV", new(3, 3, 4, 2, 0), ExceptionLevel.El0, ExceptionLevel.El0)
        {
            OnRead = static h => h.State.Nzcv,
            OnWrite = static (h, v) => h.State.Nzcv = (uint)v & NzcvBits,
        },
        new("DAIF", new(3, 3, 4, 2, 1), ExceptionLevel.El0, ExceptionLevel.El0)
        {
            TrapWhen = Traps.InterruptMasks,
            OnRead = static h => h.State.Daif,
            OnWrite = static (h, v) => h.State.Daif = (uint)v & DaifBits,
            Effects = SysRegEffects.Interrupts,
        },
        new("FPCR", new(3, 3, 4, 4, 0), ExceptionLevel.El0, ExceptionLevel.El0)
        {
            TrapWhen = Traps.FloatingPoint,
            OnRead = static h => h.State.Fpcr,
            OnWrite = static (h, v) => h.State.Fpcr = (uint)v & FpcrBits,
        },
        new("FPSR", new(3, 3, 4, 4, 1), ExceptionLevel.El0, ExceptionLevel.El0)
        {
            TrapWhen = Traps.FloatingPoint,
            OnRead = static h => h.State.Fpsr,
            OnWrite = static (h, v) => h.State.Fpsr = (uint)v & FpsrBits,
        },
        new("TPIDR_EL0", new(3, 3, 13, 0, 2), ExceptionLevel.El0, ExceptionLevel.El0) { Place = Sr.TpidrEl0 },
        new("TPIDRRO_EL0", new(3, 3, 13, 0, 3), ExceptionLevel.El0, ExceptionLevel.El1) { Place = Sr.TpidrroEl0 },
    ];
}
