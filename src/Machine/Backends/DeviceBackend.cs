namespace GdbHost.Machine.Backends;

/// <summary>What of the host's a kind of device needs behind it.</summary>
public enum BackendKind
{
    None,

    /// <summary>A medium: the device has a key drive=.</summary>
    Block,

    /// <summary>A network and an address on it: the device has keys netdev= and mac=.</summary>
    Network,

    /// <summary>Lines, each behind a port that is a device in the user's words.</summary>
    Ports,
}

/// <summary>What is behind one device, outside the machine. Part of no snapshot.</summary>
/// <param name="Kind">Never <see cref="BackendKind.None"/>.</param>
public abstract record DeviceBackend(BackendKind Kind);

/// <summary>A medium behind a disk.</summary>
/// <param name="Storage">It stays the caller's.</param>
public sealed record BlockBackend(IBlockStorage Storage) : DeviceBackend(BackendKind.Block);
