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

    /// <summary>Sends a read, write or message of a function's, and says what each place on its way made of it.</summary>
    IReadOnlyList<string> SendPciRequest(string id, string operation, ulong address, byte[] data, ushort? forged);
}
