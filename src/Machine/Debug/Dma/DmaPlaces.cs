using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Devices.Gic;
using GdbHost.Machine.Pcie;

namespace GdbHost.Machine.Debug.Dma;

/// <summary>What requests of functions find at physical addresses.</summary>
internal static class DmaPlaces
{
    /// <param name="length">Bytes that are accessed, 1 or more.</param>
    public static DmaPlaceKind KindAt(Boards.Machine machine, ulong address, ulong length) =>
        machine.Bus.Find(new PhysicalAddress(address), nonSecure: true) is BusRegion region ? KindOf(machine, region, address, length) : DmaPlaceKind.Nothing;

    /// <param name="address">An address in the region.</param>
    /// <param name="length">Bytes from there on.</param>
    public static DmaPlaceKind KindOf(Boards.Machine machine, BusRegion region, ulong address, ulong length)
    {
        if (machine.Doorbells.Any(d => d.Name == region.Name && address <= region.Start + d.Register && region.Start + d.Register - address < length))
        {
            return DmaPlaceKind.Doorbell;
        }

        return region.Ram is not null ? DmaPlaceKind.Memory
            : machine.Pcie?.Model.Config?.Start == region.Start ? DmaPlaceKind.ConfigSpace
            : region.Device is PciBusPort ? DmaPlaceKind.PciWindow
            : DmaPlaceKind.Device;
    }

    /// <summary>Each doorbell with the physical address of its register.</summary>
    public static IEnumerable<(IMessageDoorbell Doorbell, ulong Register)> Doorbells(Boards.Machine machine) =>
        from doorbell in machine.Doorbells
        join region in machine.Bus.Regions on doorbell.Name equals region.Name
        select (doorbell, region.Start + doorbell.Register);

    /// <summary>The parts of a physical range where something answers, by rising address.</summary>
    public static IEnumerable<(ulong First, ulong Last, BusRegion Region)> Parts(Boards.Machine machine, ulong first, ulong last) =>
        from region in machine.Bus.Regions
        let start = ulong.Max(first, region.Start)
        let end = ulong.Min(last, region.Start + (region.Size - 1))
        where start <= end && !region.SecureOnly
        orderby start
        select (start, end, region);
}
