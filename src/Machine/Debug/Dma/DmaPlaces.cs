using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Pcie.Dma;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>What requests of functions find at physical addresses.</summary>
internal static class DmaPlaces
{
    public static DmaPlaceKind KindAt(Boards.Machine machine, ulong address) =>
        machine.Bus.Find(new PhysicalAddress(address), nonSecure: true) is BusRegion region ? KindOf(machine, region, address) : DmaPlaceKind.Nothing;

    /// <param name="address">An address in the region.</param>
    public static DmaPlaceKind KindOf(Boards.Machine machine, BusRegion region, ulong address)
    {
        HostBridgeModel? model = machine.Pcie?.Model;
        if (model is not null && model.Doorbells.Any(d => address - d.Start < d.Size))
        {
            return DmaPlaceKind.Doorbell;
        }

        return region.Ram is not null ? DmaPlaceKind.Memory
            : model?.Config?.Start == region.Start ? DmaPlaceKind.ConfigSpace
            : region.Device is PciBusPort ? DmaPlaceKind.PciWindow
            : DmaPlaceKind.Device;
    }
}
