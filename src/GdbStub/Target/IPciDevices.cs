using System.Collections.Generic;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.GdbStub.Target;

/// <summary>The PCI devices of a debuggee. What goes wrong is one line, else null.</summary>
internal interface IPciDevices
{
    /// <summary>Every function, with its regions, in lines.</summary>
    IReadOnlyList<string> PciFunctions { get; }

    string? AddPciDevice(PciDeviceRequest request);

    string? RemovePciDevice(string id);

    /// <summary>Makes a function report an error.</summary>
    string? InjectPciError(string id, string error, IReadOnlyList<uint> header);
}
