using System;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;

namespace GdbHost.Machine.Cpu;

/// <summary>
/// What the fast TLB is for memory, for pages of devices: loads and stores have tags of their own, each set only once
/// it was allowed, and what is kept is always a part of the TLB. It is flushed and forgets with the fast TLB.
/// </summary>
[NotState("kept translations")]
internal sealed class DeviceTlb
{
    private const int EntryBits = 4;
    private const ulong PageMask = ~(Ram.PageSize - 1);

    private readonly Entry[] _entries = new Entry[1 << EntryBits];
    private bool _used;

    public DeviceTlb()
    {
        Clear();
    }

    /// <summary>Finds the device of an access that is aligned and stays in one page.</summary>
    /// <param name="address">Virtual address.</param>
    /// <param name="type">Read or write.</param>
    /// <param name="level">The Exception level whose permissions count.</param>
    /// <param name="offset">Bytes from the region's start.</param>
    /// <param name="nonSecure">The Security state of the access.</param>
    /// <returns>The device's region, or null.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BusRegion? Find(ulong address, AccessType type, ExceptionLevel level, out ulong offset, out bool nonSecure)
    {
        if (!_used)
        {
            offset = 0;
            nonSecure = false;
            return null;
        }

        ref Entry entry = ref _entries[IndexOf(address)];
        offset = entry.Page.Offset | (address & ~PageMask);
        nonSecure = entry.Page.NonSecure;
        return TagOf(address, level) == (type == AccessType.Read ? entry.ReadTag : entry.WriteTag) ? entry.Page.Region : null;
    }

    /// <summary>Keeps what an access was allowed to reach.</summary>
    public void Remember(ulong address, AccessType type, ExceptionLevel level, DevicePlace place)
    {
        ref Entry entry = ref _entries[IndexOf(address)];
        ulong tag = TagOf(address, level);
        DevicePlace page = place with { Offset = place.Offset & PageMask };
        if (entry.Page != page || (entry.ReadTag != tag && entry.WriteTag != tag))
        {
            entry = Entry.Empty;
        }

        _used = true;
        entry.Page = page;
        if (type == AccessType.Read)
        {
            entry.ReadTag = tag;
        }
        else
        {
            entry.WriteTag = tag;
        }
    }

    public void Flush()
    {
        if (_used)
        {
            Clear();
        }
    }

    /// <summary>Forgets what is kept of a range, of all levels.</summary>
    public void Forget(ulong page, int shift)
    {
        if (!_used)
        {
            return;
        }

        foreach (ref Entry entry in _entries.AsSpan())
        {
            if (FastTlbs.IsWithin(entry.ReadTag, page, shift) || FastTlbs.IsWithin(entry.WriteTag, page, shift))
            {
                entry = Entry.Empty;
            }
        }
    }

    // The level stands in bits that a page's address does not use; no range is smaller than a page.
    private static ulong TagOf(ulong address, ExceptionLevel level) => (address & PageMask) | (ulong)level;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IndexOf(ulong address)
    {
        // Devices lie at round distances: Fibonacci hashing spreads them.
        const ulong Golden = 0x9e37_79b9_7f4a_7c15;
        return (int)((address >> Ram.PageShift) * Golden >> (64 - EntryBits));
    }

    private void Clear()
    {
        _entries.AsSpan().Fill(Entry.Empty);
        _used = false;
    }

    private struct Entry
    {
        public ulong ReadTag;
        public ulong WriteTag;

        /// <summary>Where the page's first byte goes.</summary>
        public DevicePlace Page;

        public static Entry Empty => new() { ReadTag = CpuState.NoTag, WriteTag = CpuState.NoTag };
    }
}

/// <summary>Where an access to a device goes.</summary>
/// <param name="Region">The device's range of physical addresses.</param>
/// <param name="Offset">Bytes from its start.</param>
/// <param name="NonSecure">The Security state of the access.</param>
internal readonly record struct DevicePlace(BusRegion Region, ulong Offset, bool NonSecure);
