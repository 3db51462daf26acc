using System;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Pcie.Dma;

/// <summary>
/// The CPU's bus as requests of functions reach it, Non-secure: memory, doorbells of interrupt controllers, other devices
/// in naturally aligned pieces. Stores to memory are told to all who keep something of it, decoded code above all.
/// </summary>
internal sealed class DmaTarget(PhysicalBus bus)
{
    [NotState("within an access")]
    private bool _inWindow;

    /// <summary>The name of what answers at an address, or null.</summary>
    public string? NameOf(ulong address) => bus.Find(new PhysicalAddress(address), nonSecure: true)?.Name;

    public DmaResult Read(ulong address, Span<byte> into, bool peers)
    {
        for (int done = 0; done < into.Length;)
        {
            ulong at = address + (ulong)done;
            BusRegion? region = bus.Find(new PhysicalAddress(at), nonSecure: true);
            if (region is null || !MayEnter(region, peers))
            {
                return DmaResult.UnsupportedRequest;
            }

            ulong offset = at - region.Start;
            int run = (int)Math.Min((ulong)(into.Length - done), region.Size - offset);
            if (region.IsMemoryFor(isWrite: false))
            {
                region.Ram!.Span(offset, run).CopyTo(into[done..]);
            }
            else if (!ReadDevice(region, offset, into.Slice(done, run)))
            {
                return DmaResult.CompleterAbort;
            }

            done += run;
        }

        return DmaResult.Ok;
    }

    public DmaResult Write(RequesterId requester, ulong address, ReadOnlySpan<byte> from, bool peers)
    {
        for (int done = 0; done < from.Length;)
        {
            ulong at = address + (ulong)done;
            BusRegion? region = bus.Find(new PhysicalAddress(at), nonSecure: true);
            if (region is null || !MayEnter(region, peers))
            {
                return DmaResult.UnsupportedRequest;
            }

            ulong offset = at - region.Start;
            int run = (int)Math.Min((ulong)(from.Length - done), region.Size - offset);
            if (region.IsMemoryFor(isWrite: true))
            {
                from.Slice(done, run).CopyTo(region.Ram!.Span(offset, run));
                bus.Written(region, offset, run);
            }
            else if (region.Device is null || !WriteDevice(requester, region, at, from.Slice(done, run)))
            {
                return DmaResult.CompleterAbort;
            }

            done += run;
        }

        return DmaResult.Ok;
    }

    /// <summary>An atomic operation, which only memory takes.</summary>
    /// <param name="old">Gets what was there.</param>
    /// <param name="change">Makes from it what will be there.</param>
    public DmaResult Exchange(RequesterId requester, ulong address, Span<byte> old, Action<Memory<byte>> change)
    {
        BusRegion? region = bus.Find(new PhysicalAddress(address), nonSecure: true);
        if (region is null || !region.IsMemoryFor(isWrite: true) || region.Device is not null)
        {
            return DmaResult.UnsupportedRequest;
        }

        Read(address, old, peers: false);
        byte[] changed = old.ToArray();
        change(changed);
        return Write(requester, address, changed, peers: false);
    }

    /// <summary>A request to a region of another function, which did not come through a window.</summary>
    public DmaResult ReachPeer(DmaKind kind, IBusDevice peer, ulong offset, Span<byte> data)
    {
        if (_inWindow || kind == DmaKind.Atomic)
        {
            return DmaResult.UnsupportedRequest;
        }

        _inWindow = true;
        bool done = kind == DmaKind.Read ? DevicePieces.Read(peer.Read, offset, data) : DevicePieces.Write(peer.Write, offset, data);
        _inWindow = false;
        return done ? DmaResult.Ok : DmaResult.CompleterAbort;
    }

    // A request that leads back into PCI may start another one there, and so on: one turn is enough.
    private bool MayEnter(BusRegion region, bool peers) => region.Device is not PciBusPort || (peers && !_inWindow);

    private bool ReadDevice(BusRegion region, ulong offset, Span<byte> into)
    {
        bool outer = _inWindow;
        _inWindow |= region.Device is PciBusPort;
        bool done = DevicePieces.Read((ulong at, int size, out ulong value) => bus.ReadDevice(region, at, size, nonSecure: true, out value), offset, into);
        _inWindow = outer;
        return done;
    }

    private bool WriteDevice(RequesterId requester, BusRegion region, ulong address, ReadOnlySpan<byte> from)
    {
        bool outer = _inWindow;
        _inWindow |= region.Device is PciBusPort;
        bool done = DevicePieces.Write((at, size, value) => bus.WriteFrom(requester, new PhysicalAddress(at), size, value), address, from);
        _inWindow = outer;
        return done;
    }
}
