using System.Collections.Generic;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>How configuration space lies in memory.</summary>
internal enum ConfigAccess : byte
{
    /// <summary>4 KiB for each function (PCI Express Base Specification, Enhanced Configuration Access Mechanism).</summary>
    Ecam,

    /// <summary>256 bytes for each function, as on conventional PCI ("pci-host-cam-generic" in device trees).</summary>
    Cam,
}

/// <summary>A range of addresses of the CPU's that leads to PCI.</summary>
/// <param name="Name">Name in the memory map.</param>
/// <param name="Start">First physical address.</param>
/// <param name="Size">Bytes.</param>
/// <param name="PciStart">The address in PCI's space of its first byte.</param>
/// <param name="IsIo">It leads to I/O space.</param>
internal sealed record OutboundWindow(string Name, ulong Start, ulong Size, ulong PciStart, bool IsIo = false);

/// <summary>A range of PCI's memory space that leads to the CPU's.</summary>
/// <param name="PciStart">First address in PCI's memory space.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Start">The CPU's address of its first byte.</param>
internal sealed record InboundWindow(ulong PciStart, ulong Size, ulong Start);

/// <summary>A host bridge as data: what is where, and what it lets through.</summary>
internal sealed record HostBridgeModel
{
    /// <summary>A bridge that passes every address as it is and has no windows of its own.</summary>
    public static readonly HostBridgeModel Transparent = new();

    public ConfigAccess Access { get; init; } = ConfigAccess.Ecam;

    /// <summary>Where configuration space is; null where it is not in memory.</summary>
    public OutboundWindow? Config { get; init; }

    public IReadOnlyList<OutboundWindow> Outbound { get; init; } = [];

    public IReadOnlyList<InboundWindow> Inbound { get; init; } = [];

    /// <summary>Addresses in none of the inbound windows pass as they are; else they are refused.</summary>
    public bool PassesTheRest { get; init; } = true;

    /// <summary>A request to the address of another function is turned around; else it is refused.</summary>
    public bool PeerToPeer { get; init; } = true;

    /// <summary>Physical addresses of interrupt controllers to which messages go.</summary>
    public IReadOnlyList<InboundWindow> Doorbells { get; init; } = [];

    /// <summary>A write to a doorbell is taken before the IOMMU, untranslated; else its address is translated like any other.</summary>
    public bool DoorbellsBeforeIommu { get; init; }

    /// <summary>Virtual nanoseconds after a reset in which configuration space answers with all ones.</summary>
    public ulong ReadyAfter { get; init; }
}
