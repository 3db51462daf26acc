using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Target;

/// <summary>
/// gdb's breakpoints and watchpoints in the machine. The machine has one kind of breakpoint; gdb's two kinds are told
/// apart here, and counted, so that a peer cannot grow the machine without end.
/// </summary>
internal sealed class MachineBreakpoints(MachineDebugPort port)
{
    private const int MostBreakpoints = 4096;
    private const int MostWatchpoints = 256;
    private const int LongestWatch = 1 << 20;
    private const ulong InstructionBytes = 4;

    // The longest access of one instruction: LD4 of four 128-bit registers.
    private const ulong LongestAccess = 64;

    private readonly HashSet<(BreakpointKind Kind, ulong Address)> _breakpoints = [];
    private readonly HashSet<Watch> _watchpoints = [];

    public BreakpointOutcome Insert(BreakpointKind kind, ulong address, int length)
    {
        if (kind is BreakpointKind.Software or BreakpointKind.Hardware)
        {
            return InsertBreakpoint(kind, address);
        }

        var watch = new Watch(kind, address, (ulong)length);
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
        port.AddWatchpoint(address, watch.Length, AccessOf(kind));
        return BreakpointOutcome.Done;
    }

    public BreakpointOutcome Remove(BreakpointKind kind, ulong address, int length)
    {
        if (kind is BreakpointKind.Software or BreakpointKind.Hardware)
        {
            if (_breakpoints.Remove((kind, address)) && !_breakpoints.Contains((OtherOf(kind), address)))
            {
                port.RemoveBreakpoint(address);
            }
        }
        else if (_watchpoints.Remove(new Watch(kind, address, (ulong)length)))
        {
            port.RemoveWatchpoint(address, (ulong)length, AccessOf(kind));
        }

        return BreakpointOutcome.Done;
    }

    public void RemoveAll()
    {
        foreach (ulong address in _breakpoints.Select(b => b.Address).Distinct())
        {
            port.RemoveBreakpoint(address);
        }

        foreach (Watch watch in _watchpoints)
        {
            port.RemoveWatchpoint(watch.Address, watch.Length, AccessOf(watch.Kind));
        }

        _breakpoints.Clear();
        _watchpoints.Clear();
    }

    /// <summary>What gdb calls the breakpoint at this address.</summary>
    public StopKind KindAt(ulong address) =>
        _breakpoints.Contains((BreakpointKind.Software, address)) ? StopKind.Breakpoint : StopKind.HardwareBreakpoint;

    /// <summary>
    /// A watchpoint hit in gdb's terms. gdb looks for the address in the ranges that it set, so an access that begins
    /// below its range is reported by the first watched byte.
    /// </summary>
    public TargetStop Watched(MachineStop stop)
    {
        Watch? hit = _watchpoints
            .Where(w => AccessOf(w.Kind) == stop.Watch && Touches(w, stop.Address))
            .OrderBy(w => w.Address).FirstOrDefault();
        ulong address = hit is null ? stop.Address : Math.Max(stop.Address, hit.Address);
        StopKind kind = stop.Watch switch
        {
            WatchAccess.Write => StopKind.WriteWatchpoint,
            WatchAccess.Read => StopKind.ReadWatchpoint,
            _ => StopKind.AccessWatchpoint,
        };
        return new TargetStop(kind, stop.Cpu, address);
    }

    private static bool Touches(Watch watch, ulong address) =>
        address <= watch.Address + (watch.Length - 1) && watch.Address < address + LongestAccess;

    private static WatchAccess AccessOf(BreakpointKind kind) => kind switch
    {
        BreakpointKind.WriteWatch => WatchAccess.Write,
        BreakpointKind.ReadWatch => WatchAccess.Read,
        _ => WatchAccess.Any,
    };

    private static BreakpointKind OtherOf(BreakpointKind kind) =>
        kind == BreakpointKind.Software ? BreakpointKind.Hardware : BreakpointKind.Software;

    private BreakpointOutcome InsertBreakpoint(BreakpointKind kind, ulong address)
    {
        if (address % InstructionBytes != 0)
        {
            return BreakpointOutcome.Invalid;
        }

        if (_breakpoints.Contains((kind, address)))
        {
            return BreakpointOutcome.Done;
        }

        if (_breakpoints.Count == MostBreakpoints)
        {
            return BreakpointOutcome.NoRoom;
        }

        if (!_breakpoints.Contains((OtherOf(kind), address)))
        {
            port.AddBreakpoint(address);
        }

        _breakpoints.Add((kind, address));
        return BreakpointOutcome.Done;
    }

    private sealed record Watch(BreakpointKind Kind, ulong Address, ulong Length);
}
