using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Devices.Gic;

/// <summary>Where devices connect their interrupts, whatever the version of the GIC.</summary>
internal interface IInterruptController
{
    /// <summary>The wire of shared peripheral interrupt <paramref name="number"/>, counted from 0 as device trees do.</summary>
    IInterruptLine Spi(int number);

    /// <summary>The wire of a core's private interrupt, by its ID 16 to 31.</summary>
    IInterruptLine Ppi(int core, int id);
}
