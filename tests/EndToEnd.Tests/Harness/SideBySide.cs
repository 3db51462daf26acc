using System;
using System.Linq;
using System.Threading.Tasks;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>One command line, given to qemu-system-aarch64 and to "gdbhost qemu".</summary>
internal static class SideBySide
{
    private const string Qemu = "qemu-system-aarch64";

    /// <summary>The words of a line; $ELF, $BIN and $ECHO are our guests.</summary>
    public static string[] Words(string line) =>
    [
        .. "-M virt -cpu cortex-a53 -net none".Split(' '),
        .. line.Replace("$ELF", Repository.Built("report/report.elf"), StringComparison.Ordinal)
            .Replace("$BIN", Repository.Built("report/report.bin"), StringComparison.Ordinal)
            .Replace("$ECHO", Repository.Built("report/echo.elf"), StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries),
    ];

    /// <summary>Both to their end.</summary>
    public static async Task<(Ended Qemu, Ended Ours)> RunAsync(string[] words)
    {
        Ended qemu = await ChildProcess.RunAsync(Qemu, words);
        Ended ours = await HostRun.CommandAsync(["qemu", .. words, "-max-instructions", HostRun.DefaultLimit]);
        return (qemu, ours);
    }

    /// <summary>The words of a machine that waits for gdb and says nothing beside.</summary>
    public static string[] Stopped => ["-S", "-display", "none", "-serial", "none", "-monitor", "none"];

    /// <summary>Both stopped at the first instruction, under the same gdb script; gives what gdb printed.</summary>
    public static async Task<(string Qemu, string Ours)> UnderGdbAsync(string[] words, string script)
    {
        string qemu = await QemuUnderGdbAsync(words, script);
        return (qemu, (await HostRun.AsQemuUnderGdbAsync(words, script)).Output);
    }

    /// <summary>QEMU as gdb's own child, which needs no port: one that is free now may be another's when QEMU opens it.</summary>
    public static async Task<string> QemuUnderGdbAsync(string[] words, string script)
    {
        // gdb hands the line to a shell.
        string line = string.Join(' ', words.Concat([.. Stopped, "-gdb", "stdio"]).Select(static word => $"'{word}'"));
        return (await StockGdb.FollowAsync($"| {Qemu} {line}", "", script + "\nkill")).Output;
    }
}
