using System;
using System.Collections.Generic;
using System.IO;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Mmu;

/// <summary>Told of an entry that is about to leave the TLB.</summary>
internal delegate void TlbEntryLeaves(in TlbEntry entry);

/// <summary>
/// A set-associative TLB whose entries cover ranges of any size and belong to a context (regime, security, VMID,
/// ASID). An entry stays until maintenance removes it or a new one needs its place, whatever happens to the tables:
/// what software forgets to invalidate, it meets again. Replacement is round robin by set and does not depend on
/// hits, so that a run does not depend on what an engine keeps beside it.
/// </summary>
internal sealed class Tlb
{
    private const int Ways = 4;
    private const ulong TaggedBits = 0x00ff_ffff_ffff_ffff;

    private readonly TlbEntry[] _entries;
    private readonly byte[] _nextWay;
    private readonly int _setMask;
    private readonly TlbIndex _index;

    /// <param name="entries">How many; a power of two, at least 64. What is not used costs no memory.</param>
    public Tlb(int entries)
    {
        int sets = entries / Ways;
        if (entries < 64 || !BitOperations.IsPow2(entries))
        {
            throw new ArgumentOutOfRangeException(nameof(entries));
        }

        _entries = new TlbEntry[entries];
        _nextWay = new byte[sets];
        _setMask = sets - 1;
        _index = new TlbIndex(entries);
    }

    /// <summary>
    /// The entry that answers for an address, or a null reference. Where stale and new entries overlap (CONSTRAINED
    /// UNPREDICTABLE) the smallest range wins.
    /// </summary>
    public ref TlbEntry Find(ulong address, uint context, uint globalContext)
    {
        for (ulong shifts = _index.Shifts; shifts != 0; shifts &= shifts - 1)
        {
            int shift = BitOperations.TrailingZeroCount(shifts);
            ulong number = address >> shift;
            ulong page = number << shift;
            int first = FirstOfSet(number);
            for (int place = first; place < first + Ways; place++)
            {
                uint owner = _index.ContextOf(place);
                if (owner != context && owner != globalContext)
                {
                    continue;
                }

                ref TlbEntry way = ref _entries[place];
                if (way.Page == page && way.Shift == shift)
                {
                    return ref way;
                }
            }
        }

        return ref Unsafe.NullRef<TlbEntry>();
    }

    /// <summary>Keeps a translation; gives the one that had to make room for it, which is not valid if there was room.</summary>
    public TlbEntry Insert(in TlbEntry entry)
    {
        int first = FirstOfSet(entry.Page >> entry.Shift);
        int place = PlaceFor(in entry, first);
        ref TlbEntry old = ref _entries[place];
        TlbEntry replaced = default;
        if (_index.ContextOf(place) != 0)
        {
            replaced = old;
            _index.Remove(place, in old);
        }

        old = entry;
        _index.Add(place, in entry);
        return replaced;
    }

    /// <summary>Removes what the operation names. For an operation on one address it tells of each entry before that goes.</summary>
    public void Invalidate(in TlbInvalidation invalidation, TlbEntryLeaves? leaves = null)
    {
        TlbContexts contexts = TlbEntry.ContextsOf(in invalidation);
        ulong address = invalidation.Address.SignExtend(56);
        if (!invalidation.HasAddress)
        {
            for (int group = _index.NextGroup(0); group >= 0; group = _index.NextGroup(group + 1))
            {
                for (ulong found = _index.Matching(group, contexts); found != 0; found &= found - 1)
                {
                    Forget(TlbIndex.PlaceOf(group, found));
                }
            }
        }
        else if (!_index.MayHavePieces(address))
        {
            InvalidateOneAddress(address, contexts, in invalidation, leaves);
        }
        else
        {
            for (int group = _index.NextGroup(0); group >= 0; group = _index.NextGroup(group + 1))
            {
                for (ulong found = _index.Matching(group, contexts); found != 0; found &= found - 1)
                {
                    ForgetIfNamed(TlbIndex.PlaceOf(group, found), contexts, in invalidation, leaves);
                }
            }
        }
    }

    /// <summary>What it holds, for those who look on.</summary>
    public List<TlbEntry> Entries
    {
        get
        {
            List<TlbEntry> entries = [];
            for (int place = NextNotZero(0); place >= 0; place = NextNotZero(place + 1))
            {
                if (_entries[place].IsValid)
                {
                    entries.Add(_entries[place]);
                }
            }

            return entries;
        }
    }

    /// <summary>Empties the TLB, as reset does.</summary>
    public void Clear()
    {
        for (int place = NextNotZero(0); place >= 0; place = NextNotZero(place + 1))
        {
            _entries[place] = default;
        }

        Array.Clear(_nextWay);
        _index.Clear();
    }

    public void Save(StateWriter to)
    {
        int count = 0;
        for (int place = NextNotZero(0); place >= 0; place = NextNotZero(place + 1))
        {
            count++;
        }

        to.Write(_nextWay);
        to.Write(count);
        for (int place = NextNotZero(0); place >= 0; place = NextNotZero(place + 1))
        {
            to.Write(place);
            to.Write(MemoryMarshal.AsBytes(_entries.AsSpan(place, 1)));
        }
    }

    public void Restore(StateReader from)
    {
        Clear();
        from.ReadBytes(_nextWay);
        int count = from.ReadBelow(_entries.Length + 1, "a number of TLB entries");
        for (int k = 0; k < count; k++)
        {
            int place = from.ReadBelow(_entries.Length, "a place of a TLB");
            ref TlbEntry entry = ref _entries[place];
            bool again = entry.IsValid;
            from.ReadBytes(MemoryMarshal.AsBytes(_entries.AsSpan(place, 1)));
            if (again)
            {
                throw new InvalidDataException($"saved state has two TLB entries for place {place}");
            }

            if (entry.IsValid)
            {
                entry.Check();
                _index.Add(place, in entry);
            }
        }
    }

    private static bool NamesAddress(in TlbEntry entry, ulong address) =>
        ((entry.Page ^ address) & TaggedBits) >> entry.Stage1Shift == 0;

    private void InvalidateOneAddress(ulong address, TlbContexts contexts, in TlbInvalidation invalidation, TlbEntryLeaves? leaves)
    {
        for (ulong shifts = _index.Shifts; shifts != 0; shifts &= shifts - 1)
        {
            int first = FirstOfSet(address >> BitOperations.TrailingZeroCount(shifts));
            for (int place = first; place < first + Ways; place++)
            {
                ForgetIfNamed(place, contexts, in invalidation, leaves);
            }
        }
    }

    private void ForgetIfNamed(int place, TlbContexts contexts, in TlbInvalidation invalidation, TlbEntryLeaves? leaves)
    {
        if (!contexts.Include(_index.ContextOf(place)))
        {
            return;
        }

        ref TlbEntry entry = ref _entries[place];
        if (NamesAddress(in entry, invalidation.Address)
            && (!invalidation.HasAsid || entry.IsGlobal || entry.Asid == invalidation.Asid))
        {
            leaves?.Invoke(in entry);
            Forget(place);
        }
    }

    private int PlaceFor(in TlbEntry entry, int first)
    {
        int free = -1;
        for (int i = first; i < first + Ways; i++)
        {
            uint owner = _index.ContextOf(i);
            ref TlbEntry way = ref _entries[i];
            if (owner == entry.Context && way.Page == entry.Page && way.Shift == entry.Shift)
            {
                return i;
            }

            free = free < 0 && owner == 0 ? i : free;
        }

        if (free >= 0)
        {
            return free;
        }

        ref byte next = ref _nextWay[first / Ways];
        next = (byte)((next + 1) % Ways);
        return first + next;
    }

    private void Forget(int place)
    {
        _index.Remove(place, in _entries[place]);
        _entries[place] = default;
    }

    /// <summary>The first place from <paramref name="place"/> on that is not as it was in the beginning, or -1.</summary>
    private int NextNotZero(int place)
    {
        int at = MemoryMarshal.AsBytes(_entries.AsSpan(place)).IndexOfAnyExcept((byte)0);
        return at < 0 ? -1 : place + (at / Unsafe.SizeOf<TlbEntry>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FirstOfSet(ulong number) => ((int)(number ^ (number >> 7) ^ (number >> 15)) & _setMask) * Ways;
}
