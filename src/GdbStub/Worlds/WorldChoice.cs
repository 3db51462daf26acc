using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Worlds;
using GdbHost.Protocol.Text;

namespace GdbHost.GdbStub.Worlds;

/// <summary>
/// Worlds as one debugger's processes ("monitor worlds"): the hypervisor's is process 1, that of VMID n process n + 2, and a vCPU on which
/// a world has run is a thread of it, of the same number in each. gdb turns to a process that is new to it, whatever it was about to show;
/// so a guest is a process from its first stop on, or from when it is asked for. Off, all vCPUs are threads of process 1.
/// </summary>
internal sealed class WorldChoice
{
    /// <summary>The process of the hypervisor, and the only one where worlds are off.</summary>
    public const int First = 1;

    private readonly SortedSet<int> _shown = [First];

    public bool IsOn { get; private set; }

    /// <summary>Breakpoints and watchpoints inserted from now on count in every world.</summary>
    public bool BreaksAnywhere { get; set; }

    /// <summary>The process that packets are about.</summary>
    public int Selected { get; set; } = First;

    /// <summary>The world that packets are about; null where worlds are off.</summary>
    public World? World => IsOn ? WorldOf(Selected) : null;

    /// <summary>Where a new breakpoint counts; null where worlds are off.</summary>
    public BreakpointWorld? OfBreakpoints => World is World world ? new BreakpointWorld(world, BreaksAnywhere) : null;

    public static int ProcessOf(World world) => First + world.Number;

    public static World WorldOf(int process) => new(process - First);

    /// <summary>Begins or ends, for this debugger and its target.</summary>
    public void Turn(ITarget target, bool on)
    {
        if (target is IWorlds worlds && IsOn != on)
        {
            worlds.Worlds.Turn(on);
            IsOn = on;
            BreaksAnywhere = false;
            Selected = First;
            _shown.Clear();
            _shown.Add(First);
        }
    }

    /// <summary>Reads one register, as the selected world has it; false where it cannot be shown.</summary>
    public bool TryReadRegister(ITarget target, int cpu, RegisterDescription register, Span<byte> value)
    {
        if (World is not World world)
        {
            return target.TryReadRegister(cpu, register, value);
        }

        Span<bool> readable = stackalloc bool[1];
        ((IWorlds)target).ReadRegisters(cpu, world, [register], value, readable);
        return readable[0];
    }

    /// <summary>The thread that a vCPU is at this moment.</summary>
    public ThreadId ThreadOf(ITarget target, int cpu) =>
        new(IsOn ? ProcessOf(((IWorlds)target).Worlds.Of(cpu)) : First, cpu + 1);

    /// <summary>The processes that this debugger is told of.</summary>
    public IReadOnlyCollection<int> Processes => _shown;

    /// <summary>A vCPU has stopped: its world is a process from now on, and the one that packets are about.</summary>
    public void Stopped(ITarget target, int cpu)
    {
        Selected = ThreadOf(target, cpu).Process;
        _shown.Add(Selected);
    }

    /// <summary>Makes every world that has run a process.</summary>
    public void ShowAll(ITarget target)
    {
        if (IsOn)
        {
            _shown.UnionWith(((IWorlds)target).Worlds.All.Select(ProcessOf));
        }
    }

    /// <summary>The vCPUs that are threads of a process; none where there is no such process.</summary>
    public IEnumerable<int> Cpus(ITarget target, int process) => !IsOn ? Enumerable.Range(0, process == First ? target.CpuCount : 0)
        : !_shown.Contains(process) ? []
        : ((IWorlds)target).Worlds.Cores(WorldOf(process));

    /// <summary>What a thread is doing, in words.</summary>
    public string Describe(ITarget target, ThreadId thread) =>
        IsOn ? ((IWorlds)target).Worlds.Describe(thread.Thread - 1, WorldOf(thread.Process)) : target.StateOf(thread.Thread - 1);

    public static string NameOf(World world) => world.Vmid is int vmid ? $"VMID {vmid}" : "EL2";

    /// <summary>What a process is, in words; empty where worlds are off.</summary>
    public string NameOf(int process) => IsOn ? NameOf(WorldOf(process)) : "";

    /// <summary>The debugger leaves a process; false when it was the last one.</summary>
    public bool Leave(int process)
    {
        _shown.Remove(process);
        return _shown.Count > 0;
    }

    /// <summary>The debugger comes to a process that it has left, or to a guest that has not run yet; false where there is none such.</summary>
    public bool Join(ITarget target, int process)
    {
        if (!IsOn)
        {
            return process == First;
        }

        if (process < First || WorldOf(process).Vmid is > byte.MaxValue)
        {
            return false;
        }

        if (WorldOf(process).Vmid is int vmid)
        {
            ((IWorlds)target).Worlds.Declare(vmid);
        }

        _shown.Add(process);
        return true;
    }
}
