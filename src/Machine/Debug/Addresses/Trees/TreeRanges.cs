using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Boards.Fdt;

namespace GdbHost.Machine.Debug.Addresses.Trees;

/// <summary>
/// The addresses that a device tree names, as the CPU sees them: every <c>reg</c> through the <c>ranges</c> of the buses above it, memory
/// nodes, and the windows of PCI host bridges (Devicetree Specification, reg, ranges, #address-cells; PCI Bus Binding to Open Firmware).
/// </summary>
internal static class TreeRanges
{
    /// <summary>Without the properties a bus has two cells of address and one of size.</summary>
    private static readonly Cells Defaults = new(2, 1);

    public static IReadOnlyList<TreeRange> Of(FdtNode root)
    {
        List<TreeRange> found = [];
        Below(root, "", [], found);
        return found;
    }

    public static bool IsMemory(FdtNode node) => node.Property("device_type")?.Text == "memory" || node.Name.StartsWith("memory@", System.StringComparison.Ordinal);

    private static void Below(FdtNode bus, string path, IReadOnlyList<Window> windows, List<TreeRange> found)
    {
        Cells cells = Cells.Of(bus);
        foreach (FdtNode node in bus.Children)
        {
            string here = $"{path}/{node.Name}";
            if (node.Property("status")?.Text is not (null or "okay" or "ok") || here == "/reserved-memory")
            {
                continue;
            }

            bool isPci = node.Property("device_type")?.Text == "pci";
            bool isEcam = isPci && (node.Property("compatible")?.Text ?? "").Contains("ecam", System.StringComparison.Ordinal);
            Add(found, windows, here, isEcam ? "ECAM" : "reg", Pairs(node.Property("reg"), cells), IsMemory(node));
            Window[] own = [.. Windows(node, cells)];
            if (isPci)
            {
                Add(found, windows, here, "ranges", own.Select(static w => (w.Parent, w.Size)), isMemory: false);
            }
            else if (node.Property("ranges") is not null)
            {
                // Without ranges nothing below the node is at an address of the CPU.
                Below(node, here, own.Length == 0 ? windows : [.. own.SelectMany(w => Through(windows, w))], found);
            }
        }
    }

    private static void Add(
        List<TreeRange> found, IReadOnlyList<Window> windows, string node, string name, IEnumerable<(ulong Address, ulong Size)> pairs, bool isMemory)
    {
        (ulong Address, ulong Size)[] all = [.. pairs];
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Size > 0 && Translate(windows, all[i].Address) is ulong first && first + (all[i].Size - 1) >= first)
            {
                found.Add(new TreeRange(node, all.Length == 1 ? name : $"{name}[{i}]", first, first + (all[i].Size - 1), isMemory));
            }
        }
    }

    private static IEnumerable<(ulong Address, ulong Size)> Pairs(FdtProperty? property, Cells cells)
    {
        uint[] values = property?.Cells ?? [];
        for (int at = 0; cells.Size > 0 && at + cells.Both <= values.Length; at += cells.Both)
        {
            yield return (Number(values, at, cells.Address), Number(values, at + cells.Address, cells.Size));
        }
    }

    private static IEnumerable<Window> Windows(FdtNode node, Cells above)
    {
        Cells own = Cells.Of(node);
        uint[] values = node.Property("ranges")?.Cells ?? [];
        int entry = own.Address + above.Address + own.Size;
        for (int at = 0; entry > 0 && at + entry <= values.Length; at += entry)
        {
            yield return new Window(
                Number(values, at, own.Address), Number(values, at + own.Address, above.Address), Number(values, at + own.Address + above.Address, own.Size));
        }
    }

    private static IEnumerable<Window> Through(IReadOnlyList<Window> windows, Window inner) =>
        Translate(windows, inner.Parent) is ulong parent ? [inner with { Parent = parent }] : [];

    // No windows: addresses are the CPU's.
    private static ulong? Translate(IReadOnlyList<Window> windows, ulong address) => windows.Count == 0
        ? address
        : windows.FirstOrDefault(w => address - w.Child < w.Size) is { Size: > 0 } window ? window.Parent + (address - window.Child) : null;

    // A PCI address has a cell of kind before its two of address: the low 64 bits count.
    private static ulong Number(uint[] cells, int at, int count)
    {
        ulong value = 0;
        for (int i = 0; i < count; i++)
        {
            value = value << 32 | cells[at + i];
        }

        return value;
    }

    private readonly record struct Window(ulong Child, ulong Parent, ulong Size);

    private readonly record struct Cells(int Address, int Size)
    {
        private const uint Most = 8;

        public int Both => Address + Size;

        public static Cells Of(FdtNode bus) => new(One(bus, "#address-cells", Defaults.Address), One(bus, "#size-cells", Defaults.Size));

        private static int One(FdtNode bus, string name, int otherwise) =>
            bus.Property(name)?.Cells is [uint count, ..] && count <= Most ? (int)count : otherwise;
    }
}
