using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace GdbHost.GdbStub.Report;

/// <summary>
/// HTML that is written from front to back (HTML Living Standard). <see cref="Markup"/> takes what stands in this program; whatever comes
/// from a guest, a file or a user goes through <see cref="Text"/>, which leaves nothing that a browser could take for markup, and nothing
/// that hides or reorders what a reader sees.
/// </summary>
internal sealed class HtmlText
{
    private const int MostCellChars = 400;
    private const int BreakEvery = 4;

    private readonly StringBuilder _text = new();

    public static string Escaped(string text)
    {
        StringBuilder escaped = new(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                '\n' or '\t' => escaped.Append((char)rune.Value),
                _ when IsHidden(rune) => escaped.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                _ => escaped.Append(rune),
            };
        }

        return escaped.ToString();
    }

    /// <summary>Escaped, with places at which a long hexadecimal number may go on in the next line.</summary>
    public static string Breakable(string text)
    {
        string escaped = Escaped(text.Length <= MostCellChars ? text : text[..MostCellChars] + "...");
        StringBuilder broken = new(escaped.Length + 16);
        int digits = 0;
        for (int at = 0; at < escaped.Length; at++)
        {
            bool isNumber = (digits > 0 && char.IsAsciiHexDigit(escaped[at])) || (at > 1 && escaped[at - 1] == 'x' && escaped[at - 2] == '0' && char.IsAsciiHexDigit(escaped[at]));
            digits = isNumber ? digits + 1 : 0;
            broken.Append(digits > 1 && digits % BreakEvery == 1 ? "<wbr>" : "").Append(escaped[at]);
        }

        return broken.ToString();
    }

    public HtmlText Markup(string ours)
    {
        _text.Append(ours);
        return this;
    }

    public HtmlText Text(string theirs)
    {
        _text.Append(Escaped(theirs));
        return this;
    }

    /// <summary>An element with nothing but text in it.</summary>
    /// <param name="tag">With its attributes.</param>
    public HtmlText Element(string tag, string theirs) => Markup($"<{tag}>").Markup(Breakable(theirs)).Markup($"</{tag.Split(' ')[0]}>\n");

    /// <summary>A section with its heading.</summary>
    public HtmlText Section(string id, string title, Action body, bool isWide = false)
    {
        Markup($"<section id=\"{id}\"{(isWide ? " class=\"wide\"" : "")} aria-labelledby=\"{id}-title\">\n").Element($"h2 id=\"{id}-title\"", title);
        body();
        return Markup("</section>\n");
    }

    /// <summary>A table with a caption, header cells for its columns, and the first cell of each row as the row's.</summary>
    /// <param name="most">Rows that are shown; the rest is counted.</param>
    /// <param name="rest">The command that shows all.</param>
    public HtmlText Table(string caption, string[] columns, IReadOnlyList<string[]> rows, int most, string rest)
    {
        Markup("<table>\n").Element("caption", caption).Markup("<thead><tr>");
        foreach (string column in columns)
        {
            Markup("<th scope=\"col\">").Text(column).Markup("</th>");
        }

        Markup("</tr></thead>\n<tbody>\n");
        foreach (string[] row in rows.Take(most))
        {
            Markup("<tr><th scope=\"row\">").Markup(Breakable(row[0])).Markup("</th>");
            foreach (string cell in row.Skip(1))
            {
                Markup("<td>").Markup(Breakable(cell)).Markup("</td>");
            }

            Markup("</tr>\n");
        }

        Markup("</tbody></table>\n");
        return rows.Count > most ? Markup("<p class=\"more\">and ").Text($"{rows.Count - most}").Markup(" more: <code>").Text(rest).Markup("</code></p>\n") : this;
    }

    /// <summary>What can be unfolded.</summary>
    public HtmlText Details(string summary, Action body)
    {
        Markup("<details>").Element("summary", summary);
        body();
        return Markup("</details>\n");
    }

    public override string ToString() => _text.ToString();

    // Controls, marks that change the direction of text, characters that no font shows.
    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator;
}
