using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace GdbHost.GdbStub.Tests.Fakes;

/// <summary>One line of a transcript: what happens, and its text with \xNN escapes undone.</summary>
internal sealed record TranscriptLine(int Number, string Mark, string Text);

/// <summary>
/// A recorded conversation as a text file. Marks: "#" comment, "&gt;" packet to the stub, "&lt;" packet from the stub,
/// "raw&gt;" bytes to the stub, "!" the guest stops, "resumed" what each vCPU was told, "step" the range and how the step is done,
/// "visit" vCPU 0 comes to an address, "event" a marker by its place and what it tells, "visits" the addresses that are traced,
/// "restarts" how often the target was put back to its start, "breakpoints" what is inserted,
/// "closed" the stub hangs up, "ended" exit status of the run.
/// </summary>
internal static partial class Transcript
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../Vectors/rsp"));

    public static IEnumerable<string> Names =>
        Directory.GetFiles(Folder, "*.txt").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    public static IReadOnlyList<TranscriptLine> Read(string name)
    {
        var lines = new List<TranscriptLine>();
        string[] all = File.ReadAllLines(Path.Combine(Folder, name));
        for (int i = 0; i < all.Length; i++)
        {
            string line = all[i];
            if (line.Length > 0 && line[0] != '#')
            {
                string[] parts = line.Split(' ', 2);
                lines.Add(new TranscriptLine(i + 1, parts[0], parts.Length > 1 ? Unescape(parts[1]) : ""));
            }
        }

        return lines;
    }

    private static string Unescape(string text) =>
        Escape().Replace(
            text, m => ((char)byte.Parse(m.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"\\x([0-9a-f]{2})")]
    private static partial Regex Escape();
}
