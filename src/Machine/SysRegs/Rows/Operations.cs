using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>
/// System instructions: IC, DC, AT and TLBI (DDI 0487, System instructions). Memory is coherent and stores to code are
/// noticed when they happen, so cache maintenance has nothing to do but to check its address.
/// </summary>
internal static class Operations
{
    public static readonly SysReg[] Rows = [.. Caches, .. Translations(), .. Tlbs()];

    private static SysReg[] Caches =>
    [
        Whole("IC IALLUIS", new(1, 0, 7, 1, 0), Traps.CacheToUnification),
        Whole("IC IALLU", new(1, 0, 7, 5, 0), Traps.CacheToUnification),
        ByAddress("IC IVAU", new(1, 3, 7, 5, 1), ExceptionLevel.El0, Traps.CacheToUnification),
        ByAddress("DC IVAC", new(1, 0, 7, 6, 1), ExceptionLevel.El1, Traps.CacheToCoherency) with
        {
            Operation = static (h, v, in _) => h.Maintenance.CheckAddress(v, AccessType.Write),
        },
        Whole("DC ISW", new(1, 0, 7, 6, 2), Traps.CacheSetWay),
        Whole("DC CSW", new(1, 0, 7, 10, 2), Traps.CacheSetWay),
        Whole("DC CISW", new(1, 0, 7, 14, 2), Traps.CacheSetWay),
        ByAddress("DC CVAC", new(1, 3, 7, 10, 1), ExceptionLevel.El0, Traps.CacheToCoherency),
        ByAddress("DC CVAU", new(1, 3, 7, 11, 1), ExceptionLevel.El0, Traps.CacheToUnification),
        ByAddress("DC CIVAC", new(1, 3, 7, 14, 1), ExceptionLevel.El0, Traps.CacheToCoherency),
        new("DC ZVA", new(1, 3, 7, 4, 1), null, ExceptionLevel.El0)
        {
            TrapWhen = Traps.ZeroBlock,
            Operation = static (h, v, in i) => h.Maintenance.ZeroBlock(v, in i),
        },
    ];

    private static SysReg Whole(string name, SysRegId id, TrapRule trap) =>
        new(name, id, null, ExceptionLevel.El1) { TrapWhen = trap, Operation = static (_, _, in _) => Fault.None };

    /// <summary>By virtual address: at EL0 the address must be readable.</summary>
    private static SysReg ByAddress(string name, SysRegId id, ExceptionLevel lowest, TrapRule trap) =>
        new(name, id, null, lowest)
        {
            TrapWhen = trap,
            Operation = static (h, v, in _) =>
                h.Maintenance.CheckAddress(v, h.State.Level == ExceptionLevel.El0 ? AccessType.Read : null),
        };

    private static IEnumerable<SysReg> Translations() =>
    [
        At("AT S1E1R", new(1, 0, 7, 8, 0), AtOperation.S1E1R),
        At("AT S1E1W", new(1, 0, 7, 8, 1), AtOperation.S1E1W),
        At("AT S1E0R", new(1, 0, 7, 8, 2), AtOperation.S1E0R),
        At("AT S1E0W", new(1, 0, 7, 8, 3), AtOperation.S1E0W),
        At("AT S1E2R", new(1, 4, 7, 8, 0), AtOperation.S1E2R),
        At("AT S1E2W", new(1, 4, 7, 8, 1), AtOperation.S1E2W),
        At("AT S12E1R", new(1, 4, 7, 8, 4), AtOperation.S12E1R),
        At("AT S12E1W", new(1, 4, 7, 8, 5), AtOperation.S12E1W),
        At("AT S12E0R", new(1, 4, 7, 8, 6), AtOperation.S12E0R),
        At("AT S12E0W", new(1, 4, 7, 8, 7), AtOperation.S12E0W),
        At("AT S1E3R", new(1, 6, 7, 8, 0), AtOperation.S1E3R),
        At("AT S1E3W", new(1, 6, 7, 8, 1), AtOperation.S1E3W),
    ];

    private static SysReg At(string name, SysRegId id, AtOperation operation) =>
        new(name, id, null, LevelOf(id)) { Operation = (h, v, in _) => h.Maintenance.TranslateAddress(operation, v) };

    /// <summary>Each TLBI, with CRm 3 and suffix IS for the Inner Shareable form; IPAS2 has CRm 0 and 4 instead.</summary>
    private static IEnumerable<SysReg> Tlbs() =>
    [
        .. Tlbi("VMALLE1", 0, 3, 0, TlbiOperation.Vmalle1),
        .. Tlbi("VAE1", 0, 3, 1, TlbiOperation.Vae1),
        .. Tlbi("ASIDE1", 0, 3, 2, TlbiOperation.Aside1),
        .. Tlbi("VAAE1", 0, 3, 3, TlbiOperation.Vaae1),
        .. Tlbi("VALE1", 0, 3, 5, TlbiOperation.Vale1),
        .. Tlbi("VAALE1", 0, 3, 7, TlbiOperation.Vaale1),
        .. Tlbi("IPAS2E1", 4, 0, 1, TlbiOperation.Ipas2e1),
        .. Tlbi("IPAS2LE1", 4, 0, 5, TlbiOperation.Ipas2le1),
        .. Tlbi("ALLE2", 4, 3, 0, TlbiOperation.Alle2),
        .. Tlbi("VAE2", 4, 3, 1, TlbiOperation.Vae2),
        .. Tlbi("ALLE1", 4, 3, 4, TlbiOperation.Alle1),
        .. Tlbi("VALE2", 4, 3, 5, TlbiOperation.Vale2),
        .. Tlbi("VMALLS12E1", 4, 3, 6, TlbiOperation.Vmalls12e1),
        .. Tlbi("ALLE3", 6, 3, 0, TlbiOperation.Alle3),
        .. Tlbi("VAE3", 6, 3, 1, TlbiOperation.Vae3),
        .. Tlbi("VALE3", 6, 3, 5, TlbiOperation.Vale3),
    ];

    private static SysReg[] Tlbi(string name, int op1, int shareableCrm, int op2, TlbiOperation operation) =>
    [
        Tlbi($"TLBI {name}IS", new(1, op1, 8, shareableCrm, op2), operation, everywhere: true),
        Tlbi($"TLBI {name}", new(1, op1, 8, shareableCrm + 4, op2), operation, everywhere: false),
    ];

    private static SysReg Tlbi(string name, SysRegId id, TlbiOperation operation, bool everywhere) =>
        new(name, id, null, LevelOf(id))
        {
            TrapWhen = Traps.TlbMaintenance,
            Operation = (h, v, in _) =>
            {
                // HCR_EL2.FB makes what EL1 does to its own TLB reach the other cores.
                bool forced = h.State.Level == ExceptionLevel.El1 && h.Hcr.Fb;
                h.Maintenance.InvalidateTlb(operation, v, everywhere || forced);
                return Fault.None;
            },
        };

    private static ExceptionLevel LevelOf(SysRegId id) => id.Op1 switch
    {
        6 => ExceptionLevel.El3,
        4 => ExceptionLevel.El2,
        _ => ExceptionLevel.El1,
    };
}
