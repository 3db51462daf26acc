using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>The tour is true. Witness: stock gdb, doing what docs/TOUR.md says.</summary>
public sealed partial class TourTests
{
    [RequiresFact(Need.Gdb)]
    public async Task Every_step_of_the_tour_shows_what_the_tour_says()
    {
        string tour = await File.ReadAllTextAsync(Repository.InTree("docs/TOUR.md"));
        List<string> commands = [];
        List<string> expected = [];
        foreach (Match block in Blocks().Matches(tour))
        {
            string[] lines = block.Groups[2].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            (block.Groups[1].Value == "gdb" ? commands : expected).AddRange(lines);
        }

        Assert.NotEmpty(commands);
        Conversation gdb = await DemoGuest.UnderGdbAsync(string.Join('\n', commands));

        // gdb prints what monitor commands answer on its error stream: a line may be next on either.
        int[] from = [0, 0];
        string[] streams = [gdb.Output, gdb.Errors];
        foreach (string line in expected)
        {
            int stream = Enumerable.Range(0, streams.Length).FirstOrDefault(
                k => streams[k].IndexOf(line, from[k], StringComparison.Ordinal) >= 0, -1);
            Assert.True(stream >= 0, $"\"{line}\" is missing (in this order) in:\n{gdb}");
            from[stream] = streams[stream].IndexOf(line, from[stream], StringComparison.Ordinal) + line.Length;
        }
    }

    [GeneratedRegex(@"^```(gdb|text)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
