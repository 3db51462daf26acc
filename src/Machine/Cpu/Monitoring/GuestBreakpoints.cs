using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Monitoring;

/// <summary>
/// The hardware breakpoints of one core, as its software programs them (DDI 0487, Breakpoint exceptions). Address
/// breakpoints make guards of the block cache, as the external debugger's do; a breakpoint on a context alone matches
/// every instruction, so it is looked at where contexts and levels change: between two instructions after each.
/// </summary>
internal sealed unsafe class GuestBreakpoints(Core core)
{
    public const int Count = 6;

    /// <summary>The first that can compare a context ID or a VMID: two of the six can (DDI 0500).</summary>
    public const int FirstContextAware = 4;

    private const int VmidHigh = 55;
    private const int VmidLow = 48;

    /// <summary>Addresses that can match: enabled and allowed, whatever the present level.</summary>
    private readonly List<ulong> _addresses = [];

    /// <summary>An unlinked context or VMID breakpoint is enabled and allowed.</summary>
    [NotState("from the system registers")]
    private bool _matchesContexts;

    /// <summary>Addresses at which blocks must begin.</summary>
    public IReadOnlyList<ulong> Addresses => _addresses;

    /// <summary>Reads the registers again.</summary>
    /// <param name="allowed">MDSCR_EL1.MDE is set and no lock is.</param>
    public void Arm(bool allowed)
    {
        _addresses.Clear();
        _matchesContexts = false;
        for (int n = 0; allowed && n < Count; n++)
        {
            BreakpointControl control = Control(n);
            if (control.Enabled && control.ComparesAddress && control.SelectsWord)
            {
                _addresses.Add(AddressOf(n));
            }

            _matchesContexts |= control.Enabled && !control.ComparesAddress && !control.IsLinked;
        }
    }

    /// <summary>A breakpoint matches the instruction at this address.</summary>
    public bool Match(ulong pc) => (_matchesContexts && MatchContext()) || (_addresses.Count != 0 && MatchAddress(pc));

    /// <summary>A breakpoint without an address matches in the present context.</summary>
    public bool MatchContext()
    {
        for (int n = FirstContextAware; _matchesContexts && n < Count; n++)
        {
            BreakpointControl control = Control(n);
            if (!control.ComparesAddress && !control.IsLinked && IsHere(control.States) && ContextMatches(n))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The comparator that an address breakpoint or watchpoint is linked to matches the present context.</summary>
    public bool LinkedMatches(int n) =>
        n is >= FirstContextAware and < Count && !Control(n).ComparesAddress && Control(n).IsLinked && ContextMatches(n);

    private bool MatchAddress(ulong pc)
    {
        for (int n = 0; n < Count; n++)
        {
            BreakpointControl control = Control(n);
            if (control.Enabled
                && control.ComparesAddress
                && control.SelectsWord
                && AddressOf(n) == pc
                && IsHere(control.States)
                && (!control.IsLinked || LinkedMatches(control.LinkedTo)))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsHere(StateSelection states) =>
        !states.IsReserved(core.Configuration.HasEl2, core.Configuration.HasEl3)
        && states.Includes(core.State->El, core.System.Derived.Secure);

    /// <summary>The context part of DDI 0487, AArch64.BreakpointValueMatch.</summary>
    private bool ContextMatches(int n)
    {
        BreakpointControl control = Control(n);
        bool comparesVmid = control.ComparesVmid;
        bool known = control.ComparesContext || comparesVmid;
        if (!control.Enabled || !known || core.State->El > ExceptionLevel.El1 || (comparesVmid && !core.System.Derived.El2Enabled))
        {
            return false;
        }

        ulong value = core.Regs[Sr.Dbgbvr0El1 + n];
        bool context = !control.ComparesContext || core.Regs[Sr.ContextidrEl1] == value.Field(31, 0);
        bool vmid = !comparesVmid || core.Regs[Sr.VttbrEl2].Field(VmidHigh, VmidLow) == value.Field(39, 32);
        return context && vmid;
    }

    private ulong AddressOf(int n) => core.Regs[Sr.Dbgbvr0El1 + n] & ~3UL;

    private BreakpointControl Control(int n) => new(core.Regs[Sr.Dbgbcr0El1 + n]);
}
