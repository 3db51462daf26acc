using System;
using System.IO;
using System.Threading.Tasks;
using System.Xml.Linq;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// "gdbhost run --script": stock gdb decides how the program ends. Document: Debugging with GDB, "Mode Options" (-batch: a script's error
/// makes the status nonzero).
/// </summary>
public sealed class GdbScriptTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-script");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresFact(Need.Gdb)]
    public async Task Script_that_passes_ends_with_status_0_and_its_cases_are_reported()
    {
        (int status, string output, _) = await FollowAsync("""
            break handle_abort
            continue
            if $ESR_EL2 >> 26 == 0x24
              printf "PASS: it is a data abort\n"
            end
            """);

        Assert.Equal(0, status);
        Says.InOrder(output, output, "Breakpoint 1, handle_abort", "PASS: it is a data abort");
        XElement suite = XElement.Load(ReportPath);
        Assert.Equal(("2", "0"), (suite.Attribute("tests")?.Value, suite.Attribute("failures")?.Value));
    }

    [RequiresFact(Need.Gdb)]
    public async Task Line_that_says_FAIL_makes_the_status_1()
    {
        (int status, _, _) = await FollowAsync("printf \"FAIL: <a> & b\\n\"\nprintf \"PASS: c\\n\"");
        Assert.Equal(1, status);
        XElement suite = XElement.Load(ReportPath);
        Assert.Equal(("3", "2"), (suite.Attribute("tests")?.Value, suite.Attribute("failures")?.Value));
        Assert.Equal("<a> & b", suite.Element("testcase")?.Attribute("name")?.Value);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Error_of_a_command_makes_the_status_that_of_gdb()
    {
        (int status, _, _) = await FollowAsync("x/1x 0xdead000000000000");
        Assert.Equal(1, status);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Script_may_wait_for_the_guests_own_end()
    {
        (int status, string output, _) = await FollowAsync("""
            break guest_main
            continue
            set var guest_round_limit = 10
            continue
            printf "PASS: the guest ended\n"
            """, "add-symbol-file " + Demo("guest.elf"));

        Assert.Equal(0, status);
        Says.InOrder(output, output, "exited normally", "PASS: the guest ended");
    }

    /// <summary>gdb asks again what is not answered in 2 seconds, and then takes one answer for another.</summary>
    [RequiresFact(Need.Gdb)]
    public async Task Gdb_has_patience_with_a_busy_host()
    {
        (_, string output, _) = await FollowAsync("show remotetimeout");
        Says.InOrder(output, output, "Timeout limit to wait for target to respond is 60.");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Script_that_hangs_ends_by_the_timeout_with_a_post_mortem()
    {
        (int status, _, string errors) = await FollowAsync("continue", seconds: "2");
        Assert.Equal(3, status);

        // On a slow host gdb may not have come so far that the guest runs: it stands at its first instruction then.
        Says.InOrder(errors, errors, "cpu0: EL", ", pc 0x", "--timeout");
    }

    private string ReportPath => Path.Combine(_folder.FullName, "report.xml");

    private static string Demo(string file) => Path.Combine(Repository.InTree("src/GdbStub/Demo"), file);

    private async Task<Ended> FollowAsync(string script, string before = "", string seconds = HostRun.HangSeconds)
    {
        string path = Path.Combine(_folder.FullName, "script.gdb");
        await File.WriteAllTextAsync(path, before + "\n" + script + "\n");
        return await HostRun.CommandAsync(
            "run", "--machine", "virt,gic=2,el2=on", "--memory", "256M", "--kernel", Demo("hypervisor.elf"), "--load", Demo("guest.elf"),
             "--serial", "none", "--script", path, "--junit", ReportPath, "--timeout", seconds);
    }
}
