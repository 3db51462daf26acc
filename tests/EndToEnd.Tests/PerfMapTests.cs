using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// The file that --perf-map writes. Document: tools/perf/Documentation/jit-interface.txt of Linux ("START SIZE symbolname",
/// hexadecimal); what the names say is held against the demo's memory layout, src/GdbStub/Demo/README.md.
/// </summary>
public sealed class PerfMapTests
{
    [Fact]
    public async Task Each_piece_of_code_is_named_by_level_and_address_and_none_overlaps_another()
    {
        string[] words = HostRun.Words("demo", "--gdb", "none", "--serial", "none", "--clock", "virtual", "--perf-map", "--max-instructions", "400000");
        ChildProcess demo = ChildProcess.Start(words[0], words[1..]);
        await demo.WaitAsync();
        string path = $"/tmp/perf-{demo.Id}.map";
        string[][] lines = [.. (await File.ReadAllLinesAsync(path)).Select(l => l.Split(' '))];
        File.Delete(path);

        Assert.Contains(lines, l => l[2].StartsWith("guest-el1-", StringComparison.Ordinal));
        Assert.Contains(lines, l => l[2].StartsWith("guest-el2-", StringComparison.Ordinal));
        ulong end = 0;
        foreach ((ulong start, ulong size) in lines.Select(l => (Number(l[0]), Number(l[1]))).Order())
        {
            Assert.InRange(size, 1ul, 1ul << 18);
            Assert.True(start >= end, $"{start:x} begins before {end:x}");
            end = start + size;
        }
    }

    private static ulong Number(string hexadecimal) => ulong.Parse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
