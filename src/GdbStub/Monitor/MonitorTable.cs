using System;
using System.Collections.Generic;
using System.Linq;

namespace GdbHost.GdbStub.Monitor;

/// <summary>Finds the row of a monitor command: its name, or the beginning of only one name.</summary>
internal static class MonitorTable
{
    // Longer words are no command of ours; the limit keeps the answer that repeats them short.
    private const int LongestWordShown = 40;

    public static void Run(MonitorRequest request, string line)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string name = words.Length == 0 ? Help.Name : words[0];
        MonitorCommand[] found = Find(request, name);
        if (found.Length == 1 && found[0].Controls && request.Session.Looks)
        {
            request.Line($"{found[0].Name}: another debugger has control of this guest; this session can look at it, not change it");
            return;
        }

        if (found.Length == 1)
        {
            found[0].Handle(request, words.AsSpan(Math.Min(1, words.Length)));
            return;
        }

        string shown = Shown(name);
        request.Line(found.Length == 0
            ? $"There is no monitor command \"{shown}\"; \"monitor help\" lists them."
            : $"\"{shown}\" may be {string.Join(" or ", found.Select(c => c.Name))}.");
    }

    /// <summary>What a word of the user looks like in an answer.</summary>
    public static string Shown(string word) => word.Length <= LongestWordShown ? word : word[..LongestWordShown] + "...";

    /// <summary>The commands that this target can serve.</summary>
    public static IEnumerable<MonitorCommand> Offered(MonitorRequest request) =>
        All.Rows.Where(row => row.Needs?.Invoke(request.Target) is not false);

    private static MonitorCommand[] Find(MonitorRequest request, string name)
    {
        MonitorCommand[] begin = [.. Offered(request).Where(row => row.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        MonitorCommand? exact = Array.Find(begin, row => row.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return exact is null ? begin : [exact];
    }
}
