using System;
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

    [NotState("counted from the entries")]
    private readonly int[] _countByShift = new int[64];
    private readonly int _setMask;

    [NotState("counted from the entries")]
    private ulong _shiftsInUse;

    [NotState("counted from the entries")]
    private int _splitEntries;

    /// <param name="entries">How many; a power of two, at least 4.</param>
    public Tlb(int entries)
    {
        int sets = entries / Ways;
        if (sets == 0 || !BitOperations.IsPow2(entries))
        {
            throw new ArgumentOutOfRangeException(nameof(entries));
        }

        _entries = new TlbEntry[entries];
        _nextWay = new byte[sets];
        _setMask = sets - 1;
    }

    /// <summary>
    /// The entry that answers for an address, or a null reference. Where stale and new entries overlap (CONSTRAINED
    /// UNPREDICTABLE) the smallest range wins.
    /// </summary>
    public ref TlbEntry Find(ulong address, uint context, uint globalContext)
    {
        for (ulong shifts = _shiftsInUse; shifts != 0; shifts &= shifts - 1)
        {
            int shift = BitOperations.TrailingZeroCount(shifts);
            ulong number = address >> shift;
            ulong page = number << shift;
            ref TlbEntry way = ref _entries[FirstOfSet(number)];
            for (int i = 0; i < Ways; i++, way = ref Unsafe.Add(ref way, 1))
            {
                if (way.Page == page && way.Shift == shift && (way.Context == context || way.Context == globalContext))
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
        TlbEntry replaced = old;
        if (old.IsValid)
        {
            Forget(ref old);
        }

        old = entry;
        if (_countByShift[entry.Shift]++ == 0)
        {
            _shiftsInUse |= 1UL << entry.Shift;
        }

        _splitEntries += entry.Stage1Shift > entry.Shift ? 1 : 0;
        return replaced;
    }

    /// <summary>Removes what the operation names, and tells of each entry before it goes.</summary>
    public void Invalidate(in TlbInvalidation invalidation, TlbEntryLeaves? leaves = null)
    {
        if (_shiftsInUse == 0)
        {
            return;
        }

        if (invalidation.HasAddress && _splitEntries == 0)
        {
            InvalidateOneAddress(in invalidation, leaves);
            return;
        }

        foreach (ref TlbEntry entry in _entries.AsSpan())
        {
            if (entry.IsValid && Matches(in entry, in invalidation))
            {
                leaves?.Invoke(in entry);
                Forget(ref entry);
            }
        }
    }

    /// <summary>Empties the TLB, as reset does.</summary>
    public void Clear()
    {
        Array.Clear(_entries);
        Array.Clear(_nextWay);
        Array.Clear(_countByShift);
        _shiftsInUse = 0;
        _splitEntries = 0;
    }

    public void Save(StateWriter to)
    {
        to.Write(MemoryMarshal.AsBytes(_entries.AsSpan()));
        to.Write(_nextWay);
    }

    public void Restore(StateReader from)
    {
        Clear();
        from.ReadBytes(MemoryMarshal.AsBytes(_entries.AsSpan()));
        from.ReadBytes(_nextWay);
        foreach (ref TlbEntry entry in _entries.AsSpan())
        {
            if (entry.IsValid)
            {
                entry.Check();
                _countByShift[entry.Shift]++;
                _shiftsInUse |= 1UL << entry.Shift;
                _splitEntries += entry.Stage1Shift > entry.Shift ? 1 : 0;
            }
        }
    }

    private static bool Matches(in TlbEntry entry, in TlbInvalidation invalidation)
    {
        Regime regime = invalidation.Operation switch
        {
            TlbiOperation.Alle2 or TlbiOperation.Vae2 or TlbiOperation.Vale2 => Regime.El2,
            TlbiOperation.Alle3 or TlbiOperation.Vae3 or TlbiOperation.Vale3 => Regime.El3,
            _ => Regime.El10,
        };
        if (entry.Regime != regime)
        {
            return false;
        }

        if (regime != Regime.El10)
        {
            return !invalidation.HasAddress || NamesAddress(in entry, in invalidation);
        }

        bool sameVmid = entry.IsSecure == invalidation.Secure && entry.Vmid == invalidation.Vmid;
        return invalidation.Operation switch
        {
            TlbiOperation.Alle1 => entry.IsSecure == invalidation.Secure,
            TlbiOperation.Vmalle1 or TlbiOperation.Vmalls12e1 => sameVmid,
            TlbiOperation.Aside1 => sameVmid && !entry.IsGlobal && entry.Asid == invalidation.Asid,
            TlbiOperation.Vae1 or TlbiOperation.Vale1 =>
                sameVmid && (entry.IsGlobal || entry.Asid == invalidation.Asid) && NamesAddress(in entry, in invalidation),
            _ => sameVmid && NamesAddress(in entry, in invalidation),
        };
    }

    private static bool NamesAddress(in TlbEntry entry, in TlbInvalidation invalidation) =>
        ((entry.Page ^ invalidation.Address) & TaggedBits) >> entry.Stage1Shift == 0;

    private void InvalidateOneAddress(in TlbInvalidation invalidation, TlbEntryLeaves? leaves)
    {
        // Entries of both halves of the address space carry their sign; the operand has none.
        ulong address = invalidation.Address.SignExtend(56);
        for (ulong shifts = _shiftsInUse; shifts != 0; shifts &= shifts - 1)
        {
            int shift = BitOperations.TrailingZeroCount(shifts);
            foreach (ref TlbEntry entry in _entries.AsSpan(FirstOfSet(address >> shift), Ways))
            {
                if (entry.IsValid && Matches(in entry, in invalidation))
                {
                    leaves?.Invoke(in entry);
                    Forget(ref entry);
                }
            }
        }
    }

    private int PlaceFor(in TlbEntry entry, int first)
    {
        int free = -1;
        for (int i = first; i < first + Ways; i++)
        {
            ref TlbEntry way = ref _entries[i];
            if (way.Page == entry.Page && way.Shift == entry.Shift && way.Context == entry.Context)
            {
                return i;
            }

            free = free < 0 && !way.IsValid ? i : free;
        }

        if (free >= 0)
        {
            return free;
        }

        ref byte next = ref _nextWay[first / Ways];
        next = (byte)((next + 1) % Ways);
        return first + next;
    }

    private void Forget(ref TlbEntry entry)
    {
        _splitEntries -= entry.Stage1Shift > entry.Shift ? 1 : 0;
        if (--_countByShift[entry.Shift] == 0)
        {
            _shiftsInUse &= ~(1UL << entry.Shift);
        }

        entry = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FirstOfSet(ulong number) => ((int)(number ^ (number >> 7) ^ (number >> 15)) & _setMask) * Ways;
}
