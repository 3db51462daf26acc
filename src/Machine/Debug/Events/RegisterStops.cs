using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Debug.Events;

/// <summary>
/// Asks whoever wants to stop at writes of one system register, and tells who wrote the controls. While nobody wants to stop, no core
/// knows of a listener and generated code has nothing for it.
/// </summary>
[NotState("the debugger's")]
internal sealed unsafe class RegisterStops(Boards.Machine machine) : IRegisterListener
{
    private SysReg? _register;
    private Func<MachineRegisterWrite, string?>? _stops;

    /// <summary>The names that can be watched: registers that can be written, and system instructions.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Writable().Select(static r => r.Name)];

    /// <summary>Stops at writes of a register; null for none. False for a name that there is not.</summary>
    public bool Set(string? name, Func<MachineRegisterWrite, string?>? stops)
    {
        SysReg? row = name is null ? null : Writable().FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (name is not null && row is null)
        {
            return false;
        }

        _register = row;
        _stops = stops;
        machine.Cluster.Translator?.Watch(row?.Id);
        foreach (Core core in machine.Cores)
        {
            core.System.RegisterListener = row is null ? null : this;
        }

        return true;
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
        if (row != _register)
        {
            return;
        }

        int world = CoreWorld.Of(core);
        MachineRegisterWrite write = new(
            core.Configuration.Index, (int)core.State->El, core.State->Pc, row.Name, before, value, core.Cluster.RetiredNow,
            core.Scheduler.Clock.Now, world == 0 ? null : world - 1, ByDebugger: false);
        if (_stops?.Invoke(write) is string words)
        {
            core.Cluster.Debug.StopFor(core, words);
        }
    }

    private static IEnumerable<SysReg> Writable() => SysRegTable.Groups.SelectMany(static g => g.Rows).Where(static r => r.Write is not null && !r.IsReserved);
}
