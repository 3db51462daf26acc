using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Debian's Xen at EL2 with a stock Debian kernel as dom0. Oracle: Xen's and the kernel's own words; the device tree
/// follows Xen's docs/misc/arm/device-tree/booting.txt.
/// </summary>
public sealed class XenBootTests
{
    [RequiresTheory(Need.DebianGuests, Need.DeviceTreeTools)]
    [InlineData(2, "translator")]
    [InlineData(3, "interpreter")]
    public async Task Xen_boots_a_stock_Debian_kernel_as_dom0_to_its_end(int gic, string engine)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-xen");
        try
        {
            string tree = Path.Combine(folder.FullName, "xen.dtb");
            await XenGuest.MakeTreeAsync(tree, gic);

            Ended guest = await HostRun.GuestAsync(
                "--machine", $"virt,gic={gic},el2=on", "--engine", engine, "--memory", "1G", "--kernel", Repository.Guest("xen/xen"), "--dtb", tree,
                "--load", $"{XenGuest.Kernel}@0x{XenGuest.KernelAddress:x}", "--load", $"{XenGuest.Ramdisk}@0x{XenGuest.RamdiskAddress:x}");

            Says.InOrder(guest, "(XEN) Xen version 4.17", "(XEN) *** LOADING DOMAIN 0 ***", "Xen 4.17 support found", "GUEST-UP", "xenbus", "GUEST-DONE",
                "(XEN) Hardware Dom0 halted");
            Assert.Equal(0, guest.Status);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [RequiresTheory(Need.DebianGuests)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    public async Task Xen_boots_by_the_line_that_works_with_QEMU(int cores, int gic)
    {
        Ended guest = await HostRun.CommandAsync(
            "qemu", "-M", $"virt,gic-version={gic},virtualization=on", "-cpu", "cortex-a53", "-smp", $"{cores}", "-m", "1G", "-net", "none", "-nographic", "-no-reboot",
            "-kernel", Repository.Guest("xen/xen"), "-append", "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M bootscrub=0",
            "-device", $"guest-loader,addr=0x{XenGuest.KernelAddress:x},kernel={XenGuest.Kernel},bootargs=console=hvc0",
            "-device", $"guest-loader,addr=0x{XenGuest.RamdiskAddress:x},initrd={XenGuest.Ramdisk}",
            "-max-instructions", HostRun.DefaultLimit);

        Says.InOrder(guest, "(XEN) Xen version 4.17", $"(XEN) GICv{gic}", "(XEN) *** LOADING DOMAIN 0 ***", "GUEST-UP", $"CPUS {cores} at boot", "GUEST-DONE",
            "(XEN) Hardware Dom0 halted");
        Assert.Equal(0, guest.Status);
    }

    /// <summary>Without an ITS of Xen's a PCI device falls back to its pin on GICv3; the GICv2m frame is given to dom0 as it is.</summary>
    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData(2, "virtio-blk-pci", "MSI 16385 Edge      virtio0-req.0")]
    [InlineData(3, "virtio-blk-pci", "GICv3  36 Level     virtio0")]
    [InlineData(3, "virtio-blk-device", "GICv3  79 Edge      virtio0")]
    public async Task Dom0_reads_a_virtio_disk(int gic, string device, string interrupt)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-xen");
        try
        {
            string disk = Path.Combine(folder.FullName, "disk.img");
            byte[] content = new byte[1 << 20];
            new Random(gic).NextBytes(content);
            await File.WriteAllBytesAsync(disk, content);
            Ended guest = await HostRun.CommandAsync(
                "qemu", "-M", $"virt,gic-version={gic},virtualization=on", "-cpu", "cortex-a53", "-m", "1G", "-net", "none", "-nographic", "-no-reboot",
                "-kernel", Repository.Guest("xen/xen"), "-append", "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M bootscrub=0",
                "-device", $"guest-loader,addr=0x{XenGuest.KernelAddress:x},kernel={XenGuest.Kernel},bootargs=console=hvc0 DO=read,,all,,interrupts",
                "-device", $"guest-loader,addr=0x{XenGuest.RamdiskAddress:x},initrd={Repository.Built("virtio/debian.cpio.gz")}",
                "-drive", $"file={disk},if=none,id=hd0,format=raw,readonly=on", "-device", $"{device},drive=hd0",
                "-max-instructions", HostRun.DefaultLimit);

            Says.InOrder(guest, $"(XEN) GICv{gic}", "Xen 4.17 support found", "GUEST-UP", Sum(content.AsSpan(3 * 512, 512)), Sum(content), interrupt, "GUEST-DONE",
                "(XEN) Hardware Dom0 halted");
            Assert.Equal(0, guest.Status);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Sum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
