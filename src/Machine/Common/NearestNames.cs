using System;
using System.Collections.Generic;
using System.Linq;

namespace GdbHost.Machine.Common;

/// <summary>What somebody may have meant who wrote a name that does not exist.</summary>
internal static class NearestNames
{
    private const int Shown = 3;
    private const int LongestCompared = 64;

    /// <summary>The names that take the fewest changes of one letter to get to, nearest first, as "a, b, c".</summary>
    public static string Of(string wrong, IEnumerable<string> names)
    {
        string from = wrong.Length > LongestCompared ? wrong[..LongestCompared] : wrong;
        return string.Join(", ", names.OrderBy(n => Distance(from, n)).ThenBy(static n => n, StringComparer.Ordinal).Take(Shown));
    }

    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
