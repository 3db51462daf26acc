using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Tracing;

namespace GdbHost.GdbStub.Tracing;

/// <summary>The machine as something that can be traced: its counters and events in gdb's terms.</summary>
/// <param name="port">The machine.</param>
/// <param name="registers">The registers by gdb's numbers.</param>
internal sealed class MachineTraceSource(MachineDebugPort port, MachineRegister[] registers) : ITraceSource
{
    private static readonly (MachineCounter Counter, TraceCounter Shown)[] CounterRows =
    [
        (MachineCounter.Instructions, new("instructions", "instructions of all vCPUs")),
        (MachineCounter.VirtualNanoseconds, new("virtual_ns", "virtual nanoseconds")),
        (MachineCounter.El2Traps, new("el2_traps", "synchronous exceptions to EL2 from below")),
        (MachineCounter.El2Hvc, new("el2_hvc", "of these: HVC")),
        (MachineCounter.El2Smc, new("el2_smc", "of these: SMC")),
        (MachineCounter.El2SystemRegisters, new("el2_sysreg", "of these: MRS, MSR and system instructions")),
        (MachineCounter.El2Waits, new("el2_wfx", "of these: WFI and WFE")),
        (MachineCounter.El2FloatingPoint, new("el2_fp", "of these: floating point and SIMD")),
        (MachineCounter.Stage2Aborts, new("stage2_aborts", "of these: faults of stage 2")),
        (MachineCounter.El2Interrupts, new("el2_interrupts", "IRQ and FIQ to EL2")),
        (MachineCounter.El3Traps, new("el3_traps", "synchronous exceptions to EL3 from below")),
        (MachineCounter.Interrupts, new("interrupts", "IRQ and FIQ to any level")),
        (MachineCounter.SmmuEvents, new("smmu_events", "events of the SMMU")),
        (MachineCounter.PsciCalls, new("psci_calls", "PSCI calls")),
        (MachineCounter.Waits, new("wfi_waits", "times that a vCPU began to wait in WFI")),
    ];

    private static readonly (MachineEventKind? Kind, StaticMarker Shown)[] MarkerRows =
    [
        (MachineEventKind.El2Entry, new("el2_entry", "an exception was taken to EL2", MarkerAddress(0))),
        (MachineEventKind.El2Return, new("el2_return", "ERET at EL2", MarkerAddress(1))),
        (MachineEventKind.Stage2Abort, new("stage2_abort", "EL2 has taken a fault of stage 2", MarkerAddress(2))),
        (MachineEventKind.SmmuEvent, new("smmu_event", "the SMMU has an event to report", MarkerAddress(3))),
        (MachineEventKind.PsciCall, new("psci_call", "a PSCI call, to the machine's firmware, EL3 or EL2", MarkerAddress(4))),
        (MachineEventKind.Wfi, new("wfi", "a vCPU waits in WFI from now on", MarkerAddress(5))),
        (null, new("any_event", "any of these", MarkerAddress(6))),
    ];

    private readonly TracedCore?[] _cores = new TracedCore?[port.CpuCount];

    public int CpuCount => port.CpuCount;

    public IReadOnlyList<TraceCounter> Counters { get; } = [.. CounterRows.Select(static r => r.Shown)];

    public IReadOnlyList<StaticMarker> Markers { get; } = [.. MarkerRows.Select(static r => r.Shown)];

    public ulong VirtualNanoseconds => port.VirtualNanoseconds;

    public ulong VirtualNanosecondsNow => port.Tracing.ReadNow(MachineCounter.VirtualNanoseconds);

    public void Follow(Action<ITracedCpu>? moved) => port.Tracing.Moved = moved is null ? null : core => moved(Of(core));

    public void SetVisit(ulong address, Action<ITracedCpu>? visited) => port.Tracing.SetVisit(address, visited is null ? null : core => visited(Of(core)));

    public void Observe(Action<int, ITracedCpu, Func<string>>? observer) => port.Tracing.Observe(observer is null
        ? null : (happened, core) => Tell(observer, happened, Of(core)));

    public void Count() => port.Tracing.Count();

    public ulong ReadCounter(int place) => port.Tracing.Read(CounterRows[place].Counter);

    public ulong ReadCounterNow(int place) => port.Tracing.ReadNow(CounterRows[place].Counter);

    public void Later(Action action) => port.Tracing.Later(action);

    // Bit 55 says that the address is of the lower range, and bits 54 to 52 that it is in no range of 52 bits.
    private static ulong MarkerAddress(int place) => 0x0070_0000_0000_0000 + ((ulong)place << 12);

    private static void Tell(Action<int, ITracedCpu, Func<string>> observer, MachineEvent happened, TracedCore core)
    {
        for (int place = 0; place < MarkerRows.Length; place++)
        {
            if (MarkerRows[place].Kind is null || MarkerRows[place].Kind == happened.Kind)
            {
                observer(place, core, () => MachineEventWords.Of(happened));
            }
        }
    }

    private TracedCore Of(CoreAtBreakpoint core) => _cores[core.Cpu] is TracedCore known && known.Core == core ? known : _cores[core.Cpu] = new(core, registers);

    private sealed class TracedCore(CoreAtBreakpoint core, MachineRegister[] registers) : ITracedCpu
    {
        public CoreAtBreakpoint Core { get; } = core;

        public int Cpu => Core.Cpu;

        public ulong ProgramCounter => Core.ProgramCounter;

        public bool Followed
        {
            get => Core.Followed;
            set => Core.Followed = value;
        }

        public bool TryReadRegister(RegisterDescription register, Span<byte> value) => Core.TryReadRegister(registers[register.Number], value);

        public int ReadMemory(ulong address, Span<byte> into) => Core.ReadMemory(address, into);
    }
}
