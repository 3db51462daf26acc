using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie;

namespace GdbHost.Machine.Smmu;

/// <summary>The four wires of an SMMU (Linux, Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml). Each pulse is an edge.</summary>
internal sealed record IrqLines(IInterruptLine EventQueue, IInterruptLine PageRequests, IInterruptLine CommandSync, IInterruptLine GlobalError)
{
    /// <summary>Bit of SMMU_IRQ_CTRL.</summary>
    public const int GlobalErrorEnable = 0;

    /// <summary>Bit of SMMU_IRQ_CTRL.</summary>
    public const int PageRequestsEnable = 1;

    /// <summary>Bit of SMMU_IRQ_CTRL.</summary>
    public const int EventQueueEnable = 2;
}

/// <summary>Message interrupts of the SMMU's own: a 32-bit write to a physical address.</summary>
internal sealed class MessageWriter(PhysicalBus bus)
{
    /// <summary>
    /// False where the write is refused. A message never goes to the SMMU itself or into PCI, from where it could come back: such
    /// an address gives an abort.
    /// </summary>
    public bool TrySend(ulong address, uint data, IBusDevice self)
    {
        BusRegion? region = bus.Find(new PhysicalAddress(address), nonSecure: true);
        return region is not null && region.Device != self && region.Device is not PciBusPort
            && bus.WriteFrom(default, new PhysicalAddress(address), sizeof(uint), data) == BusResult.Ok;
    }
}
