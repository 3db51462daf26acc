using System;
using System.Runtime.InteropServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.Isa;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>One core with a little RAM, and a device of the test's, just reset, to which tests hand single instructions.</summary>
internal sealed unsafe class TestCore : IDisposable
{
    public const ulong RamStart = 0x4000_0000;

    private readonly Ram _ram = new("ram", 0x10_0000);

    public TestCore(bool el2 = true, bool el3 = false, int cores = 1, int? translateAfter = null, BusRegion? device = null)
    {
        Scheduler = new Scheduler(Clock);
        Cluster = new Cluster(Scheduler, translateAfter);
        PhysicalBus bus = new();
        bus.Add(new BusRegion("ram", RamStart, _ram.Size, _ram, Device: null));
        if (device is not null)
        {
            bus.Add(device);
        }

        for (int i = 0; i < cores; i++)
        {
            Core core = new(new CoreConfiguration(i, cores, el2, el3), bus, Cluster, Scheduler, PartsOf);
            CoreReset.Apply(core);
            core.State->Pc = RamStart;
        }
    }

    public VirtualClock Clock { get; } = new();

    public Scheduler Scheduler { get; }

    public Cluster Cluster { get; }

    public Core Core => Cluster.Cores[0];

    public CpuState* State => Core.State;

    public SysRegFile Regs => Core.Regs;

    /// <summary>PC is at a vector: the vector bases are zero, far below RAM.</summary>
    public bool TookException => State->Pc < RamStart;

    public CoreCalls Calls => Core.System.Calls;

    /// <summary>Puts the core at a level, masked or with the given PSTATE.DAIF (bits 9:6).</summary>
    public void Enter(ExceptionLevel level, uint daif = 0x3c0)
    {
        State->SetLevel(level, spSel: level != ExceptionLevel.El0);
        State->Daif = daif;
        State->Pc = RamStart;
        Core.System.Derived.Update();
    }

    /// <summary>Sets a register by name, as hardware holds it after a write.</summary>
    public void Set(string name, ulong value)
    {
        SysReg row = SysRegTable.Find(name) ?? throw new ArgumentException(name);
        Assert(Core.System.SystemRegisters.TryWrite(row, value), name);
    }

    public ulong Get(string name)
    {
        SysReg row = SysRegTable.Find(name) ?? throw new ArgumentException(name);
        Assert(Core.System.SystemRegisters.TryRead(row, out ulong value), name);
        return value;
    }

    /// <summary>Puts instructions or data into RAM.</summary>
    public void Write(ulong address, params ReadOnlySpan<uint> words)
    {
        MemoryMarshal.AsBytes(words).CopyTo(_ram.Span(address - RamStart, words.Length * sizeof(uint)));
        Cluster.Blocks.ForeignWrite(_ram, address - RamStart, words.Length * sizeof(uint));
    }

    /// <summary>What is in RAM.</summary>
    public ReadOnlySpan<byte> Read(ulong address, int bytes) => _ram.Span(address - RamStart, bytes);

    /// <summary>MRS X0 of a register.</summary>
    public Flow Mrs(string name) => Calls.ReadSystemRegister(Of(0xd520_0000 | Field(name)));

    /// <summary>MSR of a register, or SYS, from X0.</summary>
    public Flow Msr(string name, ulong value)
    {
        State->X[0] = value;
        return Calls.WriteSystemRegister(Of(0xd500_0000 | Field(name)));
    }

    public static Instruction Of(uint word) => new() { Word = word };

    public void Dispose()
    {
        Cluster.Dispose();
        _ram.Dispose();
    }

    private static CoreParts PartsOf(Core core) =>
        new(core.System.Calls, core.System.Translation, core.System.Translation, core.System.Exceptions);

    private static uint Field(string name) => (uint)(SysRegTable.Find(name) ?? throw new ArgumentException(name)).Id.Packed << 5;

    private static void Assert(bool holds, string name)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} does not exist here");
        }
    }
}
