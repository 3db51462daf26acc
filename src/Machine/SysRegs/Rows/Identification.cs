using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>Identification registers (DDI 0487, Identification registers); the values come from the core's model.</summary>
internal static class Identification
{
    /// <summary>CSSELR_EL1: Level and InD.</summary>
    private const ulong CsselrBits = 0xf;

    /// <summary>DCZID_EL0.DZP: DC ZVA is not permitted here.</summary>
    private const ulong ZeroingProhibited = 1 << 4;

    public static readonly SysReg[] Rows = [.. Named, .. Reserved()];

    private static SysReg[] Named =>
    [
        new("MIDR_EL1", new(3, 0, 0, 0, 0), ExceptionLevel.El1, null)
        {
            OnRead = static h => IsVirtual(h) ? h.Registers[Sr.VpidrEl2] : h.Identity.MidrEl1,
        },
        new("MPIDR_EL1", new(3, 0, 0, 0, 5), ExceptionLevel.El1, null)
        {
            OnRead = static h => IsVirtual(h) ? h.Registers[Sr.VmpidrEl2] : h.Identity.MpidrEl1,
        },
        new("REVIDR_EL1", new(3, 0, 0, 0, 6), ExceptionLevel.El1, null)
        {
            TrapWhen = Traps.IdGroup1,
            OnRead = static h => h.Identity.RevidrEl1,
        },

        // The AArch32 view: UNKNOWN without AArch32, here zero.
        Feature("ID_PFR0_EL1", 1, 0),
        Feature("ID_PFR1_EL1", 1, 1),
        Feature("ID_DFR0_EL1", 1, 2),
        Feature("ID_AFR0_EL1", 1, 3),
        Feature("ID_MMFR0_EL1", 1, 4),
        Feature("ID_MMFR1_EL1", 1, 5),
        Feature("ID_MMFR2_EL1", 1, 6),
        Feature("ID_MMFR3_EL1", 1, 7),
        Feature("ID_ISAR0_EL1", 2, 0),
        Feature("ID_ISAR1_EL1", 2, 1),
        Feature("ID_ISAR2_EL1", 2, 2),
        Feature("ID_ISAR3_EL1", 2, 3),
        Feature("ID_ISAR4_EL1", 2, 4),
        Feature("ID_ISAR5_EL1", 2, 5),
        Feature("MVFR0_EL1", 3, 0),
        Feature("MVFR1_EL1", 3, 1),
        Feature("MVFR2_EL1", 3, 2),
        Feature("ID_AA64PFR0_EL1", 4, 0) with { OnRead = static h => h.Identity.IdAa64pfr0El1 },
        Feature("ID_AA64PFR1_EL1", 4, 1),
        Feature("ID_AA64DFR0_EL1", 5, 0) with { OnRead = static h => h.Identity.IdAa64dfr0El1 },
        Feature("ID_AA64DFR1_EL1", 5, 1),
        Feature("ID_AA64AFR0_EL1", 5, 4),
        Feature("ID_AA64AFR1_EL1", 5, 5),
        Feature("ID_AA64ISAR0_EL1", 6, 0) with { OnRead = static h => h.Identity.IdAa64isar0El1 },
        Feature("ID_AA64ISAR1_EL1", 6, 1),
        Feature("ID_AA64MMFR0_EL1", 7, 0) with { OnRead = static h => h.Identity.IdAa64mmfr0El1 },
        Feature("ID_AA64MMFR1_EL1", 7, 1),
        new("CCSIDR_EL1", new(3, 1, 0, 0, 0), ExceptionLevel.El1, null) { TrapWhen = Traps.IdGroup2, OnRead = CacheSize },
        new("CLIDR_EL1", new(3, 1, 0, 0, 1), ExceptionLevel.El1, null)
        {
            TrapWhen = Traps.IdGroup2,
            OnRead = static h => h.Identity.ClidrEl1,
        },
        new("AIDR_EL1", new(3, 1, 0, 0, 7), ExceptionLevel.El1, null) { TrapWhen = Traps.IdGroup1 },
        new("CSSELR_EL1", new(3, 2, 0, 0, 0), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.CsselrEl1,
            Writable = CsselrBits,
            TrapWhen = Traps.IdGroup2,
        },
        new("CTR_EL0", new(3, 3, 0, 0, 1), ExceptionLevel.El0, null)
        {
            TrapWhen = Traps.CacheType,
            OnRead = static h => h.Identity.CtrEl0,
        },
        new("DCZID_EL0", new(3, 3, 0, 0, 7), ExceptionLevel.El0, null)
        {
            OnRead = static h => h.Identity.DczidEl0 | (MayZero(h) ? 0 : ZeroingProhibited),
        },
    ];

    private static SysReg Feature(string name, int crm, int op2) =>
        new(name, new(3, 0, 0, crm, op2), ExceptionLevel.El1, null) { TrapWhen = Traps.IdGroup3 };

    /// <summary>The rest of the feature register space is reserved and reads as zero.</summary>
    private static IEnumerable<SysReg> Reserved()
    {
        HashSet<SysRegId> named = [.. Named.Select(r => r.Id)];
        return from crm in Enumerable.Range(1, 7)
               from op2 in Enumerable.Range(0, 8)
               let id = new SysRegId(3, 0, 0, crm, op2)
               where !named.Contains(id)
               select Feature(id.ToString(), crm, op2) with { IsReserved = true };
    }

    private static bool IsVirtual(ISystemRegisterHost h) => h.State.Level == ExceptionLevel.El1 && h.El2Enabled;

    private static bool MayZero(ISystemRegisterHost h) =>
        !Traps.ZeroBlock(new SysRegAccess(h, h.State.Level, IsWrite: true)).Happens;

    /// <summary>CCSIDR_EL1 for the cache that CSSELR_EL1 names; one that does not exist reads as zero.</summary>
    private static ulong CacheSize(ISystemRegisterHost h)
    {
        ulong selected = h.Registers[Sr.CsselrEl1];
        ulong[] sizes = h.Identity.CcsidrEl1;
        return selected < (ulong)sizes.Length ? sizes[selected] : 0;
    }
}
