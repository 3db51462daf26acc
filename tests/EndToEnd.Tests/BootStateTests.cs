using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// How each kind of file begins on a board with EL3. Oracle: qemu-system-aarch64 7.2 with secure=on, stopped before the
/// first instruction of the file, looked at with the same gdb commands.
/// </summary>
public sealed class BootStateTests : IDisposable
{
    /// <summary>b . in the first word; a file without header goes to RAM + 0x80000.</summary>
    private static readonly byte[] Image = [0, 0, 0, 0x14, .. new byte[4092]];

    private static readonly string[] Starts = ["pc 0x", "x0 0x", "tree", "smc", "hvc"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-boot");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.Gdb, Need.SystemEmulator, Need.BuiltGuests)]
    [InlineData("image", "secure=on", "el2=off,el3=on", "level 1")]
    [InlineData("image", "secure=on,virtualization=on", "el2=on,el3=on", "level 2")]
    [InlineData("elf", "secure=on", "el2=off,el3=on", "level 3")]
    [InlineData("elf", "secure=on,virtualization=on", "el2=on,el3=on", "level 3")]
    [InlineData("flash", "secure=on", "el2=off,el3=on", "level 3")]
    [InlineData("flash", "secure=on,virtualization=on", "el2=on,el3=on", "level 3")]
    public async Task Level_security_state_registers_and_PSCI_conduit_are_QEMUs(string kind, string qemuMachine, string levels, string expected)
    {
        string raw = Path.Combine(_folder.FullName, "raw");
        await File.WriteAllBytesAsync(raw, Image);
        string elf = Repository.Built("worlds/worlds.elf");

        // QEMU has a few instructions of its own before an Image. SCR_EL3.RW is RAO here: no core of ours has AArch32.
        string look = """
            printf "pc 0x%lx, level %d, masked 0x%x, SCR_EL3 0x%lx\n", $pc, ($cpsr >> 2) & 3, ($cpsr >> 6) & 15, (unsigned long)$SCR_EL3 | 0x400
            printf "x0 0x%lx, x1 0x%lx, x2 0x%lx, x3 0x%lx, x4 0x%lx\n", $x0, $x1, $x2, $x3, $x4
            """;
        string tree = """

            printf "tree begins with 0x%x\n", *(unsigned int *)0x40000000
            """;
        string conduit = """

            printf "smc "
            find /w1 $x0, +0x10000, 0x00636d73
            printf "hvc "
            find /w1 $x0, +0x10000, 0x00637668
            """;
        string[] theirFile = kind switch { "flash" => ["-bios", raw], "elf" => ["-kernel", elf], _ => ["-kernel", raw] };
        string[] ourFile = kind switch { "flash" => ["--load", raw + "@0"], "elf" => ["--kernel", elf], _ => ["--kernel", raw] };
        look += kind == "image" ? conduit : tree;

        string toFile = kind == "image" ? "hbreak *0x40080000\ncontinue\n" : "";
        string theirs = await SideBySide.QemuUnderGdbAsync(
            ["-M", $"virt,gic-version=2,{qemuMachine}", "-cpu", "cortex-a53", "-m", "128M", "-nic", "none", .. theirFile], toFile + look);
        Conversation ours = await HostRun.UnderGdbAsync(["--machine", $"virt,gic=2,{levels}", "--memory", "128M", .. ourFile], "", look);

        string[] facts = Facts(ours.Output);
        Assert.Contains(facts, f => f.Contains(expected, StringComparison.Ordinal));
        Assert.Equal(Facts(theirs), facts);
    }

    /// <summary>The lines that the script prints; for what it finds, only whether it was found.</summary>
    private static string[] Facts(string output) =>
    [
        .. from line in output.Split('\n')
           where Starts.Any(s => line.StartsWith(s, StringComparison.Ordinal))
           select line[..3] is "smc" or "hvc" ? $"{line[..3]} {line.Contains("0x4", StringComparison.Ordinal)}" : line,
    ];
}
