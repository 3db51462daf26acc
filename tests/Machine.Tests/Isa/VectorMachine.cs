using System;
using GdbHost.InstructionWords;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Tests.Isa;

/// <summary>A core at EL0 with memory where the vectors have it, set up as Linux sets up a process.</summary>
internal sealed unsafe class VectorMachine : IDisposable
{
    private const ulong UserMayZeroAndMaintainCaches = (1UL << 14) | (1UL << 15) | (1UL << 26);
    private const ulong FpEnabled = 3UL << 20;

    private readonly Ram _ram = new("ram", Arena.Size);
    private readonly Cluster _cluster;
    private readonly Core _core;

    public VectorMachine()
    {
        PhysicalBus bus = new();
        bus.Add(new BusRegion("ram", Arena.Start, Arena.Size, _ram, Device: null));
        Scheduler scheduler = new(new VirtualClock());
        _cluster = new Cluster(scheduler);
        _core = new Core(
            new CoreConfiguration(Index: 0, CoreCount: 1, HasEl2: false, HasEl3: false),
            bus,
            _cluster,
            scheduler,
            static core => new CoreParts(core.System.Calls, new FlatTranslation(), core.System.Translation, core.System.Exceptions));
        _core.Regs[Sr.SctlrEl1] = UserMayZeroAndMaintainCaches;
        _core.Regs[Sr.CpacrEl1] = FpEnabled;
    }

    /// <summary>Sets SCTLR_EL1.A and SCTLR_EL1.SA0.</summary>
    public void CheckAlignment(bool ofAccesses, bool ofStack)
    {
        const ulong A = 1UL << 1;
        const ulong Sa0 = 1UL << 4;
        _core.Regs[Sr.SctlrEl1] = UserMayZeroAndMaintainCaches | (ofAccesses ? A : 0) | (ofStack ? Sa0 : 0);
        _core.FastTlb.Flush();
    }

    /// <summary>Executes words from a state and says what they changed, as the vector files say it.</summary>
    public string Run(ReadOnlySpan<uint> words, VectorState before)
    {
        Enter(words, before);
        _ = _cluster.Run((ulong)words.Length);
        bool faulted = _core.State->El != ExceptionLevel.El0;
        string outcome = faulted ? " " + Outcome((uint)_core.Regs[Sr.EsrEl1]) : "";
        VectorState after = Leave();
        return outcome + before.Difference(after, faulted ? after.Pc : Arena.Code + (4 * (ulong)words.Length));
    }

    public void Dispose()
    {
        _cluster.Dispose();
        _ram.Dispose();
    }

    /// <summary>The signal that Linux makes of an exception; for a misaligned SP, that.</summary>
    private static string Outcome(uint esr)
    {
        const uint AlignmentFault = 0x21;
        return esr.Field(31, 26) switch
        {
            0x00 or 0x18 => "ill",
            0x24 when esr.Field(5, 0) == AlignmentFault => "bus",
            0x24 => "segv",
            0x26 => "sp",
            0x3c => "trap",
            _ => $"exception with ESR {esr:x}",
        };
    }

    private void Enter(ReadOnlySpan<uint> words, VectorState state)
    {
        CpuState* to = _core.State;
        for (int k = 0; k < words.Length; k++)
        {
            *(uint*)(_ram.Host + (4 * k)) = words[k];
        }

        _cluster.Blocks.ForeignWrite(_ram, 0, 4 * words.Length);
        state.Memory.CopyTo(_ram.Span(Arena.Window - Arena.Start, Arena.WindowBytes));
        to->SetLevel(ExceptionLevel.El0, spSel: false);
        _core.System.Derived.Update();
        state.X.CopyTo(new Span<ulong>(to->X, state.X.Length));
        state.V.CopyTo(new Span<ulong>(to->V, state.V.Length));
        to->WriteSp(0, state.Sp);
        to->Pc = state.Pc;
        to->Nzcv = state.Nzcv << 28;
        to->Fp.Fpcr = state.Fpcr;
        to->Fp.Fpsr = state.Fpsr;
        to->ExclusiveValid = false;
    }

    private VectorState Leave()
    {
        CpuState* from = _core.State;
        VectorState state = new()
        {
            Sp = from->ReadSp(0),
            Pc = from->Pc,
            Nzcv = from->Nzcv >> 28,
            Fpcr = from->Fp.Fpcr,
            Fpsr = from->Fp.Fpsr,
        };
        new ReadOnlySpan<ulong>(from->X, state.X.Length).CopyTo(state.X);
        new ReadOnlySpan<ulong>(from->V, state.V.Length).CopyTo(state.V);
        _ram.Span(Arena.Window - Arena.Start, Arena.WindowBytes).CopyTo(state.Memory);
        return state;
    }

    /// <summary>Normal memory where there is RAM, and nothing elsewhere.</summary>
    private sealed class FlatTranslation : IAddressTranslation
    {
        public Translation Translate(ulong address, AccessType type, ExceptionLevel level) => new()
        {
            Fault = address - Arena.Start < Arena.Size ? Fault.None : new Fault(FaultKind.Translation, Level: 3, Stage2: false, OnWalk: false),
            Physical = address,
            Intermediate = address,
            RangeShift = Ram.PageShift,
            Attributes = MemoryAttributes.NormalWriteBack,
        };

        public void RegistersChanged()
        {
        }

        public void Reset()
        {
        }

        public TlbInvalidation Complete(TlbiOperation operation, ulong operand) => default;

        public void Invalidate(in TlbInvalidation invalidation)
        {
        }

        public AtResult AddressTranslate(AtOperation operation, ulong address) => default;
    }
}
