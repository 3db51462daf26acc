using System.Collections.Generic;
using GdbHost.Machine.Isa;

namespace GdbHost.InstructionWords;

/// <summary>What qemu-aarch64, which emulates a Linux process, cannot answer for.</summary>
internal static class UserMode
{
    /// <summary>Rows that get no vectors at all, with the reason. tests/Guests/lockstep runs them on a whole machine beside its oracle.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotRun = new Dictionary<string, string>
    {
        ["SVC"] = "it would call the kernel that qemu-aarch64 imitates; exceptions.c, calls",
        ["WFE"] = "what it waits for is outside of the vector; timers.c, traps",
        ["WFI"] = "what it waits for is outside of the vector; timers.c, order and traps",
        ["MSR (immediate)"] = "not for EL0; trapped or UNDEFINED is told apart by the syndrome only; exceptions.c, calls and virtual_interrupts",
    };

    /// <summary>Rows whose words are picked by hand: most system registers are not for EL0, or belong to the imitated kernel.</summary>
    public static readonly IReadOnlyDictionary<string, uint[]> Picked = new Dictionary<string, uint[]>
    {
        // NZCV, FPCR, FPSR.
        ["MRS"] = [0xd53b_4203, 0xd53b_4404, 0xd53b_4425, 0xd53b_421f],
        ["MSR (register)"] = [0xd51b_4203, 0xd51b_4404, 0xd51b_4425, 0xd51b_421f, 0xd51b_4408, 0xd51b_4423],

        // DC ZVA twice, DC CVAC, DC CVAU, DC CIVAC, IC IVAU.
        ["SYS"] = [0xd50b_7425, 0xd50b_7426, 0xd50b_7a25, 0xd50b_7b25, 0xd50b_7e25, 0xd50b_7525],
    };

    /// <summary>Rows that are UNDEFINED at EL0, or only end a wait: their vectors say so, and exceptions.c of tests/Guests/lockstep runs them at each level.</summary>
    public static readonly IReadOnlySet<string> OfOtherLevels = new HashSet<string> { "HVC", "SMC", "HLT", "ERET", "SEV", "SEVL" };

    public static bool Runs(Row row) => !NotRun.ContainsKey(row.Name);
}
