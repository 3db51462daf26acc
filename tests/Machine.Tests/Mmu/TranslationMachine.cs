using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Tests.Mmu;

/// <summary>A core with memory where QEMU's virt board has it, for asking its address translation.</summary>
internal sealed unsafe class TranslationMachine : IDisposable
{
    private const ulong MemoryStart = 0x4000_0000;
    private const ulong MemorySize = 1UL << 30;

    private readonly Ram _memory = new("ram", MemorySize);
    private readonly Cluster _cluster;
    private readonly Core _core;
    private readonly List<ulong> _written = [];

    public TranslationMachine(bool hasEl2 = true, bool hasEl3 = true)
    {
        Bus.Add(new BusRegion("ram", MemoryStart, MemorySize, _memory, Device: null));
        var scheduler = new Scheduler(new VirtualClock());
        _cluster = new Cluster(scheduler);
        _core = new Core(
            new CoreConfiguration(Index: 0, CoreCount: 1, hasEl2, hasEl3),
            Bus,
            _cluster,
            scheduler,
            static core => new CoreParts(core.System.Calls, core.System.Translation, core.System.Translation, core.System.Exceptions));
    }

    public PhysicalBus Bus { get; } = new();

    public AddressTranslation Translation => _core.System.Translation;

    public SysRegFile Registers => _core.Regs;

    public ExceptionLevel Level
    {
        set => _core.State->SetLevel(value, spSel: true);
    }

    /// <summary>Sets a register as MSR does.</summary>
    public void Set(Sr register, ulong value)
    {
        Registers[register] = value;
        Translation.RegistersChanged();
    }

    public void Write(ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        if (!Bus.TryPoke(new PhysicalAddress(address), bytes))
        {
            throw new ArgumentOutOfRangeException(nameof(address));
        }

        _written.Add(address);
    }

    /// <summary>Takes back every <see cref="Write"/>.</summary>
    public void ClearMemory()
    {
        foreach (ulong address in _written.ToArray())
        {
            Write(address, 0);
        }

        _written.Clear();
    }

    public void Dispose()
    {
        _cluster.Dispose();
        _memory.Dispose();
    }
}
