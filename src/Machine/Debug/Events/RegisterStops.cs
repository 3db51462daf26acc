using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Debug.Events;

/// <summary>
/// Asks whoever wants to stop at writes of system registers, and tells who wrote the controls. While nobody wants to stop, no core
/// knows of a listener and generated code has nothing for it.
/// </summary>
[NotState("the debugger's")]
internal sealed unsafe class RegisterStops(Boards.Machine machine) : IRegisterListener
{
    // By the register's name, one for each.
    private readonly SortedDictionary<string, (SysReg Row, string Words, Func<MachineRegisterWrite, string?> Stops)> _stops = new(StringComparer.Ordinal);

    /// <summary>The names that can be watched: registers that can be written, and system instructions.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Writable().Select(static r => r.Name)];

    /// <summary>The stops there are, in the words that they were asked for with.</summary>
    public IReadOnlyList<string> Asked => [.. _stops.Values.Select(static s => s.Words)];

    /// <summary>Stops at writes of a register, in place of an earlier stop at the same one. False for a name that there is not.</summary>
    public bool Set(string name, string words, Func<MachineRegisterWrite, string?> stops)
    {
        if (Writable().FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not SysReg row)
        {
            return false;
        }

        _stops[row.Name] = (row, words, stops);
        Listen();
        return true;
    }

    /// <summary>Takes the stop at one register away. False if there is none.</summary>
    public bool Remove(string name)
    {
        bool removed = _stops.Remove(name);
        Listen();
        return removed;
    }

    /// <summary>Takes all away.</summary>
    public void Clear()
    {
        _stops.Clear();
        Listen();
    }

    private void Listen()
    {
        machine.Cluster.Translator?.Watch(_stops.Values.Select(static s => s.Row.Id).ToHashSet());
        foreach (Core core in machine.Cores)
        {
            core.System.RegisterListener = _stops.Count == 0 ? null : this;
        }
    }

    /// <summary>Who wrote a register that controls translation, traps or routing last; null where that is not known.</summary>
    public static MachineRegisterWrite? LastOf(Core core, string name) =>
        SysRegTable.Find(name) is { Place: Sr place } row && core.System.Writes.Of(place) is ControlWrite write
            ? new MachineRegisterWrite(
                core.Configuration.Index, (int)write.Level, write.Pc, row.Name, write.Before, write.Value, write.Instruction, write.At, null, write.ByDebugger)
            : null;

    /// <summary>Whether the newest write of a register is kept.</summary>
    public static bool IsRecorded(string name) => SysRegTable.Find(name) is SysReg row && ControlWrites.Keeps(row);

    void IRegisterListener.Written(Core core, SysReg row, ulong before, ulong value)
    {
        if (!_stops.TryGetValue(row.Name, out (SysReg Row, string Words, Func<MachineRegisterWrite, string?> Stops) stop))
        {
            return;
        }

        int world = CoreWorld.Of(core);
        MachineRegisterWrite write = new(
            core.Configuration.Index, (int)core.State->El, core.State->Pc, row.Name, before, value, core.Cluster.RetiredNow,
            core.Scheduler.Clock.Now, world == 0 ? null : world - 1, ByDebugger: false);
        if (stop.Stops(write) is string words)
        {
            core.Cluster.Debug.StopFor(core, words);
        }
    }

    private static IEnumerable<SysReg> Writable() => SysRegTable.Groups.SelectMany(static g => g.Rows).Where(static r => r.Write is not null && !r.IsReserved);
}
