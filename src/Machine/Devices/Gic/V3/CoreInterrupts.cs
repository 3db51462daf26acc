using System;

namespace GdbHost.Machine.Devices.Gic.V3;

/// <summary>All interrupts that a physical CPU interface can get: SGIs, PPIs and SPIs by their states, LPIs by their tables.</summary>
/// <param name="core">Number of the core.</param>
/// <param name="interrupts">What the distributor decides.</param>
/// <param name="lpis">The core's LPIs.</param>
/// <param name="changed">Called with true if what other cores get may have changed as well.</param>
internal sealed class CoreInterrupts(int core, InterruptConfiguration interrupts, LpiTables lpis, Action<bool> changed)
{
    public InterruptConfiguration Configuration => interrupts;

    /// <summary>The most urgent interrupt that is pending, enabled, forwarded and not active.</summary>
    public PendingInterrupt Highest()
    {
        PendingInterrupt best = interrupts.States.Highest(core, interrupts);
        PendingInterrupt lpi = lpis.Highest();
        return lpi.Priority < best.Priority ? lpi : best;
    }

    public static bool IsLpi(int id) => id >= LpiTables.FirstId;

    /// <summary>Whether an ID can be that of an interrupt.</summary>
    public bool Exists(int id) => id < interrupts.States.WordsPerCore * 32 || (IsLpi(id) && id < 1 << LpiTables.IdBits);

    /// <summary>Moves an interrupt from pending to active; an LPI has no active state.</summary>
    public void Activate(int id)
    {
        if (IsLpi(id))
        {
            lpis.SetPending(id, pending: false);
        }
        else
        {
            interrupts.States.Set(interrupts.States.Latched, core, id, false);
            interrupts.States.Set(interrupts.States.Active, core, id, true);
        }

        changed(id >= 32);
    }

    public void Deactivate(int id)
    {
        if (id < interrupts.States.WordsPerCore * 32)
        {
            interrupts.States.Set(interrupts.States.Active, core, id, false);
            changed(id >= 32);
        }
    }

    /// <summary>The group of an SGI, PPI or SPI.</summary>
    public InterruptGroup GroupOf(int id) => interrupts.GroupOf(interrupts.States.Place(core, id / 32), id % 32);

    /// <summary>The outputs of this core must be computed again.</summary>
    public void Changed() => changed(false);
}
