namespace GdbHost.Machine.Devices.Gic;

/// <summary>The interrupt that a CPU interface should look at first.</summary>
/// <param name="Id">Interrupt ID, or <see cref="None"/>.</param>
/// <param name="Priority">Its priority; lower is more urgent.</param>
/// <param name="Group">Its group.</param>
internal readonly record struct PendingInterrupt(int Id, int Priority, InterruptGroup Group)
{
    /// <summary>The spurious interrupt ID.</summary>
    public const int Spurious = 1023;

    public static readonly PendingInterrupt None = new(Spurious, RunningPriorities.Idle, InterruptGroup.Group0);

    public bool IsGroup1 => Group != InterruptGroup.Group0;
}

/// <summary>
/// What stands behind a CPU interface: the distributor for a physical one, the list registers for a virtual one.
/// </summary>
internal interface IInterruptSource
{
    /// <summary>The most urgent interrupt that is pending, enabled and not active.</summary>
    PendingInterrupt Highest();

    /// <summary>Moves an interrupt from pending to active. Returns what GICC_IAR shows: the ID, and for an SGI its sender.</summary>
    uint Activate(int id);

    /// <summary>Whether the interrupt with an ID belongs to group 1.</summary>
    bool IsGroup1(int id);

    /// <summary>Ends the active state.</summary>
    void Deactivate(uint acknowledged);

    /// <summary>Something changed: outputs must be computed again.</summary>
    void Changed();
}
