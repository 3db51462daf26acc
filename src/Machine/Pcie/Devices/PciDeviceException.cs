using System;

namespace GdbHost.Machine.Pcie.Devices;

/// <summary>A device that cannot be: the message names the device or key, the reason, and what to do, in one line.</summary>
public sealed class PciDeviceException : Exception
{
    public PciDeviceException()
    {
    }

    public PciDeviceException(string message)
        : base(message)
    {
    }

    public PciDeviceException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
