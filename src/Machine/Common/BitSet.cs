using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace GdbHost.Machine.Common;

/// <summary>A set of numbers from 0 to a limit that is fast to go through and to empty while it holds few of them.</summary>
[NotState("an index of what is elsewhere")]
internal sealed class BitSet
{
    private const int WordBits = 64;
    private const int WordShift = 6;

    private readonly ulong[] _words;

    // One bit for each word that is not zero, and one for each word of those.
    private readonly ulong[] _summary;
    private ulong _top;

    /// <param name="limit">Numbers are below it; a multiple of 64, at most 64 times 64 times 64.</param>
    public BitSet(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, WordBits * WordBits * WordBits);
        _words = new ulong[limit / WordBits];
        _summary = new ulong[(_words.Length + WordBits - 1) / WordBits];
    }

    /// <summary>Sets of 64 numbers each, as bits.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int number) => (_words[number >> WordShift] >> number & 1) != 0;

    public void Add(int number)
    {
        int word = number >> WordShift;
        _words[word] |= 1UL << number;
        _summary[word >> WordShift] |= 1UL << word;
        _top |= 1UL << (word >> WordShift);
    }

    public void Remove(int number)
    {
        int word = number >> WordShift;
        if ((_words[word] &= ~(1UL << number)) == 0 && (_summary[word >> WordShift] &= ~(1UL << word)) == 0)
        {
            _top &= ~(1UL << (word >> WordShift));
        }
    }

    /// <summary>The least word number from <paramref name="word"/> on whose set is not empty, or -1.</summary>
    public int NextWord(int word)
    {
        int at = word >> WordShift;
        ulong mask = ulong.MaxValue << word;
        for (ulong tops = at < WordBits ? _top & (ulong.MaxValue << at) : 0; tops != 0; tops &= tops - 1)
        {
            int next = BitOperations.TrailingZeroCount(tops);
            ulong found = _summary[next] & (next == at ? mask : ulong.MaxValue);
            if (found != 0)
            {
                return (next << WordShift) + BitOperations.TrailingZeroCount(found);
            }
        }

        return -1;
    }

    /// <summary>The least number in the set from <paramref name="number"/> on, or -1.</summary>
    public int Next(int number)
    {
        int word = number >> WordShift;
        if (word < _words.Length)
        {
            ulong rest = _words[word] & (ulong.MaxValue << number);
            if (rest != 0)
            {
                return (word << WordShift) + BitOperations.TrailingZeroCount(rest);
            }

            word = NextWord(word + 1);
            if (word >= 0)
            {
                return (word << WordShift) + BitOperations.TrailingZeroCount(_words[word]);
            }
        }

        return -1;
    }

    public void Clear()
    {
        for (int word = NextWord(0); word >= 0; word = NextWord(word + 1))
        {
            _words[word] = 0;
        }

        Array.Clear(_summary);
        _top = 0;
    }
}
