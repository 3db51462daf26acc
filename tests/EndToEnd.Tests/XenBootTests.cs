using System.Globalization;
using System.IO;
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
    private const ulong KernelAddress = 0x4a00_0000;
    private const ulong RamdiskAddress = 0x4e00_0000;

    [RequiresFact(Need.DebianGuests, Need.DeviceTreeTools)]
    public async Task Xen_boots_a_stock_Debian_kernel_as_dom0_to_its_end()
    {
        string kernel = Repository.Guest("debian/vmlinuz");
        string ramdisk = Repository.Guest("debian/initramfs.cpio.gz");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-xen");
        try
        {
            string tree = Path.Combine(folder.FullName, "xen.dtb");
            Ended made = await HostRun.CommandAsync("dtb", "--machine", "virt,gic=2,el2=on", "--memory", "1G", "--output", tree);
            Assert.Equal(0, made.Status);
            await PutAsync(tree, "-t", "s", "/chosen", "xen,xen-bootargs", "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M bootscrub=0");
            string dom0 = await ModuleAsync(tree, "multiboot,kernel", KernelAddress, kernel);
            await PutAsync(tree, "-t", "s", dom0, "bootargs", "console=hvc0");
            await ModuleAsync(tree, "multiboot,ramdisk", RamdiskAddress, ramdisk);

            Ended guest = await HostRun.GuestAsync(
                "--machine", "virt,gic=2,el2=on", "--memory", "1G", "--kernel", Repository.Guest("xen/xen"), "--dtb", tree,
                "--load", $"{kernel}@0x{KernelAddress:x}", "--load", $"{ramdisk}@0x{RamdiskAddress:x}");

            Says.InOrder(guest, "(XEN) Xen version 4.17", "(XEN) *** LOADING DOMAIN 0 ***", "Xen 4.17 support found", "GUEST-UP", "xenbus", "GUEST-DONE",
                "(XEN) Hardware Dom0 halted");
            Assert.Equal(0, guest.Status);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [RequiresFact(Need.DebianGuests)]
    public async Task Xen_boots_by_the_line_that_works_with_QEMU()
    {
        Ended guest = await HostRun.CommandAsync(
            "qemu", "-M", "virt,gic-version=2,virtualization=on", "-cpu", "cortex-a53", "-m", "1G", "-net", "none", "-nographic", "-no-reboot",
            "-kernel", Repository.Guest("xen/xen"), "-append", "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M bootscrub=0",
            "-device", $"guest-loader,addr=0x{KernelAddress:x},kernel={Repository.Guest("debian/vmlinuz")},bootargs=console=hvc0",
            "-device", $"guest-loader,addr=0x{RamdiskAddress:x},initrd={Repository.Guest("debian/initramfs.cpio.gz")}",
            "-max-instructions", HostRun.DefaultLimit);

        Says.InOrder(guest, "(XEN) Xen version 4.17", "(XEN) *** LOADING DOMAIN 0 ***", "GUEST-UP", "CPUS 1 at boot", "GUEST-DONE",
            "(XEN) Hardware Dom0 halted");
        Assert.Equal(0, guest.Status);
    }

    private static async Task<string> ModuleAsync(string tree, string kind, ulong address, string file)
    {
        string node = $"/chosen/module@{address:x}";
        string size = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true) is FileInfo target
            ? target.Length.ToString("x", CultureInfo.InvariantCulture)
            : new FileInfo(file).Length.ToString("x", CultureInfo.InvariantCulture);
        await PutAsync(tree, "-c", node);
        await PutAsync(tree, "-t", "s", node, "compatible", kind, "multiboot,module");
        await PutAsync(tree, "-t", "x", node, "reg", "0", address.ToString("x", CultureInfo.InvariantCulture), "0", size);
        return node;
    }

    /// <summary>fdtput with the blob in its place: options stand before it, node and values behind.</summary>
    private static async Task PutAsync(string tree, params string[] arguments)
    {
        int options = arguments[0] == "-c" ? 1 : 2;
        Ended put = await ChildProcess.RunAsync("fdtput", [.. arguments[..options], tree, .. arguments[options..]]);
        Assert.True(put.Status == 0, put.Errors);
    }
}
