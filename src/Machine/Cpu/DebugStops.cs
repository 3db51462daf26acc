using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Interpreter;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Cpu;

/// <summary>What a debugger's watchpoint looks for.</summary>
internal enum WatchKind
{
    Write,
    Read,
    Access,
}

/// <summary>A range of virtual addresses under watch.</summary>
/// <param name="Address">Without a tag.</param>
/// <param name="World">Only accesses of this <see cref="CoreWorld"/> count; null for all.</param>
internal readonly record struct Watchpoint(ulong Address, ulong Length, WatchKind Kind, int? World = null)
{
    // Differences, because a range may end with the last byte of the address space.
    public bool Overlaps(ulong address, ulong bytes) => address - Address < Length || Address - address < bytes;
}

/// <summary>Why a core stopped for its debugger.</summary>
internal enum DebugStopKind
{
    None,
    Breakpoint,
    Watchpoint,

    /// <summary>Something happened to the core that the debugger waits for, such as an exception to EL2.</summary>
    Event,
}

/// <summary>
/// Breakpoints and watchpoints of an external debugger on all cores of a machine. They live beside the guest, not in
/// its memory or debug registers: the guest cannot see them. Stops come before the instruction takes effect, and before
/// a debug exception of the guest's own. The guards of both are kept here.
/// </summary>
[NotState("the debugger's: they stay where they are when a snapshot is restored")]
internal sealed class DebugStops(BlockCache blocks)
{
    /// <summary>Guards that may gather before those out of use are dropped.</summary>
    private const int MaxGuards = 128;

    private const ulong PageSize = Bus.Ram.PageSize;

    private readonly Dictionary<ulong, int> _breakpoints = [];
    private readonly Dictionary<ulong, Func<Core, bool>> _conditions = [];
    private readonly Dictionary<ulong, Action<Core>> _visits = [];
    private readonly Dictionary<Core, (ulong Pc, ulong Attempted)> _visited = [];
    private readonly List<Watchpoint> _watchpoints = [];
    private readonly List<Core> _cores = [];
    private readonly HashSet<ulong> _guards = [];
    private Func<string>? _explain;

    /// <summary>The stop that has just happened, or none.</summary>
    public DebugStopKind Stop { get; private set; }

    /// <summary>The core that met the stop.</summary>
    public int StopCore { get; set; }

    /// <summary>Where that core was: at the instruction that has not been executed.</summary>
    public ulong StopPc { get; set; }

    /// <summary>For a watchpoint stop: the first byte that is both accessed and watched.</summary>
    public ulong StopAddress { get; private set; }

    /// <summary>For a watchpoint stop: what was hit.</summary>
    public Watchpoint StopWatchpoint { get; private set; }

    /// <summary>Lets everything pass: set while a core takes its first step away from where it stopped.</summary>
    public bool Passing { get; set; }

    /// <summary>Lets breakpoints pass, not watchpoints: set while a core steps.</summary>
    public bool PassingBreakpoints { get; set; }

    public void Attach(Core core) => _cores.Add(core);

    public void ClearStop() => Stop = DebugStopKind.None;

    /// <summary>For an event: what happened, in the debugger's words, as they are once the instruction is done.</summary>
    public string? StopExplanation => _explain?.Invoke();

    /// <summary>Stops the machine once the present instruction of a core is done.</summary>
    public void StopFor(Core core, string explanation) => StopFor(core, () => explanation);

    /// <summary>The same, with words that are made when the instruction is done.</summary>
    public void StopFor(Core core, Func<string> explain)
    {
        Stop = DebugStopKind.Event;
        _explain = explain;
        core.RequestAttention();
    }

    public void AddBreakpoint(ulong address)
    {
        _breakpoints[address] = _breakpoints.GetValueOrDefault(address) + 1;
        SetGuards();
    }

    public bool RemoveBreakpoint(ulong address)
    {
        if (!_breakpoints.TryGetValue(address, out int count))
        {
            return false;
        }

        if (count > 1)
        {
            _breakpoints[address] = count - 1;
        }
        else
        {
            _breakpoints.Remove(address);
            _conditions.Remove(address);
            SetGuards();
        }

        return true;
    }

    /// <summary>
    /// Asks, each time a core is at a breakpoint, whether that core stops; null: it always does. The answer may look at the core,
    /// which is before the instruction, but changes nothing.
    /// </summary>
    public void SetCondition(ulong address, Func<Core, bool>? stops)
    {
        if (stops is null)
        {
            _conditions.Remove(address);
        }
        else
        {
            _conditions[address] = stops;
        }
    }

    /// <summary>Told of each instruction that a followed core has executed or attempted, once it is done.</summary>
    public Action<Core>? Moved { get; set; }

    /// <summary>
    /// Tells of each time a core comes to an address, before the instruction; null: no longer. Once for each time, whoever else stops
    /// there, and however the core goes on. Who is told may look at the core and begin to follow it, and changes nothing.
    /// </summary>
    public void SetVisit(ulong address, Action<Core>? visited)
    {
        if (visited is null)
        {
            _visits.Remove(address);
        }
        else
        {
            _visits[address] = visited;
        }

        SetGuards();
    }

    /// <summary>The cores were put elsewhere: wherever they are, they have come there anew.</summary>
    public void ForgetVisits() => _visited.Clear();

    /// <summary>True if the run must be cut here, because from here on the core is followed instruction by instruction.</summary>
    public bool Visit(Core core, ulong pc)
    {
        if (_visits.Count == 0 || !_visits.TryGetValue(pc, out Action<Core>? visited) || _visited.GetValueOrDefault(core) == (pc, core.Attempted))
        {
            return false;
        }

        _visited[core] = (pc, core.Attempted);
        bool followed = core.Followed;
        visited(core);
        return core.Followed && !followed && !Passing && !PassingBreakpoints;
    }

    public void AddWatchpoint(Watchpoint watchpoint)
    {
        _watchpoints.Add(watchpoint);
        ForgetPages();
    }

    public bool RemoveWatchpoint(Watchpoint watchpoint)
    {
        bool removed = _watchpoints.Remove(watchpoint);
        ForgetPages();
        return removed;
    }

    public bool HasBreakpoint(ulong address) => _breakpoints.ContainsKey(address);

    /// <summary>True, and the stop recorded, if a breakpoint is at this address and its condition does not let the core go on.</summary>
    public bool StopsAt(Core core, ulong pc)
    {
        if (Passing || PassingBreakpoints || !_breakpoints.ContainsKey(pc) || (_conditions.TryGetValue(pc, out Func<Core, bool>? stops) && !stops(core)))
        {
            return false;
        }

        Stop = DebugStopKind.Breakpoint;
        StopAddress = pc;
        return true;
    }

    /// <summary>True, and the stop recorded, if a watchpoint covers this access.</summary>
    public bool Watches(Core core, ulong address, int bytes, AccessType type)
    {
        if (Passing || _watchpoints.Count == 0)
        {
            return false;
        }

        address = core.Exceptions.BranchAddress(address);
        foreach (Watchpoint w in _watchpoints)
        {
            bool direction = w.Kind == WatchKind.Access || (w.Kind == WatchKind.Write) == (type == AccessType.Write);
            if (direction && w.Overlaps(address, (ulong)bytes) && (w.World is null || w.World == CoreWorld.Of(core)))
            {
                Stop = DebugStopKind.Watchpoint;
                StopAddress = Math.Max(address, w.Address);
                StopWatchpoint = w;
                return true;
            }
        }

        return false;
    }

    /// <summary>A watchpoint lies in this page of virtual addresses: its accesses must not become fast.</summary>
    public bool WatchesPage(Core core, ulong page)
    {
        if (_watchpoints.Count == 0)
        {
            return false;
        }

        page = core.Exceptions.BranchAddress(page);
        foreach (Watchpoint w in _watchpoints)
        {
            if (w.Overlaps(page, PageSize))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A guest has programmed its own breakpoints: blocks must begin there too. Guards that nobody needs any more are
    /// kept for a while, because kernels switch their breakpoints with every task.
    /// </summary>
    public void GuestBreakpointsChanged()
    {
        foreach (Core core in _cores)
        {
            foreach (ulong address in core.System.Debug.BreakpointAddresses)
            {
                if (!_guards.Contains(address))
                {
                    SetGuards(keepOld: _guards.Count < MaxGuards);
                    return;
                }
            }
        }
    }

    private void SetGuards(bool keepOld = false)
    {
        if (!keepOld)
        {
            _guards.Clear();
        }

        _guards.UnionWith(_breakpoints.Keys);
        _guards.UnionWith(_visits.Keys);
        foreach (Core core in _cores)
        {
            _guards.UnionWith(core.System.Debug.BreakpointAddresses);
        }

        blocks.SetGuards(_guards);
    }

    /// <summary>What is watched has changed: no page is fast until it was asked for anew.</summary>
    public void ForgetPages()
    {
        foreach (Core core in _cores)
        {
            core.FastTlb.Flush();
        }
    }
}
