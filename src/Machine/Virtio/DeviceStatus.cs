using System;

namespace GdbHost.Machine.Virtio;

/// <summary>How far driver and device have come with each other (Virtual I/O Device Specification 1.2, Device Status Field).</summary>
[Flags]
internal enum DeviceStatus : byte
{
    None = 0,
    Acknowledge = 1,
    Driver = 2,
    DriverOk = 4,
    FeaturesOk = 8,
    NeedsReset = 64,
    Failed = 128,
}
