using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Programs at EL2 with all that belongs to an operating system (tests/Guests/lockstep), on our machine and on QEMU at the same
/// time: both must print the same. The oracle: qemu-system-aarch64; where it does less than DDI 0487 says, the document,
/// in by-the-document.txt beside the programs.
/// </summary>
public sealed class SystemLockstepTests
{
    /// <summary>Begins a line about which the oracle says nothing.</summary>
    private const char ByTheDocument = '~';

    /// <summary>More lines than any program that ended early has printed.</summary>
    private const int LeastLines = 140;

    [RequiresTheory(Need.BuiltGuests, Need.SystemEmulator)]
    [InlineData("exceptions", 2)]
    [InlineData("stage1", 2)]
    [InlineData("stage2", 2)]
    [InlineData("tlb", 2)]
    [InlineData("timers", 2)]
    [InlineData("memory", 2)]
    [InlineData("gicv3", 3)]
    public async Task Program_prints_the_same_here_and_on_the_oracle(string name, int gic)
    {
        string program = Repository.Built($"lockstep/{name}.elf");
        Task<Ended> running = HostRun.GuestAsync("--machine", $"virt,gic={gic},el2=on", "--memory", "256M", "--kernel", program);
        string[] theirs = Compared(await OracleAsync(program, gic));
        Ended ended = await running;
        string[] all = ended.Output.Split('\n');
        string[] ours = Compared(ended.Output);

        Assert.True(theirs.Length > LeastLines && theirs[^1] == "end", $"the oracle did not reach the end: {string.Join('\n', theirs.TakeLast(3))}");
        AssertSame($"{name}, the oracle's line, then ours", theirs, ours);
        Assert.Equal(0, ended.Status);

        string[] documented = [.. all.Where(static line => line.StartsWith(ByTheDocument)).Select(static line => line[1..])];
        AssertSame($"{name}, the line by the document, then ours", ByTheDocumentLines(name), documented);
    }

    private static string[] Compared(string output) =>
        [.. output.TrimEnd('\n').Split('\n').Where(static line => !line.StartsWith(ByTheDocument))];

    /// <summary>The lines of one program: behind its name in brackets, up to the next.</summary>
    private static string[] ByTheDocumentLines(string name) =>
        [.. File.ReadLines(Repository.InTree("tests/Guests/lockstep/by-the-document.txt"))
            .SkipWhile(line => line != $"[{name}]").Skip(1).TakeWhile(static line => !line.StartsWith('[')).Where(static line => line.Length > 0 && line[0] != '#')];

    private static void AssertSame(string what, string[] expected, string[] actual)
    {
        int same = expected.Zip(actual).TakeWhile(static pair => pair.First == pair.Second).Count();
        string Line(string[] lines) => same < lines.Length ? lines[same] : "(nothing more)";
        Assert.True(same == expected.Length && same == actual.Length, $"{what}, line {same + 1}:\n{Line(expected)}\n{Line(actual)}");
    }

    // With -icount a nanosecond of the oracle is an instruction, as here: how busy the computer is does not matter.
    private static async Task<string> OracleAsync(string program, int gic)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-oracle");
        try
        {
            string serial = Path.Combine(folder.FullName, "serial");
            Ended ended = await ChildProcess.RunAsync("qemu-system-aarch64", "-M", $"virt,virtualization=on,gic-version={gic}", "-cpu", "cortex-a53", "-m", "256",
                "-icount", "shift=0,sleep=off", "-display", "none", "-monitor", "none", "-nodefaults", "-serial", $"file:{serial}", "-kernel", program);
            Assert.True(ended.Status == 0, ended.Errors);
            return await File.ReadAllTextAsync(serial);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
