using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using System.Xml.Linq;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Gdb;

/// <summary>
/// The scripts of scripts/gdb, each followed by stock gdb with "gdbhost run --script". Who is right: what the scripts' heads promise; the demo's sources
/// (src/GdbStub/Demo/guest_main.c: each round counts 3 * counter + 1) and the kernel's own behavior.
/// </summary>
public sealed class ReadyScriptTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-script");

    private string _limit = HostRun.DefaultLimit;

    private string ReportPath => Path.Combine(_folder.FullName, "report.xml");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresFact(Need.Gdb)]
    public async Task Boot_to_symbol_passes_where_the_guest_comes_there()
    {
        Ended ended = await OnDemoAsync("boot-to-symbol", ("SYMBOL", "guest_main"));
        Assert.Equal(0, ended.Status);
        Says.InOrder(ended, "PASS: the guest comes to guest_main");
        Assert.Equal("0", XElement.Load(ReportPath).Attribute("failures")?.Value);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Boot_to_symbol_fails_where_the_guest_ends_before()
    {
        // Nothing is there, and the guest counts on until it is ended.
        _limit = "20000000";
        Ended ended = await OnDemoAsync("boot-to-symbol", ("SYMBOL", "*0x4"), ("SYMBOLS", ""));
        Assert.NotEqual(0, ended.Status);
        Assert.Contains("the limit of --max-instructions is reached", ended.Errors, System.StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Break_at_panic_fails_with_callers_and_console()
    {
        Ended ended = await OnLinuxAsync("break-at-panic", "panic=-1 rdinit=/nothing");
        Assert.Equal(1, ended.Status);
        Says.InOrder(ended, "in panic ()", "FAIL: the guest does not come to panic");
        Assert.Contains("No filesystem could mount root", ended.Output + ended.Errors, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Hypervisor_traps_counts_what_EL2_is_called_for()
    {
        Ended ended = await OnLinuxAsync("hypervisor-traps", "panic=-1");
        Assert.Equal(0, ended.Status);
        Says.InOrder(ended, "PASS: the guest comes to start_kernel", "PASS: no return from EL2 or EL3 is flagged");
        Assert.Contains("EL1->EL2", ended.Output + ended.Errors, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Watch_a_variable_names_who_changes_it_with_both_values()
    {
        Ended ended = await OnDemoAsync("watch-a-variable", ("AFTER", "guest_main"), ("VARIABLE", "guest_counter"));
        Assert.Equal(0, ended.Status);
        Says.InOrder(ended, "PASS: guest_counter was changed as often as asked for");
        Says.InOrder(ended.Output + ended.Errors, ended.Output + ended.Errors,
            "cpu0 write of 8 bytes, pc 0x", "old 0x0, new 0x1", "old 0x1, new 0x4", "old 0x4, new 0xd");
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Post_mortem_has_every_part()
    {
        Ended ended = await OnLinuxAsync("post-mortem", "panic=-1");
        Assert.Equal(0, ended.Status);
        Says.InOrder(ended, "--- vCPUs ---", "cpu0", "--- callers ---", "--- registers ---", "--- what each vCPU waits for ---", "--- timers ---", "PASS: post-mortem");
    }

    /// <summary>The script of the examples for CI, as it is, and the files that the examples name.</summary>
    [RequiresFact(Need.Gdb)]
    public async Task Examples_for_CI_run_and_name_files_that_exist()
    {
        string program = Path.Combine(_folder.FullName, "gdbhost");

        // Not by this process: a program that another test starts meanwhile would have it open for writing for a moment, and nobody could execute it.
        string text = $"#!/bin/sh\nexec {string.Join(' ', HostRun.Words())} \"$@\"\n";
        Assert.Equal(0, (await ChildProcess.Start("sh", ["-c", "cat > \"$0\" && chmod +x \"$0\"", program], text).WaitAsync()).Status);
        Ended ended = await ChildProcess.RunAsync(
            "env", $"GDBHOST={program}", $"REPORTS={_folder.FullName}/junit", Repository.InTree("docs/ci/guest-tests.sh"));
        Assert.True(ended.Status == 0, ended.Output + ended.Errors);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(_folder.FullName, "junit"), "*.xml").Sum(f => int.Parse(XElement.Load(f).Attribute("tests")!.Value, CultureInfo.InvariantCulture) > 1 ? 1 : 0));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(_folder.FullName, "junit"), "*.html").Count(f => File.ReadAllText(f).EndsWith("</html>\n", System.StringComparison.Ordinal)));

        foreach (string example in (string[])["docs/ci/github-actions.yml", "docs/ci/gitlab-ci.yml"])
        {
            string[] named = [.. Regex.Matches(File.ReadAllText(Repository.InTree(example)), @"(?:scripts|docs)/[\w./-]+\.sh").Select(m => m.Value)];
            Assert.Contains("docs/ci/guest-tests.sh", named);
            Assert.Contains("scripts/publish.sh", named);
            Assert.All(named, n => Assert.True(File.Exists(Repository.InTree(n)), n));
        }
    }

    /// <summary>kaslr.gdb is followed by <see cref="ComplaintsTests.Breakpoints_hit_in_a_kernel_that_KASLR_has_moved"/>.</summary>
    [Fact]
    public void Every_script_is_in_the_table_of_the_README()
    {
        string readme = File.ReadAllText(Repository.InTree("scripts/gdb/README.md"));
        IEnumerable<string> scripts = Directory.GetFiles(Repository.InTree("scripts/gdb"), "*.gdb").Select(f => Path.GetFileName(f));
        Assert.All(scripts, s => Assert.Contains($"| `{s}` |", readme, StringComparison.Ordinal));
    }

    private Task<Ended> OnDemoAsync(string script, params (string Name, string Value)[] environment)
    {
        string demo = Repository.InTree("src/GdbStub/Demo");
        return FollowAsync(script, [("SYMBOLS", Path.Combine(demo, "guest.elf")), .. environment],
            "--machine", "virt,gic=2,el2=on", "--memory", "256M", "--kernel", Path.Combine(demo, "hypervisor.elf"), "--load", Path.Combine(demo, "guest.elf"));
    }

    private Task<Ended> OnLinuxAsync(string script, string append) => FollowAsync(
        script, [("SYMBOLS", DebianKernel.SymbolFile)],
        "--machine", "virt,gic=2,el2=on", "--memory", "1G", "--kernel", Repository.Guest("debian/vmlinuz"),
        "--initrd", Repository.Guest("debian/initramfs.cpio.gz"), "--append", $"console=ttyAMA0 nokaslr {append}");

    private Task<Ended> FollowAsync(string script, (string Name, string Value)[] environment, params string[] arguments)
    {
        string[] words = HostRun.Words(
        [
            "run", .. arguments, "--serial", "none", "--max-instructions", _limit, "--timeout", HostRun.HangSeconds,
            "--script", Repository.InTree($"scripts/gdb/{script}.gdb"), "--junit", ReportPath,
        ]);
        return ChildProcess.RunAsync("env", [.. environment.Select(v => $"{v.Name}={v.Value}"), .. words]);
    }
}
