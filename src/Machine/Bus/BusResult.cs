namespace GdbHost.Machine.Bus;

/// <summary>How a bus access ended. Anything but <see cref="Ok"/> is an external abort for the CPU.</summary>
internal enum BusResult : byte
{
    Ok,

    /// <summary>Nothing answers at this address.</summary>
    DecodeError,

    /// <summary>The device refuses this access (size, alignment, direction).</summary>
    SlaveError,
}
