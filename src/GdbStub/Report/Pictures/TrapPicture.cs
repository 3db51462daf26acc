using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GdbHost.GdbStub.Monitor.Json;

namespace GdbHost.GdbStub.Report.Pictures;

/// <summary>Exceptions over virtual time as SVG: a lane for each class, a bar for each stretch of time, a mark where a return was remarkable.</summary>
internal static class TrapPicture
{
    private const int Bins = 60;
    private const int BinWidth = AddressPicture.Width / Bins;
    private const int MostLanes = 10;
    private const int LaneHeight = 38;
    private const int BarHeight = 20;
    private const int Foot = 16;
    private const string Others = "others";

    /// <param name="traps">Lines of "traps", by rising time; at least one.</param>
    public static string Draw(IReadOnlyList<AnswerLine> traps)
    {
        string[] common = [.. traps.GroupBy(static t => t.Words("class")!).OrderByDescending(static g => g.Count()).ThenBy(static g => g.Key, StringComparer.Ordinal).Select(static g => g.Key)];
        string[] lanes = common.Length <= MostLanes ? common : [.. common.Take(MostLanes - 1), Others];
        long start = traps[0].Number("ns")!.Value;
        long length = Math.Max(traps[^1].Number("ns")!.Value - start + 1, 1);
        int height = (lanes.Length * LaneHeight) + Foot;
        List<string> parts =
        [
            $"<svg class=\"picture\" viewBox=\"0 0 {AddressPicture.Width} {height}\" role=\"img\" aria-labelledby=\"traps-t traps-d\">",
            "<title id=\"traps-t\">Exceptions to EL2 and EL3 over virtual time, a lane for each class</title>",
        ];
        List<string> words = [];
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            string name = lanes[lane];
            AnswerLine[] own = [.. traps.Where(t => name == Others && lanes.Length < common.Length ? !lanes.Contains(t.Words("class")) : t.Words("class") == name)];
            parts.AddRange(Lane(name, own, lane * LaneHeight, start, length, words));
        }

        parts.Add($"<text class=\"axis\" x=\"0\" y=\"{height - 4}\">{Time(start)}</text>");
        parts.Add($"<text class=\"axis\" x=\"{AddressPicture.Width}\" y=\"{height - 4}\" text-anchor=\"end\">{Time(start + length - 1)}</text>");
        parts.Insert(2, $"<desc id=\"traps-d\">{HtmlText.Escaped($"From {Time(start)} to {Time(start + length - 1)}: {string.Join("; ", words)}.")}</desc>");
        parts.Add("</svg>\n");
        return string.Join('\n', parts);
    }

    private static IEnumerable<string> Lane(string name, AnswerLine[] traps, int top, long start, long length, List<string> words)
    {
        int[] counts = new int[Bins];
        int[] flagged = new int[Bins];
        foreach (AnswerLine trap in traps)
        {
            int bin = (int)((trap.Number("ns")!.Value - start) * (double)Bins / length);
            counts[Math.Clamp(bin, 0, Bins - 1)]++;
            flagged[Math.Clamp(bin, 0, Bins - 1)] += Verdict.IsWrong(trap) ? 1 : 0;
        }

        int most = counts.Max();
        int remarkable = flagged.Sum();
        int again = traps.Count(static t => Verdict.RemarksOf(t).Any()) - remarkable;
        string note = (again > 0 ? $", {again} again at once" : "") + (remarkable > 0 ? $", {remarkable} wrong" : "");
        words.Add($"{name} {traps.Length}{note}");
        int foot = top + LaneHeight - 2;
        yield return $"<text class=\"name\" x=\"0\" y=\"{top + 11}\">{HtmlText.Escaped(name)}</text>";
        yield return $"<text class=\"{(remarkable > 0 ? "flag" : "axis")}\" x=\"{AddressPicture.Width}\" y=\"{top + 11}\" text-anchor=\"end\">{traps.Length}{HtmlText.Escaped(note)}</text>";
        yield return $"<path class=\"base\" d=\"M0 {foot}H{AddressPicture.Width}\"/>";
        for (int bin = 0; bin < Bins; bin++)
        {
            if (counts[bin] > 0)
            {
                // Logarithms, so that one exception shows beside a thousand.
                int height = Math.Max(2, (int)Math.Round(BarHeight * Math.Log(counts[bin] + 1) / Math.Log(most + 1)));
                yield return $"<rect class=\"{(flagged[bin] > 0 ? "bar flag" : "bar")}\" x=\"{bin * BinWidth}\" y=\"{foot - height}\" width=\"{BinWidth - 1}\" height=\"{height}\"/>";
            }
        }
    }

    /// <summary>Virtual time for a reader.</summary>
    public static string Time(long nanoseconds) => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.###} ms");
}
