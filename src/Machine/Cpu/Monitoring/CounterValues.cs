using System.Runtime.CompilerServices;
using GdbHost.Machine.Common;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.SysRegs.Fields;
using GdbHost.Machine.SysRegs.Rows;

namespace GdbHost.Machine.Cpu.Monitoring;

/// <summary>Which counters count what in the present state: bit n is event counter n, bit 31 the cycle counter.</summary>
/// <param name="Cycles">Count cycles.</param>
/// <param name="Instructions">Count retired instructions.</param>
/// <param name="Chained">Odd counters that count the overflows of the even ones before them.</param>
internal readonly record struct CounterFeeds(uint Cycles, uint Instructions, uint Chained)
{
    /// <summary>A counter that goes on with time.</summary>
    public bool IsTimed(int counter) => ((Cycles | Instructions) & (1u << counter)) != 0;

    public bool IsChained(int counter) => (Chained & (1u << counter)) != 0;
}

/// <summary>
/// A copy of the counters, to be advanced: what they would hold now, or what is stored next (DDI 0487, Behavior on
/// overflow).
/// </summary>
internal struct CounterValues
{
    /// <summary>PMEVCNTR&lt;n&gt;_EL0, 32 bits each.</summary>
    public EventCounters Events;

    /// <summary>PMCCNTR_EL0.</summary>
    public ulong Cycles;

    /// <summary>Cycles that wait to become a count of 64, where PMCR_EL0.D divides.</summary>
    public ulong Prescale;

    /// <summary>PMOVSSET_EL0.</summary>
    public ulong Overflows;

    private const int EventWidth = 32;
    private const int DividerShift = 6;

    public void Advance(in CounterFeeds feeds, PmcrEl0 control, ulong cycles, ulong instructions)
    {
        for (int n = 0; n < Performance.Counters; n++)
        {
            bool byCycles = feeds.Cycles.Bit(n);
            if (byCycles || feeds.Instructions.Bit(n))
            {
                Add(n, byCycles ? cycles : instructions, in feeds);
            }
        }

        if (feeds.Cycles.Bit(IPerformanceMonitors.CycleCounter))
        {
            AddCycles(control, cycles);
        }
    }

    /// <summary>Adds to an event counter, and to the one that is chained to it for each overflow.</summary>
    public void Add(int counter, ulong amount, in CounterFeeds feeds)
    {
        ulong sum = Events[counter] + amount;
        ulong overflows = sum >> EventWidth;
        Events[counter] = sum.Field(EventWidth - 1, 0);
        if (overflows == 0)
        {
            return;
        }

        Overflows |= 1UL << counter;
        if ((counter & 1) == 0 && feeds.IsChained(counter + 1))
        {
            Add(counter + 1, overflows, in feeds);
        }
    }

    /// <summary>Cycles or instructions until a counter overflows, or null if that is not a matter of time.</summary>
    public readonly ulong? UntilOverflow(int counter, in CounterFeeds feeds, PmcrEl0 control)
    {
        const ulong Wrap = 1UL << EventWidth;
        if (counter == IPerformanceMonitors.CycleCounter)
        {
            ulong counts = control.Lc ? 0 - Cycles : Wrap - Cycles.Field(EventWidth - 1, 0);
            return !feeds.IsTimed(counter) || counts == 0 ? null : control.Divides ? (counts << DividerShift) - Prescale : counts;
        }

        if (feeds.IsTimed(counter))
        {
            return Wrap - Events[counter];
        }

        if (!feeds.IsChained(counter) || !feeds.IsTimed(counter - 1))
        {
            return null;
        }

        return ((Wrap - 1 - Events[counter]) << EventWidth) + (Wrap - Events[counter - 1]);
    }

    private void AddCycles(PmcrEl0 control, ulong cycles)
    {
        if (control.Divides)
        {
            Prescale += cycles;
            cycles = Prescale >> DividerShift;
            Prescale = Prescale.Field(DividerShift - 1, 0);
        }

        ulong before = Cycles;
        Cycles += cycles;
        bool overflows = control.Lc ? Cycles < before : (before.Field(EventWidth - 1, 0) + cycles) >> EventWidth != 0;
        Overflows |= overflows ? 1UL << IPerformanceMonitors.CycleCounter : 0;
    }

    /// <summary>The event counters as values of their own.</summary>
    [InlineArray(Performance.Counters)]
    internal struct EventCounters
    {
        private ulong _first;
    }
}
