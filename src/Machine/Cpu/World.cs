using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Cpu;

/// <summary>
/// Whose code a core runs, as a hypervisor's author divides it: the hypervisor and what is under no stage 2, or the guest of one VMID
/// (DDI 0487, VTTBR_EL2).
/// </summary>
/// <param name="Number">0 for the hypervisor's world, else the VMID and one.</param>
public readonly record struct World(int Number)
{
    /// <summary>EL2 and EL3, and EL1 and EL0 while HCR_EL2.VM is clear.</summary>
    public static readonly World Hypervisor;

    /// <summary>The VMID of a guest's world, 0 to 255; null for the hypervisor's.</summary>
    public int? Vmid => Number == 0 ? null : Number - 1;

    public static World OfGuest(int vmid) => new(vmid + 1);

    /// <summary>The world that a core is in.</summary>
    internal static unsafe World Of(Core core) => core.State->El < ExceptionLevel.El2 ? BelowEl2(core) : Hypervisor;

    /// <summary>The world of a core's EL1 and EL0 as its EL2 registers stand.</summary>
    internal static World BelowEl2(Core core) =>
        core.System.Derived.Hcr.Vm ? OfGuest((int)core.Regs[Sr.VttbrEl2].Field(55, 48)) : Hypervisor;
}
