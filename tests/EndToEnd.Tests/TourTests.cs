using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>The tours are true. Witness: stock gdb, doing what docs/TOUR.md and the README say.</summary>
public sealed partial class TourTests
{
    [RequiresFact(Need.Gdb)]
    public async Task Every_step_of_the_tour_shows_what_the_tour_says()
    {
        (string[] commands, string[] expected) = await ReadAsync("docs/TOUR.md");

        Shows(await DemoGuest.UnderGdbAsync(string.Join('\n', commands)), expected);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Ten_typed_commands_of_the_readme_find_both_defects()
    {
        string readme = await File.ReadAllTextAsync(Repository.InTree("README.md"));
        Match start = DemoLine().Match(readme);
        (string[] commands, string[] expected) = await ReadAsync("README.md");

        Conversation gdb = await HostRun.UnderGdbAsync("demo", start.Groups[1].Value.Split(' '), "", string.Join('\n', commands));

        Assert.Contains("\ngdb-multiarch -ex 'target remote :1234'\n", readme[start.Index..], StringComparison.Ordinal);
        Assert.True(commands.Length + 2 <= 10, $"{commands.Length} commands in gdb, and two before it");
        Shows(gdb, expected);
    }

    private static async Task<(string[] Commands, string[] Expected)> ReadAsync(string document)
    {
        List<string> commands = [];
        List<string> expected = [];
        foreach (Match block in Blocks().Matches(await File.ReadAllTextAsync(Repository.InTree(document))))
        {
            string[] lines = block.Groups[2].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            (block.Groups[1].Value == "gdb" ? commands : expected).AddRange(lines);
        }

        Assert.NotEmpty(commands);
        Assert.NotEmpty(expected);
        return ([.. commands], [.. expected]);
    }

    // gdb prints what monitor commands answer on its error stream: a line may be next on either.
    private static void Shows(Conversation gdb, string[] expected)
    {
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

    [GeneratedRegex(@"^dotnet run .* -- demo (--defect) --wait$", RegexOptions.Multiline)]
    private static partial Regex DemoLine();
}
