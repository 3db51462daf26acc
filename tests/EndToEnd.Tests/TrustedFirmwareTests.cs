using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Trusted Firmware-A of Debian's source, built for QEMU's virt board, from its first instruction in flash at EL3: BL1
/// loads BL2, and that BL31 and a stock Debian kernel, by semihosting. Oracle: their own words.
/// </summary>
public sealed class TrustedFirmwareTests : IDisposable
{
    private const ulong RamdiskAddress = 0x7000_0000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-tf-a");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.TrustedFirmware, Need.DebianGuests, Need.DeviceTreeTools)]
    [InlineData(2, "tf-a")]
    [InlineData(3, "tf-a/gicv3")]
    public async Task Firmware_boots_a_stock_Debian_kernel_at_EL2_on_two_cores_and_switches_off(int gic, string firmware)
    {
        foreach (string name in new[] { "bl2.bin", "bl31.bin" })
        {
            File.Copy(Repository.Built($"{firmware}/{name}"), Path.Combine(_folder.FullName, name));
        }

        File.Copy(Repository.Guest("debian/vmlinuz"), Path.Combine(_folder.FullName, "bl33.bin"));
        string ramdisk = Repository.Guest("debian/initramfs.cpio.gz");
        string tree = await TreeAsync(ramdisk, gic);

        Ended guest = await HostRun.GuestAsync(
            "--machine", $"virt,gic={gic},el2=on,el3=on", "--smp", "2", "--memory", "1G", "--load", $"{Repository.Built($"{firmware}/bl1.bin")}@0",
            "--load", $"{ramdisk}@0x{RamdiskAddress:x}", "--dtb", tree, "--semihosting", "--semihosting-root", _folder.FullName);

        Says.InOrder(guest, "Booting Trusted Firmware", "BL1: Loading BL2", "BL1: Booting BL2", "BL2: Loading image id 3", "BL1: Booting BL31",
            gic == 2 ? "ARM GICv2 driver initialized" : "GICv3 without legacy support detected.", "Preparing for EL3 exit to normal world", "SPSR = 0x3c9", "Booting Linux on physical CPU",
            "PSCIv1.1 detected in firmware", "CPU: All CPU(s) started at EL2", "GUEST-UP", "GUEST-DONE", "Power down");
        Says.InOrder(guest, "smp: Brought up 1 node, 2 CPUs");
        Assert.Equal(0, guest.Status);
    }

    private async Task<string> TreeAsync(string ramdisk, int gic)
    {
        string tree = Path.Combine(_folder.FullName, "tree.dtb");
        Ended made = await HostRun.CommandAsync(
            "dtb", "--machine", $"virt,gic={gic},el2=on,el3=on", "--smp", "2", "--memory", "1G", "--append", "console=ttyAMA0", "--output", tree);
        Assert.Equal(0, made.Status);
        ulong end = RamdiskAddress + (ulong)new FileInfo(ramdisk).Length;
        await PutAsync(tree, "linux,initrd-start", RamdiskAddress);
        await PutAsync(tree, "linux,initrd-end", end);
        return tree;
    }

    private static async Task PutAsync(string tree, string property, ulong value)
    {
        Ended put = await ChildProcess.RunAsync("fdtput", "-t", "x", tree, "/chosen", property, $"{value >> 32:x}", $"{value & 0xffff_ffff:x}");
        Assert.Equal(0, put.Status);
    }
}
