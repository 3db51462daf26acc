using System.Collections.Generic;
using System.Linq;
using System;
using GdbHost.GdbStub.Tracing;
using GdbHost.GdbStub.Worlds;
using GdbHost.Machine.Debug.Worlds;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Target;

/// <summary>
/// gdb's breakpoints and watchpoints in the machine. The machine has one kind of breakpoint; gdb's two kinds are told
/// apart here, and counted, so that a peer cannot grow the machine without end.
/// </summary>
/// <param name="port">The machine.</param>
/// <param name="registers">The registers by gdb's numbers, for conditions.</param>
/// <param name="variables">Trace state variables, for conditions and commands.</param>
internal sealed class MachineBreakpoints(MachineDebugPort port, IReadOnlyList<MachineRegister> registers, TraceVariables variables)
{
    private const int MostBreakpoints = 4096;
    private const int MostWatchpoints = 256;
    private const int LongestWatch = 1 << 20;
    private const ulong InstructionBytes = 4;

    private readonly Dictionary<ulong, List<Breakpoint>> _breakpoints = [];
    private readonly HashSet<Watch> _watchpoints = [];
    private int _count;

    /// <summary>Gets what commands print, on the machine's thread.</summary>
    public Action<string>? Printed { get; set; }

    public BreakpointOutcome Insert(BreakpointKind kind, ulong address, int length, BreakpointScript script, BreakpointWorld? of)
    {
        if (kind is BreakpointKind.Software or BreakpointKind.Hardware)
        {
            return InsertBreakpoint(new Breakpoint(kind, of, script), address);
        }

        var watch = new Watch(kind, address, (ulong)length, of);
        if (length is < 1 or > LongestWatch || address + watch.Length - 1 < address)
        {
            return BreakpointOutcome.Invalid;
        }

        if (_watchpoints.Contains(watch))
        {
            return BreakpointOutcome.Done;
        }

        if (_watchpoints.Count == MostWatchpoints)
        {
            return BreakpointOutcome.NoRoom;
        }

        _watchpoints.Add(watch);
        port.AddWatchpoint(address, watch.Length, AccessOf(kind), of?.Only);
        return BreakpointOutcome.Done;
    }

    public BreakpointOutcome Remove(BreakpointKind kind, ulong address, int length, BreakpointWorld? of)
    {
        if (kind is not (BreakpointKind.Software or BreakpointKind.Hardware))
        {
            if (_watchpoints.Remove(new Watch(kind, address, (ulong)length, of)))
            {
                port.RemoveWatchpoint(address, (ulong)length, AccessOf(kind), of?.Only);
            }
        }
        else if (_breakpoints.TryGetValue(address, out List<Breakpoint>? here) && here.RemoveAll(b => b.IsSame(kind, of)) > 0)
        {
            _count--;
            if (here.Count > 0)
            {
                SetCondition(address, here);
            }
            else
            {
                _breakpoints.Remove(address);
                port.RemoveBreakpoint(address);
            }
        }

        return BreakpointOutcome.Done;
    }

    public void RemoveAll()
    {
        foreach (ulong address in _breakpoints.Keys)
        {
            port.RemoveBreakpoint(address);
        }

        foreach (Watch watch in _watchpoints)
        {
            port.RemoveWatchpoint(watch.Address, watch.Length, AccessOf(watch.Kind), watch.Of?.Only);
        }

        _breakpoints.Clear();
        _watchpoints.Clear();
        _count = 0;
    }

    /// <summary>
    /// A hit in gdb's terms. gdb passes over a breakpoint that it has set in another inferior than the one that stops, so such a hit is told
    /// in words.
    /// </summary>
    public TargetStop Hit(MachineStop stop)
    {
        World world = port.Worlds.Of(stop.Cpu);
        List<Breakpoint> here = _breakpoints.GetValueOrDefault(stop.Address) ?? [];
        Breakpoint[] own = [.. here.Where(b => b.Of is null || b.Of.Value.Owner == world)];
        if (own.Length == 0 && here.Count > 0)
        {
            return Elsewhere(stop, world, here[0].Of!.Value.Owner, "breakpoint", stop.Address);
        }

        StopKind kind = own.Any(static b => b.Kind == BreakpointKind.Software) ? StopKind.Breakpoint : StopKind.HardwareBreakpoint;
        return new TargetStop(kind, stop.Cpu, stop.Address);
    }

    /// <summary>The same of a watchpoint.</summary>
    public TargetStop Watched(MachineStop stop)
    {
        World world = port.Worlds.Of(stop.Cpu);
        Watch[] hit = [.. _watchpoints.Where(w => AccessOf(w.Kind) == stop.Watch && stop.Address - w.Address < w.Length)];
        if (hit.Length > 0 && Array.TrueForAll(hit, w => w.Of is BreakpointWorld of && of.Owner != world))
        {
            return Elsewhere(stop, world, hit[0].Of!.Value.Owner, "watchpoint", stop.Address);
        }

        StopKind kind = stop.Watch switch
        {
            WatchAccess.Write => StopKind.WriteWatchpoint,
            WatchAccess.Read => StopKind.ReadWatchpoint,
            _ => StopKind.AccessWatchpoint,
        };
        return new TargetStop(kind, stop.Cpu, stop.Address);
    }

    private static TargetStop Elsewhere(MachineStop stop, World here, World owner, string what, ulong address) => new(
        StopKind.Event, stop.Cpu, Explanation: $"the {what} of {WorldChoice.NameOf(owner)} at 0x{address:x} is hit in {WorldChoice.NameOf(here)}");

    private static WatchAccess AccessOf(BreakpointKind kind) => kind switch
    {
        BreakpointKind.WriteWatch => WatchAccess.Write,
        BreakpointKind.ReadWatch => WatchAccess.Read,
        _ => WatchAccess.Any,
    };

    private BreakpointOutcome InsertBreakpoint(Breakpoint breakpoint, ulong address)
    {
        if (address % InstructionBytes != 0)
        {
            return BreakpointOutcome.Invalid;
        }

        if (!_breakpoints.TryGetValue(address, out List<Breakpoint>? here))
        {
            here = [];
        }

        if (here.RemoveAll(b => b.IsSame(breakpoint.Kind, breakpoint.Of)) == 0)
        {
            if (_count == MostBreakpoints)
            {
                return BreakpointOutcome.NoRoom;
            }

            _count++;
        }

        here.Add(breakpoint);
        if (_breakpoints.TryAdd(address, here))
        {
            port.AddBreakpoint(address);
        }

        SetCondition(address, here);
        return BreakpointOutcome.Done;
    }

    /// <summary>A breakpoint without conditions and commands stops always where it counts, whatever another one at the same place says.</summary>
    private void SetCondition(ulong address, List<Breakpoint> here)
    {
        if (here.TrueForAll(static b => b.Of?.Only is null && b.Script.Conditions.Count == 0 && b.Script.Commands.Count == 0))
        {
            port.SetCondition(address, null);
            return;
        }

        BreakpointSubject subject = new(registers, variables, text => Printed?.Invoke(text));
        (World? Only, List<BreakpointScript> Script)[] each = [.. here.Select(static b => (b.Of?.Only, (List<BreakpointScript>)[b.Script]))];
        port.SetCondition(address, core =>
        {
            bool stops = false;
            foreach ((World? only, List<BreakpointScript> script) in each)
            {
                stops |= (only is null || only == core.World) && subject.Stops(core, script);
            }

            return stops;
        });
    }

    private sealed record Breakpoint(BreakpointKind Kind, BreakpointWorld? Of, BreakpointScript Script)
    {
        public bool IsSame(BreakpointKind kind, BreakpointWorld? of) => Kind == kind && Of?.Owner == of?.Owner;
    }

    private sealed record Watch(BreakpointKind Kind, ulong Address, ulong Length, BreakpointWorld? Of);
}
