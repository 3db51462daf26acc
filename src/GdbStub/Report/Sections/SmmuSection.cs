using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Debug.Dma;

namespace GdbHost.GdbStub.Report.Sections;

/// <summary>The SMMU: how it stands, whose requests it takes where, what it has reported, and what it holds that memory no longer says.</summary>
internal static class SmmuSection
{
    private const int MostEntries = 64;
    private const int MostDecoded = 16;
    private const int MostRecords = 16;
    private const int MostStale = 24;
    private const string Feature = "has: ";
    private const string Register = "  ";

    public static void Write(HtmlText html, Answers answers)
    {
        IReadOnlyList<string> state = Lines(answers, "smmu");
        if (((IInspected)answers.Target).Inspection.SmmuStreams is not IReadOnlyList<MachineStreamEntry> streams)
        {
            html.Element("p class=\"note\"", $"{state[0]}.");
            return;
        }

        State(html, state);
        Streams(html, answers, [.. streams.Where(static s => s.IsValid)]);
        IReadOnlyList<string> events = Lines(answers, $"smmu eventq {MostRecords}");
        List(html, "The last events", events[0], [.. events.Skip(1)], most: MostRecords);
        IReadOnlyList<string> stale = Lines(answers, "smmu stale");
        bool nothing = stale is [string only] && only.StartsWith("nothing: ", StringComparison.Ordinal);
        List(html, "Stale", nothing ? stale[0] : "What it keeps and memory no longer says: devices still go by it.", nothing ? [] : stale, MostStale, "class=\"wrong\"");
        html.Details("What it has", () => List(html, "", "", [.. state.Where(static l => l.StartsWith(Feature, StringComparison.Ordinal)).Select(static l => l[Feature.Length..])], state.Count));
        IReadOnlyList<string> commands = Lines(answers, $"smmu cmdq {MostRecords}");
        html.Details("The last commands", () => List(html, "", commands[0], [.. commands.Skip(1)], commands.Count));
        html.Details("Registers", () => List(html, "", "", [.. state.Where(static l => l.StartsWith(Register, StringComparison.Ordinal))], state.Count));
    }

    // What stands before a colon is what the line is about.
    private static void State(HtmlText html, IReadOnlyList<string> lines)
    {
        html.Markup("<dl>\n");
        foreach (string[] parts in lines.Where(static l => !l.StartsWith(Feature, StringComparison.Ordinal) && !l.StartsWith(Register, StringComparison.Ordinal)).Select(static l => l.Split(": ", 2)))
        {
            html.Element("dt", parts[0]).Element("dd class=\"code\"", parts[^1]);
        }

        html.Markup("</dl>\n");
    }

    private static void Streams(HtmlText html, Answers answers, MachineStreamEntry[] valid)
    {
        if (valid.Length == 0)
        {
            html.Element("p", "No stream table entry is valid.");
            return;
        }

        html.Table("Stream table entries that are valid", ["StreamID", "Function", "Configuration", "In the SMMU"], [.. valid.Select(static s => (string[])
            [$"0x{s.First:x}{(s.Last == s.First ? "" : $" to 0x{s.Last:x}")}", Function(s), s.Words, s.State])], MostEntries, "monitor smmu streams");
        html.Details("Field by field", () =>
        {
            foreach (MachineStreamEntry stream in valid.Take(MostDecoded))
            {
                List(html, $"StreamID 0x{stream.First:x}", "", [.. Lines(answers, $"smmu ste {stream.First}"), .. stream.HasStage1 ? Lines(answers, $"smmu cd {stream.First}") : []], MostRecords);
            }

            if (valid.Length > MostDecoded)
            {
                html.Element("p class=\"more\"", $"and {valid.Length - MostDecoded} more: monitor smmu ste SID");
            }
        });
    }

    private static string Function(MachineStreamEntry stream) =>
        stream.Function is null ? "\u2013" : $"{MonitorArguments.FunctionName((ushort)stream.First)} {stream.Function}";

    /// <summary>Lines under a heading and a sentence, where these are given.</summary>
    private static void List(HtmlText html, string title, string sentence, IReadOnlyList<string> lines, int most, string attributes = "")
    {
        _ = title.Length > 0 ? html.Element("h3", title) : html;
        _ = sentence.Length > 0 ? html.Element("p", sentence) : html;
        if (lines.Count == 0)
        {
            return;
        }

        html.Markup("<ul class=\"lines\">\n");
        foreach (string line in lines.Take(most))
        {
            html.Element($"li {attributes}".TrimEnd(), line.Trim());
        }

        html.Markup("</ul>\n");
        if (lines.Count > most)
        {
            html.Element("p class=\"more\"", $"and {lines.Count - most} more lines");
        }
    }

    private static IReadOnlyList<string> Lines(Answers answers, string command) => [.. answers.To(command).Select(static (AnswerLine l) => l.Text)];
}
