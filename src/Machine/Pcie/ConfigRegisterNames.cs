using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Pcie.Bridges;
using GdbHost.Machine.Pcie.Capabilities;

namespace GdbHost.Machine.Pcie;

/// <summary>
/// Names of the registers of configuration space (PCI Local Bus Specification 3.0, chapter 6; PCI-to-PCI Bridge Architecture
/// Specification 1.2, chapter 3; PCI Express Base Specification, chapter 7).
/// </summary>
internal static class ConfigRegisterNames
{
    private const int FirstBaseAddress = 0x10;
    private const int HeaderBytes = 0x40;

    private static readonly Row[] Header =
    [
        new(0x00, 2, "Vendor ID"), new(0x02, 2, "Device ID"), new(0x04, 2, "Command"), new(0x06, 2, "Status"), new(0x08, 1, "Revision ID"),
        new(0x09, 3, "Class Code"), new(0x0c, 1, "Cache Line Size"), new(0x0d, 1, "Latency Timer"), new(0x0e, 1, "Header Type"), new(0x0f, 1, "BIST"),
        new(0x34, 1, "Capabilities Pointer"), new(0x3c, 1, "Interrupt Line"), new(0x3d, 1, "Interrupt Pin"),
    ];

    private static readonly Row[] Type0 =
    [
        new(0x28, 4, "Cardbus CIS Pointer"), new(0x2c, 2, "Subsystem Vendor ID"), new(0x2e, 2, "Subsystem ID"), new(0x30, 4, "Expansion ROM Base Address"),
        new(0x3e, 1, "Min_Gnt"), new(0x3f, 1, "Max_Lat"),
    ];

    private static readonly Row[] Type1 =
    [
        new(0x18, 1, "Primary Bus Number"), new(0x19, 1, "Secondary Bus Number"), new(0x1a, 1, "Subordinate Bus Number"), new(0x1b, 1, "Secondary Latency Timer"),
        new(0x1c, 1, "I/O Base"), new(0x1d, 1, "I/O Limit"), new(0x1e, 2, "Secondary Status"), new(0x20, 2, "Memory Base"), new(0x22, 2, "Memory Limit"),
        new(0x24, 2, "Prefetchable Memory Base"), new(0x26, 2, "Prefetchable Memory Limit"), new(0x28, 4, "Prefetchable Base Upper 32 Bits"),
        new(0x2c, 4, "Prefetchable Limit Upper 32 Bits"), new(0x30, 2, "I/O Base Upper 16 Bits"), new(0x32, 2, "I/O Limit Upper 16 Bits"),
        new(0x38, 4, "Expansion ROM Base Address"), new(0x3e, 2, "Bridge Control"),
    ];

    private static readonly Row[] Power = [new(0x02, 2, "PMC"), new(0x04, 2, "PMCSR")];

    private static readonly Row[] MessagesExtended = [new(0x02, 2, "MSI-X Message Control"), new(0x04, 4, "MSI-X Table Offset"), new(0x08, 4, "MSI-X PBA Offset")];

    private static readonly Row[] Express =
    [
        new(0x02, 2, "PCI Express Capabilities"), new(0x04, 4, "Device Capabilities"), new(0x08, 2, "Device Control"), new(0x0a, 2, "Device Status"),
        new(0x0c, 4, "Link Capabilities"), new(0x10, 2, "Link Control"), new(0x12, 2, "Link Status"), new(0x14, 4, "Slot Capabilities"),
        new(0x18, 2, "Slot Control"), new(0x1a, 2, "Slot Status"), new(0x1c, 2, "Root Control"), new(0x1e, 2, "Root Capabilities"), new(0x20, 4, "Root Status"),
        new(0x24, 4, "Device Capabilities 2"), new(0x28, 2, "Device Control 2"), new(0x2a, 2, "Device Status 2"), new(0x2c, 4, "Link Capabilities 2"),
        new(0x30, 2, "Link Control 2"), new(0x32, 2, "Link Status 2"),
    ];

    /// <summary>The registers that an access touches, as "A and B".</summary>
    /// <param name="function">Null where there is none: then all that is known is the place.</param>
    /// <param name="size">1, 2 or 4 bytes.</param>
    public static string Of(PciFunction? function, int offset, int size)
    {
        string[] names = [.. Rows(function, offset).Where(r => r.Offset < offset + size && offset < r.Offset + r.Bytes).Select(static r => r.Name)];
        return names.Length == 0 ? "no register" : string.Join(" and ", names);
    }

    private static IEnumerable<Row> Rows(PciFunction? function, int offset)
    {
        if (offset < HeaderBytes)
        {
            return Header.Concat(BaseAddresses(function)).Concat(function is Bridge ? Type1 : Type0).OrderBy(static r => r.Offset);
        }

        Capability? capability = function?.Capabilities.FirstOrDefault(c => offset - c.Offset >= 0 && offset - c.Offset < c.Bytes);
        return capability is null ? [] : Within(capability);
    }

    private static IEnumerable<Row> BaseAddresses(PciFunction? function)
    {
        int count = function is Bridge ? 2 : 6;
        for (int bar = 0; bar < count; bar++)
        {
            bool upper = function?.BaseAddresses.Any(b => b.Is64Bit && b.Index == bar - 1) ?? false;
            yield return new Row(FirstBaseAddress + (bar * 4), 4, upper ? $"BAR{bar} (upper half of BAR{bar - 1})" : $"BAR{bar}");
        }
    }

    private static Row[] Within(Capability capability)
    {
        Row[] known = capability switch
        {
            PowerManagement => Power,
            Msix => MessagesExtended,
            ExpressCapability => Express,
            _ => [],
        };
        string name = capability.GetType().Name;
        return known.Length > 0
            ? [new(capability.Offset, 2, $"{name} header"), .. known.Select(r => r with { Offset = r.Offset + capability.Offset })]
            : [new(capability.Offset, capability.Bytes, $"{name} capability at 0x{capability.Offset:x}")];
    }

    private readonly record struct Row(int Offset, int Bytes, string Name);
}
