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

    /// <summary>Entries in use.</summary>
    public int Count { get; private set; }

    public void Add(int place, in TlbEntry entry)
    {
        Count++;
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
        Count--;
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

    /// <summary>In whose name a place is used; 0 for a free one.</summary>
    public uint ContextOf(int place) => _contexts[place];

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

    /// <summary>The first group of 64 places from <paramref name="group"/> on in which some are in use, or -1.</summary>
    public int NextGroup(int group) => _used.NextWord(group);

    /// <summary>The first place from <paramref name="place"/> on that is in use, or -1.</summary>
    public int NextUsed(int place) => _used.Next(place);

    /// <summary>The place that the lowest set bit stands for.</summary>
    public static int PlaceOf(int group, ulong found) => (group * WordBits) + BitOperations.TrailingZeroCount(found);

    /// <summary>The places of a group that are in use in the name of one of these contexts, as bits.</summary>
    public ulong Matching(int group, TlbContexts wanted)
    {
        const int Few = 4;
        ulong used = _used.Words[group];
        return BitOperations.PopCount(used) <= Few ? MatchingOneByOne(group, used, wanted) : MatchingAll(group, wanted);
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
        Count = 0;
    }

    private static int BlockHash(ulong address, int shift)
    {
        ulong number = address >> shift;
        return (int)(number ^ (number >> 10) ^ (ulong)shift) & 1023;
    }

    private ulong MatchingOneByOne(int group, ulong used, TlbContexts wanted)
    {
        ulong found = 0;
        for (ulong rest = used; rest != 0; rest &= rest - 1)
        {
            found |= wanted.Include(_contexts[PlaceOf(group, rest)]) ? rest & (0 - rest) : 0;
        }

        return found;
    }

    // Free places have context 0, which no mask with the valid bit matches.
    private ulong MatchingAll(int group, TlbContexts wanted)
    {
        ReadOnlySpan<uint> contexts = _contexts.AsSpan(group * WordBits, WordBits);
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
