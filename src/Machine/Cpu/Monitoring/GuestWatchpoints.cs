using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;

namespace GdbHost.Machine.Cpu.Monitoring;

/// <summary>
/// The hardware watchpoints of one core, as its software programs them (DDI 0487, Watchpoint exceptions). A page with
/// one in it stays out of the fast TLB, as with the external debugger's.
/// </summary>
internal sealed unsafe class GuestWatchpoints(Core core, GuestBreakpoints breakpoints)
{
    public const int Count = 4;

    private Armed[] _armed = [];

    /// <summary>Something is watched, at some level.</summary>
    public bool Any => _armed.Length != 0;

    /// <summary>Reads the registers again; true if what is watched has changed.</summary>
    /// <param name="allowed">MDSCR_EL1.MDE is set and no lock is.</param>
    public bool Arm(bool allowed)
    {
        Span<Armed> found = stackalloc Armed[Count];
        int count = 0;
        for (int n = 0; allowed && n < Count; n++)
        {
            WatchpointControl control = new(core.Regs[Sr.Dbgwcr0El1 + n]);
            (ulong start, ulong length) = control.RangeOf(core.Regs[Sr.Dbgwvr0El1 + n]);
            if (control.Enabled && length != 0 && !control.States.IsReserved(core.Configuration.HasEl2, core.Configuration.HasEl3))
            {
                found[count++] = new Armed(start, length, control);
            }
        }

        bool changed = !found[..count].SequenceEqual(_armed);
        if (changed)
        {
            _armed = found[..count].ToArray();
        }

        return changed;
    }

    /// <summary>A watchpoint lies in this page of virtual addresses.</summary>
    public bool WatchPage(ulong page)
    {
        foreach (Armed w in _armed)
        {
            if (w.Overlaps(page, Ram.PageSize))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A watchpoint matches an access at this level.</summary>
    /// <param name="address">First byte, without a tag.</param>
    /// <param name="first">The first byte that is both accessed and watched, for FAR_ELx.</param>
    public bool Match(ulong address, int bytes, AccessType type, ExceptionLevel level, out ulong first)
    {
        foreach (Armed w in _armed)
        {
            bool direction = type == AccessType.Write ? w.Control.Stores : w.Control.Loads;
            if (direction
                && w.Overlaps(address, (ulong)bytes)
                && w.Control.States.Includes(level, core.System.Derived.Secure)
                && (!w.Control.IsLinked || breakpoints.LinkedMatches(w.Control.LinkedTo)))
            {
                first = Math.Max(address, w.Start);
                return true;
            }
        }

        first = 0;
        return false;
    }

    /// <summary>An enabled watchpoint and the bytes it watches.</summary>
    private readonly record struct Armed(ulong Start, ulong Length, WatchpointControl Control)
    {
        // Differences, because a range may end with the last byte of the address space.
        public bool Overlaps(ulong address, ulong bytes) => address - Start < Length || Start - address < bytes;
    }
}
