using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Debug;

namespace GdbHost.GdbStub.Monitor;

/// <summary>Finds the row of a monitor command: its name, or the beginning of only one name.</summary>
internal static class MonitorTable
{
    // Longer words are no command of ours; the limit keeps the answer that repeats them short.
    private const int LongestWordShown = 40;

    // Anywhere in the line, as QEMU's users and shells expect of an option.
    private const string JsonWord = "--json";

    public static void Run(MonitorRequest request, string line)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        request.AsJson |= words.Contains(JsonWord);
        words = [.. words.Where(static w => w != JsonWord)];
        if (words.Length > 0 && words[0].IndexOf('/', StringComparison.Ordinal) is int slash and > 0)
        {
            // A format stands next to the name, as in xp/8xw.
            words = [words[0][..slash], words[0][slash..], .. words[1..]];
        }

        string name = words.Length == 0 ? Help.Name : words[0];
        Run(request, name, words.AsSpan(Math.Min(1, words.Length)));
        request.End(name);
    }

    /// <summary>Runs a command for another one, which ends the answer.</summary>
    public static void Run(MonitorRequest request, string name, ReadOnlySpan<string> arguments)
    {
        MonitorCommand[] found = Find(request, name);
        if (found.Length == 1 && found[0].Controls && request.Session.Looks)
        {
            request.Fail($"{found[0].Name}: another debugger has control of this guest; this session can look at it, not change it");
            return;
        }

        if (found.Length == 1)
        {
            found[0].Handle(request, arguments);
            return;
        }

        request.Fail(found.Length == 0
            ? Unknown(request, name)
            : $"\"{Shown(name)}\" may be {string.Join(" or ", found.Select(c => c.Name))}.");
    }

    /// <summary>What is said of a name that no command has.</summary>
    public static string Unknown(MonitorRequest request, string name) =>
        $"There is no monitor command \"{Shown(name)}\"; near it are {MachineInspection.NearestNames(name, Offered(request).Select(static c => c.Name))}; \"monitor help\" lists all.";

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
