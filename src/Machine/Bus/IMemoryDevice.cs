using System;

namespace GdbHost.Machine.Bus;

/// <summary>
/// A device whose contents are memory that can be read and executed in place while it is in its reading mode, such as
/// NOR flash. Its region has both RAM and device: stores always go to the device.
/// </summary>
internal interface IMemoryDevice : IBusDevice
{
    /// <summary>Loads come from the region's RAM; else from the device.</summary>
    bool ReadsAsMemory { get; }

    /// <summary>Called when <see cref="ReadsAsMemory"/> changes, so that nobody keeps a short cut to the memory.</summary>
    Action? ReadModeChanged { get; set; }

    /// <summary>Called with offset and length when the device has changed its memory.</summary>
    Action<ulong, int>? ContentChanged { get; set; }
}
