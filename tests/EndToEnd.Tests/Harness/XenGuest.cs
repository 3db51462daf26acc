using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using GdbHost.Machine.Boards;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>Debian's Xen with a stock Debian kernel as dom0: the device tree says where kernel and ramdisk are.</summary>
internal static class XenGuest
{
    public const ulong KernelAddress = 0x4a00_0000;
    public const ulong RamdiskAddress = 0x4e00_0000;

    public static string Kernel => Repository.Guest("debian/vmlinuz");

    public static string Ramdisk => Repository.Guest("debian/initramfs.cpio.gz");

    public static async Task MakeTreeAsync(string tree, int gic = 2)
    {
        Ended made = await HostRun.CommandAsync("dtb", "--machine", $"virt,gic={gic},el2=on", "--memory", "1G", "--output", tree);
        Assert.Equal(0, made.Status);
        await PutAsync(tree, "-t", "s", "/chosen", "xen,xen-bootargs", "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M bootscrub=0");
        string dom0 = await ModuleAsync(tree, "multiboot,kernel", KernelAddress, Kernel);
        await PutAsync(tree, "-t", "s", dom0, "bootargs", "console=hvc0");
        await ModuleAsync(tree, "multiboot,ramdisk", RamdiskAddress, Ramdisk);
    }

    /// <summary>The same for a machine in this process.</summary>
    public static MachineConfiguration Configuration(string tree, int gic)
    {
        return new MachineConfiguration
        {
            GicVersion = gic,
            Kernel = FileOf(Repository.Guest("xen/xen")),
            DeviceTree = FileOf(tree),
            Loads = [new LoadFile(FileOf(Kernel), KernelAddress), new LoadFile(FileOf(Ramdisk), RamdiskAddress)],
        };
    }

    private static BootFile FileOf(string path)
    {
        return new BootFile(path, File.ReadAllBytes(path));
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
