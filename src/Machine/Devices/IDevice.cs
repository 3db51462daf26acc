using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices;

/// <summary>A device with state that a machine resets, saves and restores.</summary>
internal interface IDevice : IStateful
{
    /// <summary>Puts the device into the state after reset. Its input wires keep their level.</summary>
    void Reset();
}
