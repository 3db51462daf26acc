using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Virtio;

/// <summary>RAM as a device right on the bus reaches it: by physical addresses, with Non-secure accesses. Devices and ROM are out of its reach.</summary>
internal sealed class BusMemory(PhysicalBus bus) : IVirtioMemory
{
    public bool TryRead(ulong address, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            if (!TryFind(address, into.Length, out BusRegion? region, out ulong offset, out int run))
            {
                return false;
            }

            bus.Watch?.Accessing(new PhysicalAccess(Initiator.Device, "virtio-mmio", address, run, IsWrite: false));
            region!.Ram!.Span(offset, run).CopyTo(into);
            into = into[run..];
            address += (ulong)run;
        }

        return true;
    }

    public bool TryWrite(ulong address, ReadOnlySpan<byte> from)
    {
        while (!from.IsEmpty)
        {
            if (!TryFind(address, from.Length, out BusRegion? region, out ulong offset, out int run))
            {
                return false;
            }

            bus.Watch?.Accessing(new PhysicalAccess(Initiator.Device, "virtio-mmio", address, run, IsWrite: true));
            from[..run].CopyTo(region!.Ram!.Span(offset, run));
            bus.Written(region, offset, run);
            from = from[run..];
            address += (ulong)run;
        }

        return true;
    }

    private bool TryFind(ulong address, int length, out BusRegion? region, out ulong offset, out int run)
    {
        region = bus.Find(new PhysicalAddress(address), nonSecure: true);
        offset = 0;
        run = 0;
        if (region is not { Ram: not null, Device: null, ReadOnly: false })
        {
            return false;
        }

        offset = address - region.Start;
        run = (int)Math.Min((ulong)length, region.Size - offset);
        return true;
    }
}
