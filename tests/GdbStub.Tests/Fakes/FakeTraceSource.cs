using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tracing;

namespace GdbHost.GdbStub.Tests.Fakes;

/// <summary>What the fake debuggee tells of itself, when a test says so.</summary>
internal sealed class FakeTraceSource(FakeTarget target) : ITraceSource
{
    private readonly Dictionary<ulong, Action<ITracedCpu>> _visits = [];
    private readonly HashSet<int> _followed = [];
    private Action<ITracedCpu>? _moved;
    private Action<int, ITracedCpu, Func<string>>? _observer;

    public int CpuCount => target.CpuCount;

    public IReadOnlyList<TraceCounter> Counters { get; } = [new("instructions", "instructions"), new("el2_traps", "traps")];

    public IReadOnlyList<StaticMarker> Markers { get; } = [new("wfi", "a vCPU waits", 0x70_0000_0000_0000), new("smmu_event", "an event", 0x70_0000_0000_1000)];

    public ulong VirtualNanoseconds => 0x1000_0000;

    public ulong VirtualNanosecondsNow => VirtualNanoseconds;

    /// <summary>What is being visited.</summary>
    public IEnumerable<ulong> Visits => _visits.Keys.Order();

    public void Follow(Action<ITracedCpu>? moved)
    {
        _moved = moved;
        _followed.Clear();
    }

    public void SetVisit(ulong address, Action<ITracedCpu>? visited)
    {
        _visits.Remove(address);
        if (visited is not null)
        {
            _visits[address] = visited;
        }
    }

    public void Observe(Action<int, ITracedCpu, Func<string>>? observer) => _observer = observer;

    public void Count()
    {
        // Each counter shows its place.
    }

    public ulong ReadCounter(int place) => 0x40u + (ulong)place;

    public ulong ReadCounterNow(int place) => ReadCounter(place);

    public void Later(Action action) => action();

    /// <summary>A vCPU comes to an address.</summary>
    public void Visit(int cpu, ulong pc)
    {
        target.SetRegister("pc", pc);
        if (_followed.Contains(cpu))
        {
            _moved?.Invoke(new Cpu(this, target, cpu));
        }

        _visits.GetValueOrDefault(pc)?.Invoke(new Cpu(this, target, cpu));
    }

    /// <summary>Something happens to vCPU 0.</summary>
    public void Happen(int marker, string words) => _observer?.Invoke(marker, new Cpu(this, target, 0), () => words);

    private sealed class Cpu(FakeTraceSource source, FakeTarget target, int number) : ITracedCpu
    {
        int ITracedCpu.Cpu => number;

        public ulong ProgramCounter
        {
            get
            {
                byte[] value = new byte[8];
                target.TryReadRegister(number, target.Registers.First(static r => r.Name == "pc"), value);
                return BitConverter.ToUInt64(value);
            }
        }

        public bool Followed
        {
            get => source._followed.Contains(number);
            set
            {
                if (value)
                {
                    source._followed.Add(number);
                }
                else
                {
                    source._followed.Remove(number);
                }
            }
        }

        public bool TryReadRegister(RegisterDescription register, Span<byte> value) => target.TryReadRegister(number, register, value);

        public int ReadMemory(ulong address, Span<byte> into) => target.ReadMemory(number, AddressView.Current, address, into);
    }
}
