using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>Oracle: qemu-system-aarch64 7.2, which gets the same words as "gdbhost qemu" and a guest that says how it was started.</summary>
public sealed class QemuLineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-qemu");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.SystemEmulator, Need.BuiltGuests)]
    [InlineData("-nographic -m 256 -kernel $ELF")]
    [InlineData("-nographic -m 256 -M virtualization=on -kernel $ELF -no-reboot")]
    [InlineData("-display none -serial stdio -m 256 -smp 2 -kernel $BIN -append a=b")]
    [InlineData("-nographic -m 256 -bios $BIN -device loader,addr=0x48000000,data=0x123456789abcdef0,data-len=8,data-be=on")]
    [InlineData("-nographic -m 256 -bios $BIN -device loader,addr=0x48000000,data=0x123456789abcdef0,data-len=3,data-be=on")]
    [InlineData("-nographic -m 256 -M virtualization=on -device loader,file=$BIN,addr=0x43000000,cpu-num=0 -device loader,addr=0x48000000,data=010,data-len=5")]
    [InlineData("-nographic -m 256 -device loader,file=$ELF,cpu-num=0")]
    [InlineData("-nographic -m 256 -kernel $ELF -device loader,file=$BIN,addr=0x44000000 -device loader,addr=0x44000000,cpu-num=0")]
    [InlineData("-nographic -m 256 -kernel $ELF -device loader,file=$ELF,addr=0x48000000,force-raw=on")]
    public async Task A_guest_says_the_same_of_itself(string line)
    {
        (Ended qemu, Ended ours) = await SideBySide.RunAsync(SideBySide.Words(line));

        Assert.True(qemu.Output.Contains("RESETS=", StringComparison.Ordinal), qemu.Errors);
        Assert.Equal((qemu.Output, qemu.Status), (ours.Output, ours.Status));
        Assert.Equal("", ours.Errors);
    }

    [RequiresTheory(Need.SystemEmulator, Need.BuiltGuests, Need.Gdb)]
    [InlineData("-m 256 -smp 2 -kernel $ELF")]
    [InlineData("-m 256 -smp 2 -device loader,file=$ELF,cpu-num=1")]
    [InlineData("-m 256 -smp 2 -M virtualization=on -device loader,file=$BIN,addr=0x48000000 -device loader,addr=0x48000000,cpu-num=0 -device loader,addr=0x40001000,cpu-num=1")]
    [InlineData("-m 256 -smp 2 -kernel $ELF -device loader,addr=0x48000002,data=0x1122334455667788,data-len=6 -device loader,addr=0x44000000,cpu-num=1")]
    public async Task Gdb_sees_the_same_first_instruction(string line)
    {
        const string Script = """
            thread 1
            printf "cpu0 pc=%lx x0=%lx sp=%lx mode=%x\n", $pc, $x0, $sp, $cpsr & 0x3cf
            thread 2
            printf "cpu1 pc=%lx x0=%lx sp=%lx mode=%x\n", $pc, $x0, $sp, $cpsr & 0x3cf
            x/4xg 0x41000000
            x/4xg 0x48000000
            """;
        (string qemu, string ours) = await SideBySide.UnderGdbAsync(SideBySide.Words(line), Script);

        Assert.Equal(Facts(qemu), Facts(ours));
        Assert.Equal(6, Facts(ours).Split('\n').Length);
    }

    [RequiresFact(Need.SystemEmulator, Need.BuiltGuests, Need.Gdb)]
    public async Task A_guest_that_is_off_under_no_shutdown_can_be_looked_at()
    {
        (string qemu, string ours) = await SideBySide.UnderGdbAsync(
            SideBySide.Words("-m 256 -no-reboot -no-shutdown -kernel $ELF"), "continue\nx/1xg 0x46000000");

        Assert.Contains("SIGQUIT", qemu, StringComparison.Ordinal);
        Assert.Contains("SIGQUIT", ours, StringComparison.Ordinal);
        Assert.Equal(Facts(qemu), Facts(ours));
    }

    [RequiresTheory(Need.SystemEmulator, Need.DeviceTreeTools, Need.BuiltGuests)]
    [InlineData("-m 512 -smp 4,sockets=2 -kernel $BIN -initrd $ELF -append root=x")]
    [InlineData("-M virtualization=on,highmem=off -smp clusters=2,cores=2,threads=2")]
    [InlineData("-M virtualization=on -m 1G -kernel $BIN -append x -device guest-loader,addr=0x4a000000,kernel=$BIN,bootargs=a,,b -device guest-loader,addr=0x4e000000,initrd=$ELF")]
    public async Task Dumped_device_tree_says_the_same(string line)
    {
        string file = Path.Combine(_folder.FullName, "dumped.dtb");
        string[] words = [.. SideBySide.Words(line), "-nographic", "-M", $"dumpdtb={file}"];
        Assert.Equal(0, (await ChildProcess.RunAsync("qemu-system-aarch64", words)).Status);
        string qemu = await SourceAsync(file);
        File.Delete(file);
        Ended ours = await HostRun.CommandAsync(["qemu", .. words]);
        Assert.True(ours.Status == 0, ours.Errors);

        Assert.Equal(qemu, await SourceAsync(file));
    }

    [Fact]
    public async Task Wrong_line_ends_with_status_2_and_one_line()
    {
        Ended ended = await HostRun.CommandAsync("qemu", "-M", "virt", "-cpu", "max", "-nographic");

        Assert.Equal((2, "", "gdbhost: -cpu max: not built; use -cpu cortex-a53\n"), (ended.Status, ended.Output, ended.Errors));
    }

    [RequiresFact(Need.BuiltGuests)]
    public async Task Run_can_reboot_too()
    {
        Ended ended = await HostRun.GuestAsync(
            "--machine", "virt,el2=on", "--memory", "256M", "--kernel", Repository.Built("report/report.elf"), "--on-reset", "reboot");

        Says.InOrder(ended, "RESETS=0000000000000000", "RESETS=0000000000000001", "RESETS=0000000000000002");
        Assert.Equal(0, ended.Status);
    }

    /// <summary>The lines that our scripts make gdb print.</summary>
    // Ours gives gdb the ELF too, and with it the names of addresses.
    private static string Facts(string gdb) => string.Join('\n', gdb.Split('\n')
        .Where(line => Regex.IsMatch(line, "^(cpu|0x[0-9a-f]+.*:\t)"))
        .Select(line => Regex.Replace(line, " <[^>]*>:\t", ":\t")));

    /// <summary>The tree as sorted text, without what QEMU draws at random and what is not built: the GICv2m frame of PCIe.</summary>
    private static async Task<string> SourceAsync(string blob)
    {
        Ended source = await ChildProcess.RunAsync("dtc", "-q", "-s", "-I", "dtb", "-O", "dts", blob);
        Assert.True(source.Status == 0, source.Errors);
        // QEMU gives an initrd's address in one cell, we in as many as the root says; a kernel takes both.
        string text = Regex.Replace(source.Output, "(linux,initrd-\\w+ = <)0x00 ", "$1");
        string withoutFrame = Regex.Replace(text, @"\s*v2m@\w+ \{[^}]*\};", "");
        return string.Join('\n', withoutFrame.Split('\n').Where(line => !Regex.IsMatch(line, "rng-seed|kaslr-seed|msi-map|^$")));
    }
}
