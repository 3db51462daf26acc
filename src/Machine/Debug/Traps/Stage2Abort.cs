using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Debug.Traps;

/// <summary>Tells a stage 2 fault that EL2 has just taken from other aborts (DDI 0487, ESR_EL2, HPFAR_EL2).</summary>
internal static class Stage2Abort
{
    private const int TranslationStatusEnd = 0x10;

    /// <summary>The intermediate physical address, from HPFAR_EL2 and FAR_EL2; null if it is no fault of stage 2.</summary>
    public static ulong? AddressOf(Core core)
    {
        ulong syndrome = core.Regs[Sr.EsrEl2];
        HcrEl2 hcr = core.System.Derived.Hcr;
        bool isAbort = (ExceptionClass)syndrome.Field(31, 26) is ExceptionClass.DataAbortLower or ExceptionClass.InstructionAbortLower;
        return isAbort && hcr.Vm && !hcr.Tge && syndrome.Field(5, 0) < TranslationStatusEnd
            ? (core.Regs[Sr.HpfarEl2].Field(39, 4) << 12) | core.Regs[Sr.FarEl2].Field(11, 0)
            : null;
    }
}
