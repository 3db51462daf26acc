using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Debug.Traps;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;

namespace GdbHost.Machine.Debug.Worlds;

/// <summary>
/// The worlds of a machine: its hypervisor's and one for each VMID. While it is on, each core's guest is remembered when it leaves for EL2,
/// so that its registers and memory can be looked at while the core is elsewhere. Off, it costs nothing. Looking leaves no trace in the
/// machine, and no snapshot holds what is remembered.
/// </summary>
public sealed unsafe class MachineWorlds : IExceptionListener
{
    private const int Vmids = 256;

    /// <summary>PSTATE.D, A, I and F, as at the entry of an exception.</summary>
    private const uint AllMasked = 0x3c0;

    /// <summary>The vector of a synchronous exception from a lower level that uses AArch64 (DDI 0487, Exception vectors).</summary>
    private const ulong LowerSynchronous = 0x400;

    private readonly Boards.Machine _machine;
    private readonly MachineThread _thread;
    private readonly MachineRegisters _registers;
    private readonly ExceptionListeners _listeners;

    // By core and VMID.
    private readonly WorldContext?[] _left;
    private readonly bool[] _declared = new bool[Vmids];

    internal MachineWorlds(Boards.Machine machine, MachineThread thread, MachineRegisters registers, ExceptionListeners listeners)
    {
        _machine = machine;
        _thread = thread;
        _registers = registers;
        _listeners = listeners;
        _left = new WorldContext?[machine.Cores.Count * Vmids];
    }

    /// <summary>Whether guests are remembered when they leave for EL2.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Switches it on, with what the cores hold of guests now, or off, forgetting all.</summary>
    public void Turn(bool on) => _thread.Invoke(() =>
    {
        IsOn = on;
        _listeners.Set(this, on);
        Forget();
        Array.Clear(_declared);
    });

    /// <summary>Lists a guest's world before it has run, with core 0.</summary>
    /// <param name="vmid">0 to 255.</param>
    public void Declare(int vmid) => _declared[vmid] = true;

    /// <summary>The hypervisor's world, and those of guests that have run or were declared, by VMID.</summary>
    public IReadOnlyList<World> All => Ask(() =>
    {
        List<World> worlds = [World.Hypervisor];
        for (int vmid = 0; vmid < Vmids; vmid++)
        {
            if (_declared[vmid] || CoresOf(World.OfGuest(vmid)).Count > 0)
            {
                worlds.Add(World.OfGuest(vmid));
            }
        }

        return worlds;
    });

    /// <summary>The cores on which a world has run, by rising number; all of them for the hypervisor's.</summary>
    public IReadOnlyList<int> Cores(World world) => Ask(() =>
    {
        List<int> cores = CoresOf(world);
        return cores.Count == 0 && world.Vmid is int vmid && _declared[vmid] ? [0] : cores;
    });

    /// <summary>The world that a core is in.</summary>
    public World Of(int cpu) => Ask(() => World.Of(Core(cpu)));

    /// <summary>The translation of a world can be followed on a core: it has the world's registers, or those with which the world left it are kept.</summary>
    public bool CanFollow(int cpu, World world) => Ask(() => world == World.Hypervisor || Left(cpu, world) is not null || IsBelow(cpu, world));

    /// <summary>What a core is doing in a world, in words.</summary>
    public string Describe(int cpu, World world) => Ask(() =>
    {
        World now = World.Of(Core(cpu));
        string state = MachineRegisters.Describe(Core(cpu));
        return now == world ? state : world == World.Hypervisor ? $"the guest of VMID {now.Vmid} runs ({state})"
            : Left(cpu, world) is null && !IsBelow(cpu, world) ? "has not run yet"
            : now == World.Hypervisor ? $"left for {state}" : $"not running; the core runs VMID {now.Vmid} ({state})";
    });

    /// <summary>Reads registers as <see cref="MachineDebugPort.ReadRegisters"/> does, as they are in a world.</summary>
    public void ReadRegisters(int cpu, World world, IReadOnlyList<MachineRegister> registers, Span<byte> values, Span<bool> readable)
    {
        byte[] bytes = new byte[values.Length];
        bool[] shown = new bool[registers.Count];
        _thread.Invoke(() => Read(cpu, world, registers, bytes, shown));
        bytes.CopyTo(values);
        shown.CopyTo(readable);
    }

    /// <summary>Reads memory through the tables of a world; gives the number of bytes from the start that answered.</summary>
    public int ReadMemory(int cpu, World world, ulong address, Span<byte> into)
    {
        byte[] bytes = new byte[into.Length];
        int count = Ask(() => DebugMemory.Read(Core(cpu), SpaceOf(cpu, world, out ITranslationView? view), address, bytes, view));
        bytes.AsSpan(0, count).CopyTo(into);
        return count;
    }

    /// <summary>Writes RAM through the tables of a world; all bytes or none.</summary>
    public bool TryWriteMemory(int cpu, World world, ulong address, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        return Ask(() => DebugMemory.TryWrite(Core(cpu), SpaceOf(cpu, world, out ITranslationView? view), address, copy, view));
    }

    /// <summary>Explains how a world translates an address.</summary>
    public TranslationReport Explain(int cpu, World world, ulong address, TranslationAccess access) => Ask(() => TranslationExplainer.Explain(
        Core(cpu), _machine.Bus, SpaceOf(cpu, world, out ITranslationView? view), address, access, unprivileged: false, view));

    /// <summary>Explains how the stage 2 of a guest's world translates an intermediate physical address.</summary>
    public TranslationReport ExplainIntermediate(int cpu, World world, ulong address, TranslationAccess access) => Ask(() =>
    {
        SpaceOf(cpu, world, out ITranslationView? view);
        return TranslationExplainer.Explain(Core(cpu), _machine.Bus, MemorySpace.Intermediate, address, access, unprivileged: false, view);
    });

    void IExceptionListener.Entered(Core core, ExceptionLevel from, ExceptionLevel to, ExceptionType type)
    {
        if (to == ExceptionLevel.El2 && from < ExceptionLevel.El2)
        {
            Keep(core);
        }
    }

    void IExceptionListener.Returned(Core core, ExceptionLevel from)
    {
        // What returns to a guest is in its own world from now on.
    }

    void IExceptionListener.FirmwareCalled(Core core, bool isSmc, ulong function, ulong first, ulong result)
    {
        // Answered at once: nobody has left.
    }

    /// <summary>On the machine's thread: the machine was reset, or its state replaced. What the cores hold of guests is all there is.</summary>
    internal void Forget()
    {
        Array.Clear(_left);
        if (IsOn)
        {
            foreach (Core core in _machine.Cores)
            {
                if (core.State->El == ExceptionLevel.El2)
                {
                    Keep(core);
                }
            }
        }
    }

    private Core Core(int cpu) => _machine.Cores[cpu];

    private WorldContext? Left(int cpu, World world) => world.Vmid is int vmid ? _left[(cpu * Vmids) + vmid] : null;

    private bool IsBelow(int cpu, World world) => World.BelowEl2(Core(cpu)) == world;

    private void Keep(Core core)
    {
        if (World.BelowEl2(core).Vmid is int vmid)
        {
            (_left[(core.Configuration.Index * Vmids) + vmid] ??= new WorldContext(core.Bus)).Keep(core);
        }
    }

    private List<int> CoresOf(World world)
    {
        List<int> cores = [];
        for (int cpu = 0; cpu < _machine.Cores.Count; cpu++)
        {
            if (world == World.Hypervisor || Left(cpu, world) is not null || World.Of(Core(cpu)) == world)
            {
                cores.Add(cpu);
            }
        }

        return cores;
    }

    /// <summary>Which tables show a world's memory: the core's own where it is there or on the other side of EL2's door, else those it had.</summary>
    private MemorySpace SpaceOf(int cpu, World world, out ITranslationView? view)
    {
        view = null;
        World now = World.Of(Core(cpu));
        if (world != World.Hypervisor)
        {
            view = now == world ? null : Left(cpu, world);
            return MemorySpace.El1;
        }

        if (now != World.Hypervisor)
        {
            return MemorySpace.El2;
        }

        // EL2 whose EL1 is a guest's must not see the guest's addresses as its own; a host's kernel at EL1 belongs to it.
        return Core(cpu).State->El switch
        {
            ExceptionLevel.El3 => MemorySpace.El3,
            ExceptionLevel.El2 when World.BelowEl2(Core(cpu)) != World.Hypervisor => MemorySpace.El2,
            _ => MemorySpace.Current,
        };
    }

    private void Read(int cpu, World world, IReadOnlyList<MachineRegister> registers, Span<byte> values, Span<bool> readable)
    {
        Core core = Core(cpu);
        CpuState state = *core.State;
        World now = World.Of(core);
        WorldContext? left = now == world ? null : Left(cpu, world);
        if (left is not null)
        {
            state = left.State;
        }
        else if (now != world && world == World.Hypervisor)
        {
            // Where EL2 is called next.
            state.SetLevel(ExceptionLevel.El2, spSel: true);
            state.Daif = AllMasked;
            state.Pc = core.Regs[Sr.VbarEl2] + LowerSynchronous;
        }

        int at = 0;
        for (int index = 0; index < registers.Count; index++)
        {
            int size = registers[index].Bits / 8;
            readable[index] = _registers.TryRead(core, &state, left?.Registers, registers[index], values.Slice(at, size));
            at += size;
        }
    }

    private T Ask<T>(Func<T> question)
    {
        T? answer = default;
        _thread.Invoke(() => answer = question());
        return answer!;
    }
}
