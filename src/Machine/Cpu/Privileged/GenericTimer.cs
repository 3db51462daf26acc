using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Cpu.Privileged;

/// <summary>
/// The generic timers of one core on virtual time (DDI 0487, The Generic Timer in AArch64 state). The counter counts
/// at 62.5 MHz, one tick for 16 ns of virtual time, as on QEMU's virt board.
/// </summary>
internal sealed class GenericTimer : ITimerRegisters, IStateful
{
    public const ulong FrequencyHz = 62_500_000;
    public const ulong NanosecondsPerTick = 16;

    private const int Timers = 4;
    private const ulong Enable = 1;
    private const ulong Mask = 2;
    private const ulong Status = 4;

    private readonly Core _core;
    private readonly ulong[] _control = new ulong[Timers];
    private readonly ulong[] _compare = new ulong[Timers];
    private readonly TimedEvent[] _events = new TimedEvent[Timers];
    private readonly TimedEvent _stream;
    private ulong _streamSeen;

    public GenericTimer(Core core)
    {
        _core = core;
        for (TimerKind kind = 0; (int)kind < Timers; kind++)
        {
            TimerKind each = kind;
            _events[(int)kind] = core.Scheduler.Create($"{StateName}.{kind}", () => Expire(each));
        }

        _stream = core.Scheduler.Create($"{StateName}.events", WakeWaiting);
    }

    /// <summary>The interrupt lines of the timers, by <see cref="TimerKind"/>; the board sets them.</summary>
    public IInterruptLine?[] Outputs { get; } = new IInterruptLine?[Timers];

    public string StateName => $"cpu{_core.Configuration.Index}.timer";

    /// <summary>CNTPCT_EL0.</summary>
    public ulong PhysicalCount => _core.Scheduler.Clock.Now / NanosecondsPerTick;

    /// <summary>CNTVCT_EL0.</summary>
    public ulong VirtualCount => PhysicalCount - _core.Regs[Sr.CntvoffEl2];

    public ulong ReadControl(TimerKind kind)
    {
        ulong control = _control[(int)kind];
        return control | ((control & Enable) != 0 && IsMet(kind) ? Status : 0);
    }

    public void WriteControl(TimerKind kind, ulong value)
    {
        _control[(int)kind] = value & (Enable | Mask);
        Update(kind);
    }

    public ulong ReadCompare(TimerKind kind) => _compare[(int)kind];

    public void WriteCompare(TimerKind kind, ulong value)
    {
        _compare[(int)kind] = value;
        Update(kind);
    }

    public ulong ReadTimerValue(TimerKind kind) => (_compare[(int)kind] - Count(kind)).Field(31, 0);

    public void WriteTimerValue(TimerKind kind, ulong value) => WriteCompare(kind, Count(kind) + value.SignExtend(32));

    /// <summary>CNTVOFF_EL2 changed.</summary>
    public void OffsetChanged() => Update(TimerKind.Virtual);

    /// <summary>This core's turn begins: what came due while another core ran, at a time this core had yet to reach, is armed again.</summary>
    public void TurnBegins()
    {
        for (TimerKind kind = 0; (int)kind < Timers; kind++)
        {
            Update(kind);
        }
    }

    /// <summary>All timers off, as after reset; compare values are UNKNOWN then and become zero.</summary>
    public void Reset()
    {
        for (TimerKind kind = 0; (int)kind < Timers; kind++)
        {
            _compare[(int)kind] = 0;
            WriteControl(kind, 0);
        }

        _stream.Disarm();
    }

    /// <summary>Whether an event stream had an event since the last time this was asked.</summary>
    public bool TakeStreamEvent()
    {
        ulong since = _streamSeen;
        _streamSeen = _core.Scheduler.Clock.Now;
        return NextStreamEvent(since) <= _streamSeen;
    }

    /// <summary>Wakes a WFE at the next event of a stream.</summary>
    public void ArmStreamEvent() => _stream.Arm(NextStreamEvent(_core.Scheduler.Clock.Now));

    // Deadlines are saved with the scheduler and outputs where they are received: computed anew they could differ, as
    // the other cores' turns begin at a time that this core's timers have seen already.
    public void Save(StateWriter to)
    {
        to.Write(_control);
        to.Write(_compare);
        to.Write(_streamSeen);
    }

    public void Restore(StateReader from)
    {
        from.ReadWords(_control);
        from.ReadWords(_compare);
        _streamSeen = from.ReadUInt64();
    }

    // Another core's turn runs ahead of this core's time. An interrupt raised then could be taken before the counter
    // reaches the compare value, with ISTATUS clear.
    private void Expire(TimerKind kind)
    {
        if (_core.Cluster.Current is not Core running || running == _core)
        {
            Update(kind);
        }
    }

    private void WakeWaiting()
    {
        _streamSeen = _core.Scheduler.Clock.Now;
        if (_core.Waiting == WaitKind.Event)
        {
            _core.EventRegister = true;
            _core.RequestAttention();
        }
    }

    /// <summary>The first event of both event streams after a moment, in nanoseconds, or <see cref="Scheduler.Never"/>.</summary>
    private ulong NextStreamEvent(ulong after)
    {
        ulong kernel = NextStreamEvent(_core.Regs.Read<CntkctlEl1>().Events, after, _core.Regs[Sr.CntvoffEl2]);
        return _core.Configuration.HasEl2
            ? Math.Min(kernel, NextStreamEvent(_core.Regs.Read<CnthctlEl2>().Events, after, 0))
            : kernel;
    }

    private static ulong NextStreamEvent(EventStream stream, ulong after, ulong offset)
    {
        if (!stream.Enabled)
        {
            return Scheduler.Never;
        }

        // The chosen bit rises halfway through each period of 2^(bit + 1) ticks, and falls at its start.
        ulong period = 2UL << stream.Bit;
        ulong phase = stream.Falling ? 0 : period / 2;
        ulong count = (after / NanosecondsPerTick) - offset;
        ulong intoPeriod = (count - phase) & (period - 1);
        return ((after / NanosecondsPerTick) + period - intoPeriod) * NanosecondsPerTick;
    }

    private ulong Count(TimerKind kind) => kind == TimerKind.Virtual ? VirtualCount : PhysicalCount;

    private bool IsMet(TimerKind kind) => Count(kind) >= _compare[(int)kind];

    /// <summary>Drives the output and arms the event for the moment at which the condition changes next.</summary>
    private void Update(TimerKind kind)
    {
        ulong control = _control[(int)kind];
        bool enabled = (control & Enable) != 0;
        bool met = IsMet(kind);
        Outputs[(int)kind]?.Set(enabled && met && (control & Mask) == 0);
        _events[(int)kind].Arm(enabled ? NextChange(kind, met) : Scheduler.Never);
    }

    private ulong NextChange(TimerKind kind, bool met)
    {
        // The counter starts at CNTVOFF below zero and wraps, so a met condition can end; all in ticks of the counter.
        ulong offset = kind == TimerKind.Virtual ? _core.Regs[Sr.CntvoffEl2] : 0;
        ulong now = PhysicalCount;
        ulong at = met ? offset : _compare[(int)kind] + offset;
        return at > now && at <= Scheduler.Never / NanosecondsPerTick ? at * NanosecondsPerTick : Scheduler.Never;
    }
}
