using System;
using System.Runtime.InteropServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Cpu;

/// <summary>What a core is built with; fixed for its life.</summary>
/// <param name="Index">Number of the core, 0 first; MPIDR_EL1.Aff0.</param>
/// <param name="CoreCount">Cores in the cluster.</param>
/// <param name="HasEl2">EL2 is implemented.</param>
/// <param name="HasEl3">EL3 is implemented.</param>
internal sealed record CoreConfiguration(int Index, int CoreCount, bool HasEl2, bool HasEl3);

/// <summary>One Cortex-A53 core: its state and the parts that give the state a meaning.</summary>
internal sealed unsafe class Core : IDisposable
{
    private GCHandle _self;
    private bool _disposed;

    public Core(CoreConfiguration configuration, PhysicalBus bus, Scheduler scheduler)
    {
        Configuration = configuration;
        Bus = bus;
        Scheduler = scheduler;
        State = AllocateState();
        _self = GCHandle.Alloc(this);
        State->CoreHandle = GCHandle.ToIntPtr(_self);
    }

    ~Core()
    {
        Release();
    }

    public CoreConfiguration Configuration { get; }

    public PhysicalBus Bus { get; }

    public Scheduler Scheduler { get; }

    /// <summary>The state that engines work on, in native memory.</summary>
    public CpuState* State { get; }

    public SysRegFile Regs { get; } = new();

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static CpuState* AllocateState()
    {
        // Away from page starts: the hot fields must not share cache sets with the pages a guest touches most.
        const int OffsetInPage = 0x440;
        nuint bytes = (nuint)(sizeof(CpuState) + OffsetInPage);
        byte* block = (byte*)NativeMemory.AlignedAlloc(bytes, 4096);
        NativeMemory.Clear(block, bytes);
        CpuState* state = (CpuState*)(block + OffsetInPage);
        nuint tlbBytes = (nuint)(sizeof(FastTlbEntry) * CpuState.FastTlbEntries * 4);
        state->FastTlbs = (FastTlbEntry*)NativeMemory.AlignedAlloc(tlbBytes, 64);
        NativeMemory.Fill(state->FastTlbs, tlbBytes, 0xff);
        state->FastTlb = state->FastTlbs;
        return state;
    }

    private void Release()
    {
        if (!_disposed)
        {
            _disposed = true;
            _self.Free();
            NativeMemory.AlignedFree(State->FastTlbs);
            NativeMemory.AlignedFree((void*)((nint)State & ~4095));
        }
    }
}
