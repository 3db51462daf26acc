namespace GdbHost.Machine.Bus;

/// <summary>
/// A device with registers. It gets offsets from its own base and does not know where on the bus it is.
/// Sizes are 1, 2, 4 or 8 bytes; the offset is a multiple of the size and the access lies inside the device.
/// </summary>
internal interface IBusDevice
{
    string Name { get; }

    BusResult Read(ulong offset, int size, out ulong value);

    BusResult Write(ulong offset, int size, ulong value);

    /// <summary>Reads for the debugger, without any side effect. False where that is not possible.</summary>
    bool TryPeek(ulong offset, int size, out ulong value);
}
