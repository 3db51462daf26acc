using System;
using System.Numerics;
using System.Runtime.Intrinsics;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Mmu;

/// <summary>
/// What maintenance wants to know of a TLB without reading its entries: which places are in use and in whose name, and
/// of what sizes the ranges are.
/// </summary>
[NotState("found from the entries")]
internal sealed class TlbIndex(int places)
{
    private const int WordBits = 64;

    private readonly uint[] _contexts = new uint[places];
    private readonly BitSet _used = new(places);
    private readonly int[] _countByShift = new int[WordBits];

    // Entries smaller than stage 1's block, counted by a hash of that block.
    private readonly int[] _piecesByBlock = new int[1024];
    private readonly int[] _piecesByShift = new int[WordBits];
    private ulong _blockShifts;

    /// <summary>A set bit n: there are entries whose range has 2^n bytes.</summary>
    public ulong Shifts { get; private set; }

    public void Add(int place, in TlbEntry entry)
    {
        _contexts[place] = entry.Context;
        _used.Add(place);
        if (_countByShift[entry.Shift]++ == 0)
        {
            Shifts |= 1UL << entry.Shift;
        }

        if (entry.Stage1Shift > entry.Shift)
        {
            _piecesByBlock[BlockHash(entry.Page, entry.Stage1Shift)]++;
            if (_piecesByShift[entry.Stage1Shift]++ == 0)
            {
                _blockShifts |= 1UL << entry.Stage1Shift;
            }
        }
    }

    public void Remove(int place, in TlbEntry entry)
    {
        _contexts[place] = 0;
        _used.Remove(place);
        if (--_countByShift[entry.Shift] == 0)
        {
            Shifts &= ~(1UL << entry.Shift);
        }

        if (entry.Stage1Shift > entry.Shift)
        {
            _piecesByBlock[BlockHash(entry.Page, entry.Stage1Shift)]--;
            if (--_piecesByShift[entry.Stage1Shift] == 0)
            {
                _blockShifts &= ~(1UL << entry.Stage1Shift);
            }
        }
    }

    /// <summary>There may be entries smaller than the block of stage 1 in which the address, with sign, lies.</summary>
    public bool MayHavePieces(ulong address)
    {
        for (ulong shifts = _blockShifts; shifts != 0; shifts &= shifts - 1)
        {
            if (_piecesByBlock[BlockHash(address, BitOperations.TrailingZeroCount(shifts))] != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first place from <paramref name="place"/> on whose context is one of those, or -1.</summary>
    public int Next(int place, TlbContexts contexts)
    {
        ulong from = ulong.MaxValue << place;
        for (int word = _used.NextWord(place / WordBits); word >= 0; word = _used.NextWord(word + 1))
        {
            ulong found = Matching(word, contexts) & (word == place / WordBits ? from : ulong.MaxValue);
            if (found != 0)
            {
                return (word * WordBits) + BitOperations.TrailingZeroCount(found);
            }
        }

        return -1;
    }

    public void Clear()
    {
        for (int place = _used.Next(0); place >= 0; place = _used.Next(place + 1))
        {
            _contexts[place] = 0;
        }

        _used.Clear();
        Array.Clear(_countByShift);
        Array.Clear(_piecesByBlock);
        Array.Clear(_piecesByShift);
        _blockShifts = 0;
        Shifts = 0;
    }

    private static int BlockHash(ulong address, int shift)
    {
        ulong number = address >> shift;
        return (int)(number ^ (number >> 10) ^ (ulong)shift) & 1023;
    }

    // Free places have context 0, which no mask with the valid bit matches.
    private ulong Matching(int word, TlbContexts wanted)
    {
        ReadOnlySpan<uint> contexts = _contexts.AsSpan(word * WordBits, WordBits);
        Vector256<uint> masks = Vector256.Create(wanted.Mask);
        Vector256<uint> values = Vector256.Create(wanted.Value);
        ulong found = 0;
        for (int k = 0; k < WordBits; k += Vector256<uint>.Count)
        {
            Vector256<uint> same = Vector256.Equals(Vector256.Create(contexts[k..]) & masks, values);
            found |= (ulong)same.ExtractMostSignificantBits() << k;
        }

        return found;
    }
}
