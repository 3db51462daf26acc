using System.Collections.Generic;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;

namespace GdbHost.EndToEnd.Tests.Virtio;

/// <summary>The Debian kernel with the init of tests/Guests/virtio, which does with its devices what it is told.</summary>
internal static class VirtioGuest
{
    /// <summary>The options that start it.</summary>
    /// <param name="flavor">Which kernel: debian or cloud.</param>
    /// <param name="what">Words for the init, parted by commas.</param>
    /// <param name="more">More of the kernel's command line.</param>
    public static string[] Options(string flavor, string what, string more = "") =>
    [
        "--machine", "virt,gic=2,el2=off",
        "--memory", "512M",
        "--kernel", Repository.Guest($"{flavor}/vmlinuz"),
        "--initrd", Repository.Built($"virtio/{flavor}.cpio.gz"),
        "--append", $"console=ttyAMA0 nokaslr panic=-1 {more} DO={what}",
    ];

    public static async Task<Ended> RunAsync(string flavor, string what, string more, params IEnumerable<string> devices) =>
        await HostRun.GuestAsync([.. Options(flavor, what, more), .. devices]);
}

/// <summary>How the devices of a test are reached.</summary>
/// <param name="Suffix">Of the device's name.</param>
/// <param name="Options">Of the whole run.</param>
/// <param name="Kernel">Of the kernel's command line.</param>
/// <param name="Interrupts">How the guest names the interrupts.</param>
public sealed record Transport(string Suffix, string[] Options, string Kernel, string Interrupts)
{
    public static Transport Named(string name) => name switch
    {
        "pci port" => new Transport("-pci,bus=port", ["--device", "pcie-root-port,id=port,chassis=1"], "", "MSI"),
        "mmio legacy" => new Transport("-device", [], "", "GIC-0"),
        "pci" => new Transport("-pci", [], "", "MSI"),
        "pci modern" => new Transport("-pci-non-transitional", [], "", "MSI"),
        "pci pin" => new Transport("-pci", [], "pci=nomsi", "Level"),
        _ => new Transport("-device", ["--global", "virtio-mmio.force-legacy=off"], "", "GIC-0"),
    };
}
