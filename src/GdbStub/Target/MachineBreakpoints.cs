using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Tracing;
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

    // The longest access of one instruction: LD4 of four 128-bit registers.
    private const ulong LongestAccess = 64;

    private readonly Dictionary<(BreakpointKind Kind, ulong Address), BreakpointScript> _breakpoints = [];
    private readonly HashSet<Watch> _watchpoints = [];

    /// <summary>Gets what commands print, on the machine's thread.</summary>
    public Action<string>? Printed { get; set; }

    public BreakpointOutcome Insert(BreakpointKind kind, ulong address, int length, BreakpointScript script)
    {
        if (kind is BreakpointKind.Software or BreakpointKind.Hardware)
        {
            return InsertBreakpoint(kind, address, script);
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
            if (_breakpoints.Remove((kind, address)))
            {
                SetCondition(address);
                if (!_breakpoints.ContainsKey((OtherOf(kind), address)))
                {
                    port.RemoveBreakpoint(address);
                }
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
        foreach (ulong address in _breakpoints.Keys.Select(b => b.Address).Distinct())
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
        _breakpoints.ContainsKey((BreakpointKind.Software, address)) ? StopKind.Breakpoint : StopKind.HardwareBreakpoint;

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

    private BreakpointOutcome InsertBreakpoint(BreakpointKind kind, ulong address, BreakpointScript script)
    {
        if (address % InstructionBytes != 0)
        {
            return BreakpointOutcome.Invalid;
        }

        bool known = _breakpoints.ContainsKey((kind, address));
        if (!known && _breakpoints.Count == MostBreakpoints)
        {
            return BreakpointOutcome.NoRoom;
        }

        if (!known && !_breakpoints.ContainsKey((OtherOf(kind), address)))
        {
            port.AddBreakpoint(address);
        }

        _breakpoints[(kind, address)] = script;
        SetCondition(address);
        return BreakpointOutcome.Done;
    }

    /// <summary>A breakpoint without conditions and commands stops always, whatever another one at the same place says.</summary>
    private void SetCondition(ulong address)
    {
        List<BreakpointScript> scripts = [];
        foreach (BreakpointKind kind in (ReadOnlySpan<BreakpointKind>)[BreakpointKind.Software, BreakpointKind.Hardware])
        {
            if (_breakpoints.TryGetValue((kind, address), out BreakpointScript? script))
            {
                scripts.Add(script);
            }
        }

        if (scripts.TrueForAll(s => s.Conditions.Count == 0 && s.Commands.Count == 0))
        {
            port.SetCondition(address, null);
            return;
        }

        BreakpointSubject subject = new(registers, variables, text => Printed?.Invoke(text));
        port.SetCondition(address, core => subject.Stops(core, scripts));
    }

    private sealed record Watch(BreakpointKind Kind, ulong Address, ulong Length);
}
