namespace GdbHost.Machine.Devices.Gic;

/// <summary>What a distributor decides about interrupts that are pending: which may go out, and to whom.</summary>
internal interface IInterruptRouting
{
    /// <summary>The interrupts of a word whose group the distributor forwards.</summary>
    /// <param name="place">A place in <see cref="InterruptStates"/>.</param>
    uint Forwarded(int place);

    /// <summary>The group of an interrupt.</summary>
    /// <param name="place">A place in <see cref="InterruptStates"/>.</param>
    /// <param name="bit">The bit of the word there.</param>
    InterruptGroup GroupOf(int place, int bit);

    /// <summary>Whether a shared peripheral interrupt goes to a core.</summary>
    bool IsFor(int core, int id);
}
