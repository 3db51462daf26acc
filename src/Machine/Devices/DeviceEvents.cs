using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices;

/// <summary>What a guest did to a device that the device's document does not provide for.</summary>
internal enum DeviceMisuse : byte
{
    /// <summary>No register is at this offset: reads as zero, writes are ignored.</summary>
    NoRegister,

    /// <summary>A write to a register that can only be read: ignored.</summary>
    WriteToReadOnly,

    /// <summary>A read of a register that can only be written: reads as zero.</summary>
    ReadOfWriteOnly,

    /// <summary>The register is not accessible in this width.</summary>
    Width,

    /// <summary>The value means nothing to the device: ignored.</summary>
    Value,
}

/// <summary>One such access.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Offset">Byte offset from the device's base.</param>
/// <param name="Size">Bytes of the access.</param>
/// <param name="IsWrite">Direction.</param>
/// <param name="Value">What was written; 0 for reads.</param>
/// <param name="Misuse">What was wrong.</param>
internal readonly record struct DeviceEvent(string Device, ulong Offset, int Size, bool IsWrite, ulong Value, DeviceMisuse Misuse);

/// <summary>
/// Counts accesses that devices did not expect, and hands each to an observer. It is the machine's notebook, not part
/// of its state: a snapshot leaves it alone.
/// </summary>
[NotState("a notebook")]
internal sealed class DeviceEvents
{
    /// <summary>Different places that are counted one by one; a guest that touches more is counted in <see cref="Total"/> only.</summary>
    private const int MaxPlaces = 1024;

    private readonly Dictionary<(string Device, ulong Offset, bool IsWrite), long> _places = [];

    /// <summary>Called with each event; null where nobody listens.</summary>
    public Action<DeviceEvent>? Observer { get; set; }

    /// <summary>Called with a device's name and what a driver did to it that made the device refuse or stop; null where nobody listens.</summary>
    public Action<string, string>? ProblemObserver { get; set; }

    public long Total { get; private set; }

    /// <summary>How often each place was touched.</summary>
    public IReadOnlyDictionary<(string Device, ulong Offset, bool IsWrite), long> Places => _places;

    public void Report(in DeviceEvent happened)
    {
        Total++;
        (string, ulong, bool) place = (happened.Device, happened.Offset, happened.IsWrite);
        if (_places.TryGetValue(place, out long count) || _places.Count < MaxPlaces)
        {
            _places[place] = count + 1;
        }

        Observer?.Invoke(happened);
    }

    /// <summary>Says in words what went wrong between a driver and a device; <see cref="Report"/> is for single accesses.</summary>
    public void ReportProblem(string device, string what)
    {
        Total++;
        ProblemObserver?.Invoke(device, what);
    }
}
