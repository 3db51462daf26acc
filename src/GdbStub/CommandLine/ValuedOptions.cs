using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using CommandLine;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>
/// Joins each option with its value, "--name value" to "--name=value", before the parser sees them: the parser takes a
/// missing value for no option at all, and a value that begins with a hyphen for an option.
/// </summary>
internal static class ValuedOptions
{
    private const string Long = "--";

    // The only option whose values are free text.
    private const string FreeText = "append";

    private static readonly Type[] Verbs = [typeof(DemoOptions), typeof(RunOptions), typeof(DtbOptions)];

    public static List<string> Join(IReadOnlyList<string> words)
    {
        HashSet<string> valued = [.. Verbs.SelectMany(v => v.GetProperties()).Where(p => p.PropertyType != typeof(bool))
            .Select(p => p.GetCustomAttribute<OptionAttribute>()?.LongName ?? "")];
        var joined = new List<string>();
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            string name = word.StartsWith(Long, StringComparison.Ordinal) ? word[Long.Length..] : "";
            if (name.Length == 0 || !valued.Contains(name))
            {
                joined.Add(word);
                continue;
            }

            i++;
            if (i == words.Count || (words[i].StartsWith(Long, StringComparison.Ordinal) && name != FreeText))
            {
                throw new UserErrorException($"{word} needs a value");
            }

            joined.Add($"{word}={words[i]}");
        }

        return joined;
    }
}
