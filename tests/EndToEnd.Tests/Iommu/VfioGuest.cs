using System.Linq;
using GdbHost.EndToEnd.Tests.Harness;

namespace GdbHost.EndToEnd.Tests.Iommu;

/// <summary>The Debian kernel with the program of tests/Guests/vfio, which drives every device of vendor 1234 by vfio-pci.</summary>
internal static class VfioGuest
{
    /// <summary>What is given to both kinds of command line, in QEMU's words.</summary>
    public static string Append(string kernel) => $"console=ttyAMA0 nokaslr panic=-1 loglevel=4 rdinit=/vfio-init {kernel}";

    /// <summary>Options of "gdbhost run".</summary>
    /// <param name="machine">The board's switches.</param>
    /// <param name="cpus">vCPUs.</param>
    /// <param name="kernel">More of the kernel's command line.</param>
    /// <param name="devices">Devices, in slots from 1 on.</param>
    public static string[] Options(string machine, int cpus, string kernel, params string[] devices) =>
    [
        "--machine", $"virt,{machine},iommu=smmuv3", "--smp", $"{cpus}", "--memory", "512M",
        "--kernel", Repository.Guest("debian/vmlinuz"), "--initrd", Repository.Built("vfio/vfio.cpio.gz"), "--append", Append(kernel),
        .. devices.SelectMany(static d => new[] { "--device", d }),
    ];
}
