using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// A monitor of ours at EL3 with programs in both worlds below (tests/Guests/worlds). Oracle: the same file on
/// qemu-system-aarch64 7.2 with secure=on; where that differs, DDI 0487.
/// </summary>
public sealed class WorldsTests : IDisposable
{
    private static readonly string Program = Repository.Built("worlds/worlds.elf");

    /// <summary>What QEMU prints, once each and in this order, and what the document says.</summary>
    private static readonly (string Theirs, string Document)[] Differences =
    [
        // SCR_EL3: "External aborts and SError interrupts are taken to EL3" with EA set.
        ("hypervisor: vector 0x4, class 0x25, status 0x10, address 0xe000000,", "monitor: vector 0x8, class 0x24, status 0x10, address 0xe000000,"),
        ("hypervisor: vector 0x4, class 0x25, status 0x10, address 0x9040018,", "monitor: vector 0x8, class 0x24, status 0x10, address 0x9040018,"),
        ("hypervisor: vector 0x4, class 0x25, status 0x10, address 0x0,", "monitor: vector 0x8, class 0x24, status 0x10, address 0x0,"),

        // HVC: UNDEFINED at EL1 in Secure state without Secure EL2.
        ("hypervisor: vector 0xc, class 0x16, syndrome 0x0, from mode 0x5", "trusted: vector 0x4, class 0x0, from mode 0x5"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-test");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresFact(Need.SystemEmulator, Need.BuiltGuests)]
    public async Task Four_programs_in_two_worlds_print_the_same_as_on_QEMU()
    {
        string secure = Path.Combine(_folder.FullName, "secure");
        Ended ours = await HostRun.TypingToGuestAsync(
            "", "--machine", "virt,gic=2,el2=on,el3=on", "--memory", "128M", "--kernel", Program, "--secure-serial", "file:" + secure);

        string theirs = Path.Combine(_folder.FullName, "theirs");
        string theirSecure = Path.Combine(_folder.FullName, "their-secure");
        Ended qemu = await ChildProcess.RunAsync(
            "timeout", HostRun.HangSeconds, "qemu-system-aarch64", "-M", "virt,secure=on,virtualization=on,gic-version=2", "-cpu", "cortex-a53", "-m", "128M",
            "-nic", "none", "-display", "none", "-monitor", "none", "-serial", "file:" + theirs, "-serial", "file:" + theirSecure, "-kernel", Program);
        Assert.Equal(0, qemu.Status);
        Assert.Equal(0, ours.Status);
        Assert.Equal(ByTheDocument(await File.ReadAllTextAsync(theirs)).Split('\n'), ours.Output.Split('\n'));
        Assert.Equal(await File.ReadAllTextAsync(theirSecure), await File.ReadAllTextAsync(secure));
    }

    [RequiresFact(Need.BuiltGuests)]
    public async Task Two_runs_are_the_same_to_the_instruction()
    {
        string[] arguments = ["--machine", "virt,gic=2,el2=on,el3=on", "--memory", "128M", "--kernel", Program];
        Ended one = await HostRun.TypingToGuestAsync("", arguments);
        Ended two = await HostRun.TypingToGuestAsync("", arguments);

        Assert.Contains("the guest powered off", one.Errors, StringComparison.Ordinal);
        Assert.Equal(one, two);
    }

    [RequiresFact(Need.Gdb, Need.BuiltGuests)]
    public async Task Gdb_stops_in_the_monitor_and_in_both_worlds()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(
            ["--machine", "virt,gic=2,el2=on,el3=on", "--memory", "128M", "--kernel", Program],
            $"file {Program}",
            """
            break world_switch
            break trusted_main
            continue
            p (unsigned long)$SCR_EL3 & 1
            p/x *(unsigned long *)0xe000000
            continue
            p (unsigned long)$SCR_EL3 & 1
            p/x *(unsigned int *)0x8000080
            info symbol $pc
            """);

        Says.InOrder(gdb, "Breakpoint 1, world_switch", "$1 = 1", "$2 = 0x5ec0de", "Breakpoint 2, trusted_main", "$3 = 0", "$4 = 0xdfff00ff", "trusted_main");
    }

    [Fact]
    public async Task A_secure_serial_line_without_EL3_is_refused_in_one_line()
    {
        Ended ours = await HostRun.TypingToGuestAsync("", "--kernel", Repository.InTree("README.md"), "--secure-serial", "stdio");

        Assert.Equal(2, ours.Status);
        Assert.Equal("gdbhost: --secure-serial: the board has no Secure UART without el3=on; add it to --machine\n", ours.Errors);
    }

    private static string ByTheDocument(string output)
    {
        int from = 0;
        foreach ((string theirs, string document) in Differences)
        {
            int at = output.IndexOf(theirs, from, StringComparison.Ordinal);
            Assert.True(at >= 0, $"QEMU no longer prints \"{theirs}\": compare without this difference");
            output = output[..at] + document + output[(at + theirs.Length)..];
            from = at + document.Length;
        }

        return output;
    }
}
