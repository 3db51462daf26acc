using System;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Virtio.Pci;

/// <summary>Memory as a function on PCI reaches it: by its port, so that whatever is on the way has its say.</summary>
internal sealed class PciMemory(DmaPort port) : IVirtioMemory
{
    public bool TryRead(ulong address, Span<byte> into) => port.Read(address, into) == DmaResult.Ok;

    public bool TryWrite(ulong address, ReadOnlySpan<byte> from) => port.Write(address, from) == DmaResult.Ok;
}
