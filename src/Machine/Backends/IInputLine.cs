using System;

namespace GdbHost.Machine.Backends;

/// <summary>
/// The way into a device for bytes from outside. What the device has no room for waits here, outside the machine; it is no part
/// of its state.
/// </summary>
internal interface IInputLine
{
    /// <summary>Bytes that wait for room.</summary>
    int Waiting { get; }

    /// <summary>Sends bytes to the guest, in order; between two slices of a run.</summary>
    void Receive(ReadOnlySpan<byte> bytes);
}
