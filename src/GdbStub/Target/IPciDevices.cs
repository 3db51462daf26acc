using System.Collections.Generic;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Pcie.Devices;

namespace GdbHost.GdbStub.Target;

/// <summary>The PCI devices of a debuggee. What goes wrong is one line, else null.</summary>
internal interface IPciDevices
{
    /// <summary>Every function, each bridge before what is behind it.</summary>
    IReadOnlyList<PciFunctionReport> PciFunctions { get; }

    string? AddPciDevice(PciDeviceRequest request);

    string? RemovePciDevice(string id);

    /// <summary>Makes a function report an error.</summary>
    string? InjectPciError(string id, string error, IReadOnlyList<uint> header);

    /// <summary>Sends a read, write or message of a function's, and says what each place on its way made of it.</summary>
    IReadOnlyList<string> SendPciRequest(string id, string operation, ulong address, byte[] data, ushort? forged);

    /// <summary>What is known of the SMMU, in lines. Asking changes nothing.</summary>
    /// <param name="topic">Empty for its registers.</param>
    /// <param name="numbers">What the topic takes.</param>
    IReadOnlyList<string> AskSmmu(string topic, IReadOnlyList<ulong> numbers, bool isWrite);

    /// <summary>The way of a request that nobody sends, in lines.</summary>
    /// <param name="requester">Bus in [15:8], device in [7:3], function in [2:0].</param>
    IReadOnlyList<string> ExplainDma(ushort requester, ulong address, bool isWrite, uint? pasid);
}
