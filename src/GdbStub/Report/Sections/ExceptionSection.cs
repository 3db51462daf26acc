using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;
using GdbHost.GdbStub.Report.Pictures;

namespace GdbHost.GdbStub.Report.Sections;

/// <summary>The last exception explained, and all that are recorded, over time.</summary>
internal static class ExceptionSection
{
    private const int MostWhyLines = 80;
    private const int MostTrapLines = 12;

    public static void WriteWhy(HtmlText html, Answers answers)
    {
        html.Markup("<ul class=\"lines\">\n");
        foreach (AnswerLine line in answers.To("why").Take(MostWhyLines))
        {
            Line(html, line.Text);
        }

        html.Markup("</ul>\n").Element("h3", "What each vCPU does").Markup("<ul class=\"lines\">\n");
        foreach (AnswerLine line in answers.To("why hang").Take(MostWhyLines))
        {
            Line(html, line.Text);
        }

        html.Markup("</ul>\n");
    }

    public static void WriteTraps(HtmlText html, Answers answers)
    {
        IReadOnlyList<AnswerLine> counts = answers.With("class", "traps counts");
        IReadOnlyList<AnswerLine> traps = answers.With("number", $"traps last {Verdict.TrapsRead}");
        if (traps.Count == 0)
        {
            html.Element("p class=\"note\"", answers.To("traps counts")[0].Text + ". Without EL2 or EL3 in use there are none.");
            return;
        }

        html.Markup(TrapPicture.Draw(traps));
        html.Markup("<ul class=\"key\"><li>Bars grow with the logarithm of the number. Red: a return was wrong. Again at once: the same instruction with nothing changed, as where memory is given on demand.</li></ul>\n");
        html.Table("Since the log was switched on", ["Class", "Count", "In words"],
            [.. counts.Select(static c => (string[])[c.Words("class")!, $"{c.Number("count")}", c.Words("words")!])], counts.Count, "");
        AnswerLine[] flagged = [.. traps.Where(Verdict.IsWrong).TakeLast(MostTrapLines)];
        if (flagged.Length > 0)
        {
            List(html, "The last with a wrong return", flagged);
        }

        html.Details("The last exceptions", () => List(html, "", [.. traps.TakeLast(MostTrapLines)]));
    }

    private static void List(HtmlText html, string title, AnswerLine[] lines)
    {
        if (title.Length > 0)
        {
            html.Element("h3", title);
        }

        html.Markup("<ul class=\"lines\">\n");
        Array.ForEach(lines, l => html.Element("li", l.Text));
        html.Markup("</ul>\n");
    }

    // What stands before a colon is what the line is about.
    private static void Line(HtmlText html, string text)
    {
        int colon = text.IndexOf(": ", StringComparison.Ordinal);
        string word = colon > 0 ? text[..colon] : "";
        bool isWord = word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c));
        html.Markup(word is "wrong" or "right" ? $"<li class=\"{word}\">" : "<li>");
        if (isWord)
        {
            html.Markup("<b>").Text(word).Markup(":</b> ");
        }

        html.Markup(HtmlText.Breakable(isWord ? text[(colon + 2)..] : text)).Markup("</li>\n");
    }
}
