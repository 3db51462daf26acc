using System;
using System.Numerics;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;
using GdbHost.Machine.SysRegs.Rows;
using GdbHost.Machine.Time;

namespace GdbHost.Machine.Cpu.Monitoring;

/// <summary>
/// The PMU of one core (DDI 0487, The Performance Monitors Extension). Nothing is counted as instructions run: the
/// counters are brought up to date when they are read, when a register of theirs changes, and when the Exception level
/// does. A cycle is a virtual nanosecond, also while the core waits in WFI; an instruction is one that retired.
/// </summary>
internal sealed unsafe class PerformanceMonitors : IPerformanceMonitors, IStateful
{
    private const ulong CycleCounterBit = 1UL << IPerformanceMonitors.CycleCounter;

    private readonly Core _core;
    private readonly TimedEvent _overflow;

    /// <summary>Counters that are enabled, whatever their filters say of the present level.</summary>
    [NotState("from the system registers")]
    private ulong _enabled;

    /// <summary>Counters that are enabled and not filtered out now.</summary>
    [NotState("from the system registers")]
    private ulong _counting;

    [NotState("from the system registers")]
    private CounterFeeds _feeds;
    private ulong _settledTime;
    private ulong _settledInstructions;
    private ulong _prescale;

    /// <summary>Attempts at instructions that ended in an exception.</summary>
    private ulong _notRetired;

    /// <summary>The overflow came due in another core's turn, before this core has got there.</summary>
    private bool _isOverdue;

    public PerformanceMonitors(Core core)
    {
        _core = core;
        _overflow = core.Scheduler.Create(StateName, Overflow);
    }

    public string StateName => $"cpu{_core.Configuration.Index}.pmu";

    /// <summary>The overflow interrupt; the board sets it.</summary>
    public IInterruptLine? Output { get; set; }

    public ulong Overflows => Now(withPresent: false).Overflows;

    private ulong Retired => _core.Attempted - _notRetired;

    private PmcrEl0 Control => _core.Regs.Read<PmcrEl0>();

    public ulong Read(int counter)
    {
        CounterValues now = Now(withPresent: false);
        return counter == IPerformanceMonitors.CycleCounter ? now.Cycles : now.Events[counter];
    }

    public void Settle() => Settle(withPresent: false);

    public void Changed()
    {
        _enabled = Enabled();
        UpdateFeeds();
        UpdateOutput();
    }

    /// <summary>The Exception level or what the filters look at has changed.</summary>
    public void LevelChanged()
    {
        if (_core.Regs[Sr.PmcntenEl0] != 0)
        {
            Settle(withPresent: false);
            Changed();
        }
    }

    public void Count(PerformanceEvent happened, ulong counters = ulong.MaxValue)
    {
        CounterValues values = Load();
        bool any = false;
        for (int n = 0; (_counting & counters) != 0 && n < Performance.Counters; n++)
        {
            if ((_counting & counters).Bit(n) && TypeOf(n).Event == happened)
            {
                values.Add(n, 1, in _feeds);
                any = true;
            }
        }

        if (any)
        {
            Store(in values);
            UpdateOutput();
        }
    }

    /// <summary>A synchronous exception is about to be taken.</summary>
    public void ExceptionTaken(ExceptionMoment moment)
    {
        bool attempted = moment != ExceptionMoment.Between && _core.IsRunning;
        if (attempted && moment == ExceptionMoment.Instead)
        {
            _notRetired++;
        }

        if (_enabled != 0)
        {
            Settle(attempted);
            Count(PerformanceEvent.ExceptionTaken);
        }
    }

    /// <summary>An interrupt is about to be taken.</summary>
    /// <param name="kind">The event that counts this kind alone, if there is one.</param>
    public void InterruptTaken(PerformanceEvent? kind)
    {
        ExceptionTaken(ExceptionMoment.Between);
        if (kind is PerformanceEvent also && _enabled != 0)
        {
            Count(also);
        }
    }

    /// <summary>ERET is about to return.</summary>
    public void ExceptionReturn()
    {
        if (_enabled != 0)
        {
            Settle(_core.IsRunning);
            Count(PerformanceEvent.ExceptionReturn);
        }
    }

    /// <summary>This core's turn begins: the clock shows its time.</summary>
    public void TurnBegins()
    {
        if (_isOverdue)
        {
            _isOverdue = false;
            ArmOverflow();
        }
    }

    /// <summary>To be called after a reset of the registers.</summary>
    public void Reset()
    {
        _prescale = 0;
        _isOverdue = false;
        _settledTime = _core.Scheduler.Clock.Now;
        _settledInstructions = Retired;
        Changed();
    }

    public void Save(StateWriter to)
    {
        to.Write(_core.Attempted);
        to.Write(_notRetired);
        to.Write(_settledTime);
        to.Write(_settledInstructions);
        to.Write(_prescale);
        to.Write(_isOverdue);
    }

    /// <summary>Puts the state back; registers and clock must have been restored before.</summary>
    public void Restore(StateReader from)
    {
        _core.Attempted = from.ReadUInt64();
        _notRetired = from.ReadUInt64();
        _settledTime = from.ReadUInt64();
        _settledInstructions = from.ReadUInt64();
        _prescale = from.ReadUInt64();
        _isOverdue = from.ReadBool();
        Changed();
        if (_isOverdue)
        {
            _overflow.Disarm();
        }
    }

    /// <summary>The deadline is a lower bound where instructions are counted, as not all of them retire: then it moves on.</summary>
    private void Overflow()
    {
        if (_core.Cluster.Current is Core current && current != _core)
        {
            _isOverdue = true;
            return;
        }

        Settle(withPresent: false);
        UpdateOutput();
        ArmOverflow();
    }

    private void Settle(bool withPresent)
    {
        CounterValues values = Now(withPresent);
        ulong present = withPresent ? 1UL : 0;
        _settledTime = Math.Max(_settledTime, _core.Scheduler.Clock.Now + present);
        _settledInstructions = Math.Max(_settledInstructions, Retired + present);
        Store(in values);
    }

    /// <summary>What the counters hold now, or behind the present instruction.</summary>
    private CounterValues Now(bool withPresent)
    {
        // Clocks of cores differ by up to a turn, so that for who looks on, time may seem to go back.
        ulong present = withPresent ? 1UL : 0;
        ulong time = _core.Scheduler.Clock.Now + present;
        ulong instructions = Retired + present;
        CounterValues values = Load();
        values.Advance(
            in _feeds,
            Control,
            time > _settledTime ? time - _settledTime : 0,
            instructions > _settledInstructions ? instructions - _settledInstructions : 0);
        return values;
    }

    private CounterValues Load()
    {
        CounterValues values = new()
        {
            Cycles = _core.Regs[Sr.PmccntrEl0],
            Prescale = _prescale,
            Overflows = _core.Regs[Sr.PmovsEl0],
        };
        for (int n = 0; n < Performance.Counters; n++)
        {
            values.Events[n] = _core.Regs[Sr.Pmevcntr0El0 + n];
        }

        return values;
    }

    private void Store(in CounterValues values)
    {
        _core.Regs[Sr.PmccntrEl0] = values.Cycles;
        _core.Regs[Sr.PmovsEl0] = values.Overflows;
        _prescale = values.Prescale;
        for (int n = 0; n < Performance.Counters; n++)
        {
            _core.Regs[Sr.Pmevcntr0El0 + n] = values.Events[n];
        }
    }

    private EventType TypeOf(int counter) => new(_core.Regs[Sr.Pmevtyper0El0 + counter]);

    /// <summary>The enabled counters: PMCR_EL0.E has those of EL1, MDCR_EL2.HPME those that MDCR_EL2.HPMN keeps for EL2.</summary>
    private ulong Enabled() => _core.Regs[Sr.PmcntenEl0] & Switched();

    private ulong Switched()
    {
        MdcrEl2 hypervisor = _core.Regs.Read<MdcrEl2>();
        ulong ofEl1 = CycleCounterBit | Performance.EventCountersBelow(_core.Configuration.HasEl2 ? hypervisor.Hpmn : Performance.Counters);
        return (Control.E ? ofEl1 : 0) | (_core.Configuration.HasEl2 && hypervisor.Hpme ? ~ofEl1 : 0);
    }

    /// <summary>DDI 0487, CountEvents, for all counters.</summary>
    private void UpdateFeeds()
    {
        uint cycles = 0;
        uint instructions = 0;
        uint chained = 0;
        _counting = 0;
        bool secure = _core.System.Derived.Secure;
        bool prohibited = secure && !_core.Regs.Read<MdcrEl3>().Spme;
        for (ulong left = _enabled; left != 0; left &= left - 1)
        {
            int n = BitOperations.TrailingZeroCount(left);
            bool isCycles = n == IPerformanceMonitors.CycleCounter;
            EventType type = isCycles ? new EventType(_core.Regs[Sr.PmccfiltrEl0]) : TypeOf(n);
            if ((prohibited && (!isCycles || Control.Dp)) || !type.Passes(_core.State->El, secure))
            {
                continue;
            }

            uint bit = 1u << n;
            _counting |= bit;
            cycles |= isCycles || type.Event == PerformanceEvent.CpuCycles ? bit : 0;
            instructions |= !isCycles && type.Event == PerformanceEvent.InstructionRetired ? bit : 0;
            chained |= !isCycles && (n & 1) != 0 && type.Event == PerformanceEvent.Chain ? bit : 0;
        }

        _feeds = new CounterFeeds(cycles, instructions, chained);
        ArmOverflow();
    }

    /// <summary>Arms the event for the next overflow that raises the interrupt.</summary>
    private void ArmOverflow()
    {
        ulong earliest = Scheduler.Never;
        CounterValues values = Load();
        ulong wanted = _enabled & _core.Regs[Sr.PmintenEl1] & ~values.Overflows;
        for (; wanted != 0; wanted &= wanted - 1)
        {
            ulong? left = values.UntilOverflow(BitOperations.TrailingZeroCount(wanted), in _feeds, Control);
            if (left is ulong time && _settledTime + time > _settledTime)
            {
                earliest = Math.Min(earliest, _settledTime + time);
            }
        }

        _overflow.Arm(earliest);
    }

    /// <summary>DDI 0487, CheckForPMUOverflow.</summary>
    private void UpdateOutput() =>
        Output?.Set((_core.Regs[Sr.PmovsEl0] & _core.Regs[Sr.PmintenEl1] & Switched()) != 0);
}
