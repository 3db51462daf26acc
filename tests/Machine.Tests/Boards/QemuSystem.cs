using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace GdbHost.Machine.Tests.Boards;

/// <summary>
/// A stopped qemu-system-aarch64 whose devices are read and written over its qtest protocol (QEMU documentation,
/// Testing in QEMU, QTest).
/// </summary>
internal sealed class QemuSystem : IDisposable
{
    private const string Program = "qemu-system-aarch64";

    private readonly Process _process;

    /// <param name="machineOptions">What stands behind <c>-M virt,</c>.</param>
    /// <param name="more">Further options.</param>
    public QemuSystem(string machineOptions, params IEnumerable<string> more)
    {
        _process = Start(["-M", "virt," + machineOptions, .. more, "-S", .. Common], redirectInput: true);
    }

    private QemuSystem(Process process)
    {
        _process = process;
    }

    private static IEnumerable<string> Common => ["-qtest", "stdio", "-monitor", "none", "-serial", "null"];

    /// <summary>One whose time goes on, and whose core waits for an interrupt that never comes.</summary>
    /// <param name="machineOptions">What stands behind <c>-M virt,</c>.</param>
    /// <param name="more">Further options.</param>
    public static QemuSystem WithTime(string machineOptions, params IEnumerable<string> more)
    {
        const string WaitAndBranchBack = "loader,addr=0x47ff0000,data=0x17ffffffd503207f,data-len=8";
        string[] idle = ["-device", WaitAndBranchBack, "-device", "loader,addr=0x47ff0000,cpu-num=0"];
        return new(Start(["-M", "virt," + machineOptions, .. more, .. idle, .. Common], redirectInput: true));
    }

    /// <summary>Why a test that needs QEMU is skipped; null where it is there, or where skipping is not allowed.</summary>
    public static string? MissingReason { get; } =
        Environment.GetEnvironmentVariable("CI") == "true"
        || (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(p => File.Exists(Path.Combine(p, Program)))
            ? null
            : $"{Program} is not installed";

    /// <summary>The device tree blob that QEMU makes for a machine.</summary>
    public static byte[] DumpDeviceTree(string machineOptions, string memory, int cpus)
    {
        string file = Path.GetTempFileName();
        try
        {
            string[] arguments =
                ["-M", $"virt,{machineOptions},dumpdtb={file}", "-m", memory, "-smp", cpus.ToString(CultureInfo.InvariantCulture)];
            using Process process = Start(arguments, redirectInput: false);
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public ulong Read(ulong address, int size) =>
        Convert.ToUInt64(Ask($"read{Suffix(size)} 0x{address:x}").Split(' ')[1], 16);

    public void Write(ulong address, int size, ulong value) => Ask($"write{Suffix(size)} 0x{address:x} 0x{value:x}");

    /// <summary>Writes of 8 bytes between which none of QEMU's time passes: it takes all lines that one read brings.</summary>
    public void WriteTogether(params ReadOnlySpan<(ulong Address, ulong Value)> writes)
    {
        StringBuilder lines = new();
        foreach ((ulong address, ulong value) in writes)
        {
            lines.Append(CultureInfo.InvariantCulture, $"writeq 0x{address:x} 0x{value:x}\n");
        }

        _process.StandardInput.Write(lines.ToString());
        _process.StandardInput.Flush();
        foreach ((ulong address, _) in writes)
        {
            AwaitAnswer($"writeq 0x{address:x}");
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static char Suffix(int size) => size switch { 1 => 'b', 2 => 'w', 4 => 'l', _ => 'q' };

    private static Process Start(IEnumerable<string> arguments, bool redirectInput)
    {
        ProcessStartInfo start = new(Program, [.. arguments, "-cpu", "cortex-a53", "-nic", "none", "-display", "none"])
        {
            RedirectStandardInput = redirectInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return AwaitAnswer(command);
    }

    private string AwaitAnswer(string command)
    {
        while (true)
        {
            string? answer = _process.StandardOutput.ReadLine();
            if (answer is null || answer.StartsWith("OK", StringComparison.Ordinal))
            {
                return answer ?? throw new InvalidOperationException($"{Program} ended after: {command}");
            }
        }
    }
}
