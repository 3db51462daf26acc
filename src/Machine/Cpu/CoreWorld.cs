using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu;

/// <summary>
/// Whose code a core runs, as a number: 0 for what is under no stage 2 (EL2 and EL3, and EL1 and EL0 while HCR_EL2.VM is clear), else the VMID
/// and one (DDI 0487, VTTBR_EL2).
/// </summary>
internal static unsafe class CoreWorld
{
    /// <summary>The world that a core is in.</summary>
    public static int Of(Core core) => core.State->El < ExceptionLevel.El2 ? BelowEl2(core) : 0;

    /// <summary>The VMID of the guest that a core runs; null for what is under no stage 2.</summary>
    public static int? VmidOf(Core core) => Of(core) is int world and > 0 ? world - 1 : null;

    /// <summary>The world of a core's EL1 and EL0 as its EL2 registers stand.</summary>
    public static int BelowEl2(Core core) => core.System.Derived.Hcr.Vm ? (int)core.Regs[Sr.VttbrEl2].Field(55, 48) + 1 : 0;
}
