using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// The kernels that scripts/bench.sh times give the same result here and on qemu-system-aarch64, which runs beside us. The
/// result depends on every unit of work, so a speed is never that of a wrong machine.
/// </summary>
public sealed class BenchKernelTests
{
    // Where the guest reads "KERNEL UNITS": PARAMETERS in tests/Bench/Guests/bench.h.
    private const string ParametersAddress = "0x48000000";

    // Enough to pass through every path, few enough for a test.
    private const int Share = 1000;

    /// <summary>Kernel, units and EL2 of each kernel row: "NAME kernel KERNEL UNITS EL2 GOAL TITLE".</summary>
    public static TheoryData<string, int, string> Kernels()
    {
        TheoryData<string, int, string> data = [];
        foreach (string[] row in Rows().Where(static row => row[1] == "kernel"))
        {
            data.Add(row[2], Math.Max(1, int.Parse(row[3], CultureInfo.InvariantCulture) / Share), row[4]);
        }

        return data;
    }

    [RequiresTheory(Need.BenchKernels, Need.SystemEmulator)]
    [MemberData(nameof(Kernels))]
    public async Task Kernel_gives_the_result_that_QEMU_gives(string kernel, int units, string el2)
    {
        string elf = Repository.Built("bench/bench.elf");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-bench");
        try
        {
            string parameters = Path.Combine(folder.FullName, "parameters");
            await File.WriteAllTextAsync(parameters, $"{kernel} {units}\n");

            Ended theirs = await ChildProcess.RunAsync(
                "qemu-system-aarch64", "-M", $"virt,gic-version=2,virtualization={el2}", "-cpu", "cortex-a53", "-m", "512M", "-nic", "none",
                "-display", "none", "-monitor", "none", "-serial", "stdio", "-kernel", elf,
                "-device", $"loader,file={parameters},addr={ParametersAddress},force-raw=on");
            Ended ours = await HostRun.GuestAsync(
                "--machine", $"virt,gic=2,el2={el2}", "--memory", "512M", "--kernel", elf, "--load", $"{parameters}@{ParametersAddress}");

            Assert.StartsWith($"BENCH {kernel} {units} 0x", theirs.Output, StringComparison.Ordinal);
            Assert.Equal(theirs.Output, ours.Output);
            Assert.Equal(0, ours.Status);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string[]> Rows() =>
        from line in File.ReadLines(Repository.InTree("tests/Bench/rows.txt"))
        where line.Length > 0 && line[0] != '#'
        select line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
