using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
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

    /// <summary>Both stopped at the first instruction, under the same gdb script; gives what gdb printed.</summary>
    public static async Task<(string Qemu, string Ours)> UnderGdbAsync(string[] words, string script)
    {
        string qemu = await UnderGdbAsync([Qemu], words, script);
        return (qemu, await UnderGdbAsync(HostRun.Words(["qemu"]), words, script));
    }

    private static async Task<string> UnderGdbAsync(string[] program, string[] words, string script)
    {
        int port = FreePort();
        IEnumerable<string> arguments =
            [.. program.Skip(1), .. words, "-S", "-gdb", $"tcp:127.0.0.1:{port}", "-display", "none", "-serial", "none", "-monitor", "none"];
        ChildProcess stub = ChildProcess.Start(program[0], arguments);
        string file = Path.GetTempFileName();
        try
        {
            // gdb itself tries again until somebody listens.
            await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
                set confirm off
                set width 0
                set architecture aarch64
                set tcp auto-retry on
                set tcp connect-timeout 60
                target remote 127.0.0.1:{port}
                {script}
                kill

                """));
            return (await ChildProcess.RunAsync("gdb-multiarch", "-nx", "-batch", "-x", file)).Output;
        }
        finally
        {
            stub.Kill();
            File.Delete(file);
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
