using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Gic;
using GdbHost.Machine.Pcie;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>The way of a function's interrupt message from its capability to the interrupt that it would make pending.</summary>
/// <param name="Links">What is on the way, up to the first that blocks.</param>
/// <param name="Way">The way of the write, place by place, in words.</param>
/// <param name="Interrupt">The interrupt ID at the end of the way; null where it is not reached.</param>
/// <param name="Core">The core that the ITS names; null for an SPI.</param>
/// <param name="Vectors">Vectors that the function may use; 0 where messages are not enabled.</param>
/// <param name="Address">Where the message is sent to.</param>
/// <param name="Data">What is written there.</param>
public sealed record MessageReport(
    IReadOnlyList<InterruptLink> Links, IReadOnlyList<string> Way, int? Interrupt, int? Core, int Vectors, ulong Address = 0, uint Data = 0);

/// <summary>Follows messages that nobody sends (PCI Local Bus Specification 3.0, section 6.8; IHI 0069; DEN 0029).</summary>
internal static class MessageExplainer
{
    /// <summary>Null where there is no such function.</summary>
    public static MessageReport? Explain(Boards.Machine machine, ushort requester, int vector)
    {
        if (machine.Pcie?.Find(requester >> 8, requester & 0xff) is not PciFunction function)
        {
            return null;
        }

        List<InterruptLink> links = [];
        if (!TryMessage(function, vector, links, out ulong address, out uint data))
        {
            return new(links, [], null, null, VectorsOf(function));
        }

        List<string> way = [];
        ulong? physical = DmaExplainer.Follow(machine, requester, address, isWrite: true, way);
        BusRegion? region = physical is ulong at ? machine.Bus.Find(new PhysicalAddress(at), nonSecure: true) : null;
        IMessageDoorbell? doorbell = machine.Doorbells.FirstOrDefault(d => d.Name == region?.Name);
        string place = physical is null ? "nowhere" : $"PA 0x{physical:x}, {region?.Name ?? "nothing"}";
        links.Add(new("write", doorbell is not null, $"0x{address:x} leads to {place}",
            physical is null ? way[^1] == "target: not reached" ? way[^2] : way[^1] : "this is no doorbell: the data is written there and no interrupt comes of it"));
        MessageTarget? target = doorbell?.Explain(function.Requester, physical!.Value - region!.Start, data, links);
        return new(links, way, target?.Interrupt, target?.Core, VectorsOf(function), address, data);
    }

    private static int VectorsOf(PciFunction function) =>
        function.Msix is { Enabled: true } msix ? msix.Vectors : function.Msi is { Enabled: true } msi ? msi.Vectors : 0;

    private static bool TryMessage(PciFunction function, int vector, List<InterruptLink> links, out ulong address, out uint data)
    {
        address = 0;
        data = 0;
        bool enabled = function.Msix is { Enabled: true } || function.Msi is { Enabled: true };
        string kind = function.Msix is { Enabled: true } ? "MSI-X enabled" : enabled ? "MSI enabled" : $"MSI{(function.Msix is null ? "" : " and MSI-X")} disabled";
        links.Add(new("capability", enabled, function.Msi is null && function.Msix is null ? "neither MSI nor MSI-X" : kind,
            "the driver has not enabled messages: the function uses its pin, if it has one"));
        if (!enabled)
        {
            return false;
        }

        int vectors = VectorsOf(function);
        bool exists = vector < vectors;
        links.Add(new("vector", exists, $"{vector} of {vectors}", "software has given the function no such vector"));
        if (!exists)
        {
            return false;
        }

        bool masked = function.Msix is { Enabled: true } table ? table.IsMasked(vector) : function.Msi!.IsMasked(vector);
        bool pending = function.Msix is { Enabled: true } bits ? bits.IsPending(vector) : function.Msi!.IsPending(vector);
        links.Add(new("mask", !masked, $"{(masked ? "masked" : "not masked")}{(pending ? ", a message waits" : "")}", "the vector's mask, or MSI-X Function Mask, is set"));
        (address, data) = function.Msix is { Enabled: true } entries ? entries.MessageOf(vector) : (function.Msi!.MessageAddress, function.Msi.MessageData | (uint)vector);
        links.Add(new("message", true, $"data 0x{data:x} to 0x{address:x}", ""));
        return true;
    }
}
