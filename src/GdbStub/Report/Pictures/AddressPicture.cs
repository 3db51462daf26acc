using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GdbHost.GdbStub.Report.Pictures;

/// <summary>
/// Address spaces side by side as SVG (W3C, Scalable Vector Graphics 2): a column of boxes for each, by rising address, and bands from
/// what is translated to what it becomes. 360 units are wide enough for a telephone without a change of scale.
/// </summary>
internal static class AddressPicture
{
    public const int Width = 360;

    private const int BoxHeight = 44;
    private const int Top = 18;
    private const int Between = 4;
    private const int Jump = 12;
    private const double CharWidth = 6.4;
    private const string Intermediate = "IPA";
    private const string Hole = "hole";
    private const string Fault = "fault";

    /// <param name="title">Its short text alternative.</param>
    /// <param name="input">What the first column is called.</param>
    public static string Draw(AddressLayout layout, string title, string input, string id)
    {
        List<Column> columns = [];
        if (layout.Virtual.Count > 0)
        {
            columns.Add(new Column(input, 0, 112, layout.Virtual, Places(layout.Virtual)));
        }

        if (layout.Intermediate.Count > 0)
        {
            columns.Add(new Column(Intermediate, columns.Count == 0 ? 0 : 143, columns.Count == 0 ? 112 : 93, layout.Intermediate, Places(layout.Intermediate)));
        }

        IReadOnlyList<Segment> before = columns[^1].Segments;
        Segment[] reached = [.. layout.Physical.Where(p => before.Any(s => s.LeadsTo(p)))];
        columns.Add(new Column("PA", 267, 93, [.. layout.Physical.Select(p => reached.Contains(p) ? p : p with { Kind = "unreached" })], Places(layout.Physical)));
        int height = columns.Max(static c => c.Segments.Count == 0 ? Top : c.Tops[^1] + BoxHeight) + 2;
        List<string> parts = [$"<svg class=\"picture\" viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">", $"<title id=\"{id}-t\">{HtmlText.Escaped(title)}</title>",
            $"<desc id=\"{id}-d\">{HtmlText.Escaped(Words(columns))}</desc>"];
        for (int i = 1; i < columns.Count; i++)
        {
            parts.AddRange(Bands(columns[i - 1], columns[i]));
        }

        parts.AddRange(columns.SelectMany(Boxes));
        parts.Add("</svg>\n");
        return string.Join('\n', parts);
    }

    private static int[] Places(IReadOnlyList<Segment> segments)
    {
        int[] tops = new int[segments.Count];
        int at = Top;
        for (int i = 0; i < segments.Count; i++)
        {
            at += i == 0 ? 0 : segments[i].First == segments[i - 1].Last + 1 ? Between : Jump;
            tops[i] = at;
            at += BoxHeight;
        }

        return tops;
    }

    private static IEnumerable<string> Boxes(Column column)
    {
        yield return $"<text class=\"head\" x=\"{column.Left}\" y=\"11\">{column.Name}</text>";
        for (int i = 0; i < column.Segments.Count; i++)
        {
            Segment s = column.Segments[i];
            int top = column.Tops[i];
            int most = (int)((column.Width - 10) / CharWidth) - (s.Kind == Fault ? 2 : 0);
            string name = s.Name.Length > most ? s.Name[..(most - 1)] + "\u2026" : s.Name;
            yield return $"<g class=\"{s.Kind}\"><rect x=\"{column.Left + 1}\" y=\"{top}\" width=\"{column.Width - 2}\" height=\"{BoxHeight}\" rx=\"4\"/>"
                + $"<text class=\"name\" x=\"{column.Left + 6}\" y=\"{top + 13}\">{(s.Kind == Fault ? "\u2715 " : "")}{HtmlText.Escaped(name)}</text>"
                + $"<text class=\"address\" x=\"{column.Left + 6}\" y=\"{top + 26}\">{s.First:x}</text>"
                + $"<text class=\"size\" x=\"{column.Left + 6}\" y=\"{top + 39}\">{Rounded(s.Bytes)}{(s.Parts.Count > 1 ? $" in {s.Parts.Count}" : "")}</text></g>";
            if (i > 0 && top - column.Tops[i - 1] - BoxHeight == Jump)
            {
                yield return $"<path class=\"gap\" d=\"M{column.Left + (column.Width / 2)} {top - Jump + 2}v{Jump - 4}\"/>";
            }
        }
    }

    private static IEnumerable<string> Bands(Column from, Column to)
    {
        for (int i = 0; i < from.Segments.Count; i++)
        {
            for (int j = 0; j < to.Segments.Count; j++)
            {
                if (from.Segments[i].LeadsTo(to.Segments[j]))
                {
                    int x1 = from.Left + from.Width - 1;
                    int x2 = to.Left + 1;
                    int y1 = from.Tops[i] + (BoxHeight / 2);
                    int y2 = to.Tops[j] + (BoxHeight / 2);
                    int middle = (x1 + x2) / 2;
                    yield return $"<path class=\"band {to.Segments[j].Kind}\" d=\"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}\"/>";
                }
            }
        }
    }

    // For who does not see it: what is where, and what is missing.
    private static string Words(List<Column> columns) => string.Join(" ", columns.Select(static c =>
        $"{c.Name}: " + string.Join(", ", c.Segments.Select(static s => $"{(s.Kind is Hole or Fault ? "not mapped: " : "")}{s.Name} at 0x{s.First:x}, {Rounded(s.Bytes)}")) + "."));

    /// <summary>A size in the largest unit of which there is one.</summary>
    public static string Rounded(ulong bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        double value = bytes == 0 ? Math.Pow(2, 64) : bytes;
        int unit = 0;
        while (value >= 1024 && unit + 1 < units.Length)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(value < 100 ? Math.Round(value, 1) : Math.Round(value))} {units[unit]}");
    }

    private sealed record Column(string Name, int Left, int Width, IReadOnlyList<Segment> Segments, int[] Tops);
}
