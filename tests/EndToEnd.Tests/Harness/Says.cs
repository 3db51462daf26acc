using System;
using System.Text.RegularExpressions;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>Assertions over what a program printed, which show all of it when they fail.</summary>
internal static class Says
{
    /// <summary>Each text occurs, in this order.</summary>
    public static void InOrder(string output, string all, params string[] texts)
    {
        int from = 0;
        foreach (string text in texts)
        {
            int found = output.IndexOf(text, from, StringComparison.Ordinal);
            Assert.True(found >= 0, $"\"{text}\" is missing (in this order) in:\n{all}");
            from = found + text.Length;
        }
    }

    public static void InOrder(Conversation conversation, params string[] texts)
    {
        InOrder(conversation.Output, conversation.ToString(), texts);
    }

    public static void InOrder(Ended ended, params string[] texts)
    {
        InOrder(ended.Output, $"{ended.Output}\n--- errors ---\n{ended.Errors}\n--- status {ended.Status} ---", texts);
    }

    /// <summary>The text has a line like this, and is shown whole where it has not.</summary>
    public static void Line(string text, string pattern) =>
        Assert.True(Regex.IsMatch(text, pattern, RegexOptions.Multiline), $"no {pattern} in:\n{text}");
}
