using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;
using Xunit;

namespace GdbHost.Machine.Tests.Common;

/// <summary>A <see cref="BitSet"/> holds what was put in. Right is a <see cref="SortedSet{T}"/> of .NET.</summary>
public sealed class BitSetTests
{
    [Theory]
    [InlineData(64, 1)]
    [InlineData(4096, 2)]
    [InlineData(64 * 64 * 64, 3)]
    public void It_is_gone_through_in_order(int limit, int seed)
    {
        Random random = new(seed);
        BitSet set = new(limit);
        SortedSet<int> expected = [];
        for (int round = 0; round < 200; round++)
        {
            for (int k = random.Next(100); k > 0; k--)
            {
                int number = random.Next(limit);
                bool adds = random.Next(3) != 0;
                Change(set, expected, number, adds);
            }

            Change(set, expected, random.Next(2) * (limit - 1), adds: random.Next(2) == 0);
            if (random.Next(20) == 0)
            {
                set.Clear();
                expected.Clear();
            }

            Assert.Equal(expected, All(set));
            int asked = random.Next(limit);
            Assert.Equal(expected.Contains(asked), set.Contains(asked));
        }
    }

    private static void Change(BitSet set, SortedSet<int> expected, int number, bool adds)
    {
        if (adds)
        {
            set.Add(number);
            expected.Add(number);
        }
        else
        {
            set.Remove(number);
            expected.Remove(number);
        }
    }

    private static List<int> All(BitSet set)
    {
        List<int> all = [];
        for (int number = set.Next(0); number >= 0; number = set.Next(number + 1))
        {
            all.Add(number);
        }

        return all;
    }
}
