namespace GdbHost.Machine.Bus;

/// <summary>
/// A device that wants to know who writes to it. Writes of cores and of the debugger have no requester and come by
/// <see cref="IBusDevice.Write"/>.
/// </summary>
internal interface IRequesterDevice : IBusDevice
{
    /// <inheritdoc cref="IBusDevice.Write"/>
    /// <param name="requester">The device that masters the bus.</param>
    BusResult WriteFrom(RequesterId requester, ulong offset, int size, ulong value);
}
