using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>Snapshots as a user has them: stock gdb saves and loads, and the next program goes on. Oracle: the run that was not saved.</summary>
public sealed class SnapshotTests : IDisposable
{
    private const int BadInput = 2;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-snapshot");

    private string StateFile => Path.Combine(_folder.FullName, "demo.snapshot");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Gdb_goes_back_to_what_it_saved_and_meets_the_same_again_with_its_breakpoints()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync($"""
            break guest_main
            continue
            monitor snapshot save {StateFile}
            break guest_step
            continue
            monitor state
            monitor snapshot load {StateFile}
            maintenance flush register-cache
            p $pc == (unsigned long)guest_main
            continue
            monitor state
            """);

        Says.InOrder(gdb, "Breakpoint 1, guest_main", "Breakpoint 2, guest_step", "$1 = 1", "Breakpoint 2, guest_step");
        string[] states = StatesOf(gdb);
        Assert.Equal(4, states.Length);
        Assert.Equal(states[0], states[2]);
        Assert.Equal(states[1], states[3]);
        Assert.NotEqual(states[0], states[1]);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Another_program_begins_with_the_saved_state_and_refuses_that_of_another_machine()
    {
        Conversation saved = await DemoGuest.UnderGdbAsync($"""
            break guest_main
            continue
            monitor snapshot save {StateFile}
            monitor state
            """);
        Conversation restored = await HostRun.UnderGdbAsync(
            ["--machine", "virt,gic=2,el2=on", "--memory", "256M", "--restore", StateFile],
            $"file {Repository.InTree("src/GdbStub/Demo/guest.elf")}",
            "p $pc == (unsigned long)guest_main\nmonitor state");
        Says.InOrder(restored, "$1 = 1");
        Assert.Equal(StatesOf(saved)[0], Assert.Single(StatesOf(restored)));

        await RefusedAsync("--smp 1", "--machine", "virt,gic=2,el2=on", "--memory", "256M", "--smp", "2", "--restore", StateFile);
        await RefusedAsync("--memory", "--machine", "virt,gic=2,el2=on", "--memory", "1G", "--restore", StateFile);
        await File.WriteAllBytesAsync(StateFile, (await File.ReadAllBytesAsync(StateFile))[..^1]);
        await RefusedAsync("damaged", "--machine", "virt,gic=2,el2=on", "--memory", "256M", "--restore", StateFile);
        await RefusedAsync("no such file", "--restore", StateFile + ".missing");
    }

    /// <summary>What "monitor state" and the snapshot commands say; gdb prints it with its errors.</summary>
    private static string[] StatesOf(Conversation gdb) =>
        [.. Regex.Matches(gdb.Errors, "^[0-9]+ instructions, .* state [0-9a-f]{32}$", RegexOptions.Multiline).Select(m => m.Value)];

    private static async Task RefusedAsync(string what, params string[] arguments)
    {
        Ended ended = await HostRun.CommandAsync(["run", .. arguments, "--gdb", "none", "--serial", "none"]);
        Assert.Equal(BadInput, ended.Status);
        string line = Assert.Single(ended.Errors.Trim().Split('\n'));
        Assert.Contains("--restore", line, StringComparison.Ordinal);
        Assert.Contains(what, line, StringComparison.Ordinal);
    }
}
