using GdbHost.Machine.Bus;

namespace GdbHost.Machine.Pcie;

/// <summary>A range of the CPU's addresses behind which PCI's memory space lies.</summary>
/// <param name="name">Name in the memory map.</param>
/// <param name="start">The address in PCI's memory space of the window's first byte.</param>
internal sealed class MemoryWindow(string name, ulong start, RootComplex root) : PciBusPort(name, widest: 8)
{
    protected override IBusDevice? Find(ulong offset, out ulong inside) => root.Decode(io: false, start + offset, out inside);

    protected override void Unclaimed(ulong offset, int size, bool isWrite, ulong value) => root.Unsupported?.Add(io: false, start + offset, size, isWrite);
}

/// <summary>A range of the CPU's addresses behind which PCI's I/O space lies.</summary>
/// <param name="name">Name in the memory map.</param>
/// <param name="start">The address in PCI's I/O space of the window's first byte.</param>
internal sealed class IoWindow(string name, ulong start, RootComplex root) : PciBusPort(name, widest: 4)
{
    protected override IBusDevice? Find(ulong offset, out ulong inside) => root.Decode(io: true, start + offset, out inside);

    protected override void Unclaimed(ulong offset, int size, bool isWrite, ulong value) => root.Unsupported?.Add(io: true, start + offset, size, isWrite);
}
