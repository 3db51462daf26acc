namespace GdbHost.Machine.Bus;

/// <summary>One wire from a device to an interrupt controller, or from the controller to a core.</summary>
internal interface IInterruptLine
{
    /// <summary>Drives the wire. Setting the same level again is allowed and does nothing.</summary>
    void Set(bool asserted);
}
