using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>
/// Debug registers (DDI 0487, Debug registers). No external debugger sits on the debug communication channel, so it
/// is always empty.
/// </summary>
internal static class Debug
{
    public const int Breakpoints = 6;
    public const int Watchpoints = 4;

    /// <summary>The first breakpoint that can match a context.</summary>
    private const int FirstContextBreakpoint = 4;

    private const int VirtualAddressBits = 49;

    /// <summary>OSLSR_EL1.OSLM: the lock is implemented.</summary>
    private const ulong LockImplemented = 8;

    private const ulong ClaimBits = 0xff;

    /// <summary>All four kinds of debug are implemented and not enabled from outside.</summary>
    private const ulong AuthenticationStatus = 0xaa;

    public static readonly SysReg[] Rows = [.. Named, .. Comparators()];

    private static SysReg[] Named =>
    [
        new("OSDTRRX_EL1", new(2, 0, 0, 0, 2), ExceptionLevel.El1, ExceptionLevel.El1) { TrapWhen = DebugAccess },
        new("MDCCINT_EL1", new(2, 0, 0, 2, 0), ExceptionLevel.El1, ExceptionLevel.El1) { TrapWhen = DebugAccess },
        new("MDSCR_EL1", new(2, 0, 0, 2, 2), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.MdscrEl1,
            TrapWhen = DebugAccess,
            OnWrite = WriteMdscr,
            Effects = SysRegEffects.Debug,
        },
        new("OSDTRTX_EL1", new(2, 0, 0, 3, 2), ExceptionLevel.El1, ExceptionLevel.El1) { TrapWhen = DebugAccess },
        new("OSECCR_EL1", new(2, 0, 0, 6, 2), ExceptionLevel.El1, ExceptionLevel.El1) { TrapWhen = DebugAccess },
        new("MDRAR_EL1", new(2, 0, 1, 0, 0), ExceptionLevel.El1, null) { TrapWhen = RomAddress },
        new("OSLAR_EL1", new(2, 0, 1, 0, 4), null, ExceptionLevel.El1)
        {
            Place = Sr.OslarEl1,
            Writable = 1,
            Reset = 1,
            TrapWhen = OsRegisters,
            Effects = SysRegEffects.Debug,
        },
        new("OSLSR_EL1", new(2, 0, 1, 1, 4), ExceptionLevel.El1, null)
        {
            TrapWhen = OsRegisters,
            OnRead = static h => LockImplemented | (h.Registers[Sr.OslarEl1] << 1),
        },
        new("OSDLR_EL1", new(2, 0, 1, 3, 4), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.OsdlrEl1,
            Writable = 1,
            TrapWhen = OsRegisters,
            Effects = SysRegEffects.Debug,
        },
        new("DBGPRCR_EL1", new(2, 0, 1, 4, 4), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.DbgprcrEl1,
            Writable = 1,
            TrapWhen = OsRegisters,
            Effects = SysRegEffects.Debug,
        },
        new("DBGCLAIMSET_EL1", new(2, 0, 7, 8, 6), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            TrapWhen = DebugAccess,
            OnRead = static _ => ClaimBits,
            OnWrite = static (h, v) => h.Registers[Sr.DbgclaimEl1] |= v & ClaimBits,
        },
        new("DBGCLAIMCLR_EL1", new(2, 0, 7, 9, 6), ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = Sr.DbgclaimEl1,
            TrapWhen = DebugAccess,
            OnWrite = static (h, v) => h.Registers[Sr.DbgclaimEl1] &= ~v,
        },
        new("DBGAUTHSTATUS_EL1", new(2, 0, 7, 14, 6), ExceptionLevel.El1, null)
        {
            TrapWhen = DebugAccess,
            OnRead = static _ => AuthenticationStatus,
        },
        new("MDCCSR_EL0", new(2, 3, 0, 1, 0), ExceptionLevel.El0, null) { TrapWhen = Channel },
        new("DBGDTR_EL0", new(2, 3, 0, 4, 0), ExceptionLevel.El0, ExceptionLevel.El0) { TrapWhen = Channel },
        new("DBGDTRRX_EL0", new(2, 3, 0, 5, 0), ExceptionLevel.El0, ExceptionLevel.El0) { TrapWhen = Channel },
        new("DBGVCR32_EL2", new(2, 4, 0, 7, 0), ExceptionLevel.El2, ExceptionLevel.El2)
        {
            Place = Sr.Dbgvcr32El2,
            Writable = El1.LowWord,
        },
    ];

    /// <summary>MDCR_EL2 itself: MDCR_EL3.TDA.</summary>
    public static Trap HypervisorDebugControl(SysRegAccess a) => ToEl3(a, a.Registers.Read<MdcrEl3>().Tda);

    private static IEnumerable<SysReg> Comparators()
    {
        for (int n = 0; n < Breakpoints; n++)
        {
            yield return Value($"DBGBVR{n}_EL1", new(2, 0, 0, n, 4), Sr.Dbgbvr0El1 + n, n < FirstContextBreakpoint ? 2 : 0);
            yield return Comparator($"DBGBCR{n}_EL1", new(2, 0, 0, n, 5), Sr.Dbgbcr0El1 + n, BreakpointControl.Writable);
        }

        for (int n = 0; n < Watchpoints; n++)
        {
            yield return Value($"DBGWVR{n}_EL1", new(2, 0, 0, n, 6), Sr.Dbgwvr0El1 + n, 2);
            yield return Comparator($"DBGWCR{n}_EL1", new(2, 0, 0, n, 7), Sr.Dbgwcr0El1 + n, WatchpointControl.Writable);
        }
    }

    /// <summary>A virtual address: RESS from bit 49 up, low bits RES0.</summary>
    private static SysReg Value(string name, SysRegId id, Sr place, int zeroBits) =>
        Comparator(name, id, place, ulong.MaxValue) with
        {
            OnWrite = (h, v) => h.Registers[place] = v.SignExtend(VirtualAddressBits) >> zeroBits << zeroBits,
        };

    private static SysReg Comparator(string name, SysRegId id, Sr place, ulong writable) =>
        new(name, id, ExceptionLevel.El1, ExceptionLevel.El1)
        {
            Place = place,
            Writable = writable,
            TrapWhen = DebugAccess,
            Effects = SysRegEffects.Debug,
        };

    private static void WriteMdscr(ISystemRegisterHost h, ulong value)
    {
        bool locked = (h.Registers[Sr.OslarEl1] & 1) != 0;
        ulong writable = MdscrEl1.SelfHosted | (locked ? MdscrEl1.WhileLocked : 0);
        h.Registers[Sr.MdscrEl1] = (h.Registers[Sr.MdscrEl1] & ~writable) | (value & writable);
    }

    /// <summary>TDA of MDCR_EL2, also set by TDE and by HCR_EL2.TGE, then of MDCR_EL3.</summary>
    private static Trap DebugAccess(SysRegAccess a) => Control(a, a.Registers.Read<MdcrEl2>().Tda, a.Registers.Read<MdcrEl3>().Tda);

    /// <summary>TDOSA: the OS lock and its like.</summary>
    private static Trap OsRegisters(SysRegAccess a) => Control(a, a.Registers.Read<MdcrEl2>().Tdosa, a.Registers.Read<MdcrEl3>().Tdosa);

    /// <summary>TDRA.</summary>
    private static Trap RomAddress(SysRegAccess a) => Control(a, a.Registers.Read<MdcrEl2>().Tdra, el3: false);

    /// <summary>The communication channel at EL0: MDSCR_EL1.TDCC.</summary>
    private static Trap Channel(SysRegAccess a) =>
        a.AtEl0 && a.Registers.Read<MdscrEl1>().Tdcc ? Trap.To(ExceptionLevel.El1) : DebugAccess(a);

    private static Trap Control(SysRegAccess a, bool el2, bool el3)
    {
        bool toEl2 = a.BelowEl2 && a.Host.El2Enabled && (el2 || a.Registers.Read<MdcrEl2>().Tde || a.Hcr.Tge);
        return toEl2 ? Trap.To(ExceptionLevel.El2) : ToEl3(a, el3);
    }

    private static Trap ToEl3(SysRegAccess a, bool control) =>
        control && a.Host.Identity.HasEl3 && a.Level < ExceptionLevel.El3 ? Trap.To(ExceptionLevel.El3) : Trap.None;
}
