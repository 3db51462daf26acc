namespace GdbHost.Machine.SysRegs;

/// <summary>
/// The counters of a core's PMU. Their stored values are those of the last <see cref="Settle"/>; what they hold now is
/// computed from them.
/// </summary>
internal interface IPerformanceMonitors
{
    /// <summary>The number of the cycle counter, as in PMCNTENSET_EL0 and PMSELR_EL0.</summary>
    const int CycleCounter = 31;

    /// <summary>PMOVSSET_EL0 now, without any effect.</summary>
    ulong Overflows { get; }

    /// <summary>A counter now, without any effect.</summary>
    ulong Read(int counter);

    /// <summary>
    /// Stores what the counters hold now. To be called before any change: the instruction that makes it already counts
    /// under the new conditions, as on QEMU.
    /// </summary>
    void Settle();

    /// <summary>Takes up changed registers: which counters count, when one overflows, the interrupt. Call after <see cref="Settle"/>.</summary>
    void Changed();

    /// <summary>An event has happened.</summary>
    /// <param name="happened">Which one.</param>
    /// <param name="counters">Only these counters take note of it.</param>
    void Count(PerformanceEvent happened, ulong counters = ulong.MaxValue);
}
