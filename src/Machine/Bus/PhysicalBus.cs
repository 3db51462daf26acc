using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Bus;

/// <summary>One range of physical addresses and what answers there: RAM, a device, or both for an <see cref="IMemoryDevice"/>.</summary>
internal sealed record BusRegion(string Name, ulong Start, ulong Size, Ram? Ram, IBusDevice? Device)
{
    /// <summary>For RAM: stores do not reach it. Without a device they are refused (ROM).</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Only Secure accesses reach it; for others nothing is there.</summary>
    public bool SecureOnly { get; init; }

    public ulong End => Start + Size;

    /// <summary>Nothing else can answer in any of its pages.</summary>
    public bool IsWholePages => (Start | Size) % Ram.PageSize == 0;

    public bool Contains(ulong address) => address - Start < Size;

    /// <summary>Whether an access now goes to the RAM, rather than to the device or nowhere.</summary>
    public bool IsMemoryFor(bool isWrite) =>
        Ram is not null && (isWrite ? !ReadOnly : Device is not IMemoryDevice { ReadsAsMemory: false });
}

/// <summary>Routes physical addresses to RAM and devices.</summary>
internal sealed class PhysicalBus
{
    private readonly List<BusRegion> _regions = [];

    [NotState("a short cut")]
    private BusRegion? _last;

    // The RAM that was read last and that everybody may read always; none while the size is zero.
    [NotState("a short cut")]
    private ulong _openStart;

    [NotState("a short cut")]
    private ulong _openSize;

    [NotState("a short cut")]
    private nint _openHost;

    /// <summary>All regions, by rising address, without overlap.</summary>
    public IReadOnlyList<BusRegion> Regions => _regions;

    /// <summary>
    /// The device access under way is Non-secure. Devices that bank registers by Security state ask; accesses from
    /// outside, by loader or debugger, are Secure unless they say otherwise.
    /// </summary>
    [field: NotState("within an access")]
    public bool NonSecureAccess { get; private set; }

    /// <summary>Looks on at accesses that are not fast; null for nobody.</summary>
    [field: NotState("the debugger's")]
    public IPhysicalWatch? Watch { get; set; }

    /// <summary>Called after a store to RAM that came from outside the running core, with the first address and length.</summary>
    public Action<BusRegion, ulong, int>? OnForeignWrite { get; set; }

    public void Add(BusRegion region)
    {
        foreach (BusRegion other in _regions)
        {
            if (region.Start < other.End && other.Start < region.End)
            {
                throw new ArgumentException($"{region.Name} at 0x{region.Start:x} overlaps {other.Name} at 0x{other.Start:x}");
            }
        }

        int at = _regions.FindIndex(r => r.Start > region.Start);
        _regions.Insert(at < 0 ? _regions.Count : at, region);
    }

    public BusRegion? Find(PhysicalAddress address)
    {
        if (_last is not null && _last.Contains(address.Value))
        {
            return _last;
        }

        int low = 0;
        int high = _regions.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            BusRegion region = _regions[middle];
            if (region.Contains(address.Value))
            {
                _last = region;
                return region;
            }

            if (address.Value < region.Start)
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        return null;
    }

    /// <summary>Tells everybody of a store to RAM that came from outside the running core.</summary>
    public void Written(BusRegion region, ulong offset, int length)
    {
        region.Ram!.MarkWritten(offset, (ulong)length);
        OnForeignWrite?.Invoke(region, offset, length);
    }

    /// <summary>What answers at an address in the physical address space of a Security state.</summary>
    public BusRegion? Find(PhysicalAddress address, bool nonSecure)
    {
        BusRegion? region = Find(address);
        return nonSecure && region is { SecureOnly: true } ? null : region;
    }

    /// <summary>Reads from a device with the Security state of the access.</summary>
    public BusResult ReadDevice(BusRegion region, ulong offset, int size, bool nonSecure, out ulong value)
    {
        NonSecureAccess = nonSecure;
        BusResult result = region.Device!.Read(offset, size, out value);
        NonSecureAccess = false;
        return result;
    }

    /// <summary>Writes to a device with the Security state of the access.</summary>
    public BusResult WriteDevice(BusRegion region, ulong offset, int size, bool nonSecure, ulong value)
    {
        NonSecureAccess = nonSecure;
        BusResult result = region.Device!.Write(offset, size, value);
        NonSecureAccess = false;
        return result;
    }

    /// <summary>Reads 8 bytes, aligned, if they are in the RAM that was read last and that everybody may read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe bool TryReadRam(PhysicalAddress address, out ulong value)
    {
        ulong offset = address.Value - _openStart;
        bool found = offset < _openSize;
        value = found ? *(ulong*)(_openHost + (nint)offset) : 0;
        return found;
    }

    /// <summary>Reads 1, 2, 4 or 8 bytes, naturally aligned. RAM and devices alike.</summary>
    public unsafe BusResult Read(PhysicalAddress address, int size, out ulong value, bool nonSecure = false)
    {
        BusRegion? region = Find(address, nonSecure);
        value = 0;
        if (region is null)
        {
            return BusResult.DecodeError;
        }

        ulong offset = address.Value - region.Start;
        if (!region.IsMemoryFor(isWrite: false))
        {
            return ReadDevice(region, offset, size, nonSecure, out value);
        }

        if (region is { Device: null, SecureOnly: false })
        {
            _openStart = region.Start;
            _openSize = region.Size;
            _openHost = (nint)region.Ram!.Host;
        }

        byte* at = region.Ram!.Host + offset;
        value = size switch { 1 => *at, 2 => *(ushort*)at, 4 => *(uint*)at, _ => *(ulong*)at };
        return BusResult.Ok;
    }

    /// <summary>Writes 1, 2, 4 or 8 bytes, naturally aligned. RAM and devices alike.</summary>
    public unsafe BusResult Write(PhysicalAddress address, int size, ulong value, bool nonSecure = false)
    {
        BusRegion? region = Find(address, nonSecure);
        if (region is null)
        {
            return BusResult.DecodeError;
        }

        ulong offset = address.Value - region.Start;
        if (region.Device is not null)
        {
            return WriteDevice(region, offset, size, nonSecure, value);
        }

        if (region.ReadOnly)
        {
            return BusResult.SlaveError;
        }

        new ReadOnlySpan<byte>(&value, size).CopyTo(new Span<byte>(region.Ram!.Host + offset, size));
        Written(region, offset, size);
        return BusResult.Ok;
    }

    /// <summary>
    /// Writes 1, 2, 4 or 8 bytes, naturally aligned, for a device that masters the bus: a Non-secure write to RAM, or
    /// to a device, which is told the requester if it wants to know.
    /// </summary>
    public BusResult WriteFrom(RequesterId requester, PhysicalAddress address, int size, ulong value)
    {
        if (Find(address, nonSecure: true) is not { Device: IRequesterDevice device } region)
        {
            return Write(address, size, value, nonSecure: true);
        }

        NonSecureAccess = true;
        BusResult result = device.WriteFrom(requester, address.Value - region.Start, size, value);
        NonSecureAccess = false;
        return result;
    }

    /// <summary>Reads bytes for the debugger: RAM, and devices that can be peeked. False at the first byte that cannot be read.</summary>
    /// <param name="nonSecure">The Security state in which to look.</param>
    public bool TryPeek(PhysicalAddress address, Span<byte> into, bool nonSecure = false)
    {
        for (int i = 0; i < into.Length;)
        {
            ulong at = address.Value + (ulong)i;
            BusRegion? region = Find(new PhysicalAddress(at), nonSecure);
            if (region is null)
            {
                return false;
            }

            ulong offset = at - region.Start;
            if (region.Ram is not null)
            {
                int run = (int)Math.Min((ulong)(into.Length - i), region.Size - offset);
                region.Ram.Span(offset, run).CopyTo(into[i..]);
                i += run;
                continue;
            }

            NonSecureAccess = nonSecure;
            bool known = region.Device!.TryPeek(offset & ~3UL, 4, out ulong word);
            NonSecureAccess = false;
            if (!known)
            {
                return false;
            }

            into[i++] = (byte)(word >> (int)((offset & 3) * 8));
        }

        return true;
    }

    /// <summary>Writes bytes from outside the machine (loader, debugger). False at the first byte that is not RAM; ROM is writable here.</summary>
    /// <param name="nonSecure">The Security state of the access.</param>
    public bool TryPoke(PhysicalAddress address, ReadOnlySpan<byte> bytes, bool nonSecure = false)
    {
        for (int i = 0; i < bytes.Length;)
        {
            BusRegion? region = Find(new PhysicalAddress(address.Value + (ulong)i), nonSecure);
            if (region?.Ram is null)
            {
                return false;
            }

            ulong offset = address.Value + (ulong)i - region.Start;
            int run = (int)Math.Min((ulong)(bytes.Length - i), region.Size - offset);
            bytes.Slice(i, run).CopyTo(region.Ram.Span(offset, run));
            Written(region, offset, run);
            i += run;
        }

        return true;
    }
}
