using GdbHost.Machine.Cpu;

namespace GdbHost.Machine.Debug.Worlds;

/// <summary>
/// Whose code a core runs, as a hypervisor's author divides it: the hypervisor and what is under no stage 2, or the guest of one VMID
/// (DDI 0487, VTTBR_EL2).
/// </summary>
/// <param name="Number">0 for the hypervisor's world, else the VMID and one.</param>
public readonly record struct World(int Number)
{
    /// <summary>EL2 and EL3, and EL1 and EL0 while HCR_EL2.VM is clear.</summary>
    public static readonly World Hypervisor = new(0);

    /// <summary>The VMID of a guest's world, 0 to 255; null for the hypervisor's.</summary>
    public int? Vmid => Number == 0 ? null : Number - 1;

    public static World OfGuest(int vmid) => new(vmid + 1);

    /// <summary>The world that a core is in.</summary>
    internal static World Of(Core core) => new(CoreWorld.Of(core));

    /// <summary>The world of a core's EL1 and EL0 as its EL2 registers stand.</summary>
    internal static World BelowEl2(Core core) => new(CoreWorld.BelowEl2(core));
}
