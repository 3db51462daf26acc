using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Stock Debian kernels boot to the end of their initramfs. Oracle: the kernel's own words, which qemu-system-aarch64 7.2 shows
/// for the same command line.
/// </summary>
public sealed class DebianBootTests
{
    private const string AtEl1 = "CPU: All CPU(s) started at EL1";
    private const string AtEl2 = "CPU: All CPU(s) started at EL2";
    private const string NoKvm = "kvm [1]: HYP mode not available";
    private const string Kvm = "Hyp mode initialized successfully";

    [RequiresTheory(Need.DebianGuests)]
    [InlineData("debian", 2, "off", 4, AtEl1, NoKvm)]
    [InlineData("debian", 2, "on", 4, AtEl2, Kvm)]
    [InlineData("cloud", 2, "off", 1, AtEl1, NoKvm)]
    [InlineData("cloud", 2, "on", 1, AtEl2, Kvm)]
    [InlineData("debian", 3, "off", 1, AtEl1, NoKvm)]
    [InlineData("debian", 3, "on", 4, AtEl2, Kvm)]
    [InlineData("debian", 3, "on", 4, AtEl2, Kvm, "interpreter")]
    [InlineData("cloud", 3, "off", 18, AtEl1, NoKvm)]
    [InlineData("cloud", 3, "on", 1, AtEl2, Kvm)]
    public async Task Debian_boots_takes_cores_off_and_on_loads_its_drivers_and_powers_off(
        string flavor, int gic, string el2, int cpus, string level, string kvm, string engine = "translator")
    {
        Ended guest = await BootAsync(flavor, gic, el2, cpus, engine);

        Says.InOrder(guest, ["Booting Linux on physical CPU 0x0000000000 [0x410fd034]", .. Controller(gic, cpus), $"smp: Brought up 1 node, {cpus} CPU", level, kvm, "GUEST-UP",
            $"CPUS {cpus} at boot", .. Hotplug(cpus), "CPUS-END", "INTERRUPTS-END", "GUEST-DONE", "Power down"]);
        Assert.Contains("hw-breakpoint: found 6 breakpoint and 4 watchpoint registers", guest.Output);
        Assert.Contains("hw perfevents: enabled with armv8_pmuv3 PMU driver, 7 counters available", guest.Output);
        Assert.Contains("pci 0000:00:00.0: [1b36:0008] type 00 class 0x060000", guest.Output);
        Assert.DoesNotContain("MODULE-FAILED", guest.Output);
        Assert.DoesNotContain("Call trace", guest.Output);
        Assert.Equal(0, guest.Status);
    }

    // The kernel's own count after init has written to each core's file in sysfs, in the order of names; cpu0 stays.
    private static IEnumerable<string> Hotplug(int cpus) =>
        from cpu in Enumerable.Range(1, cpus - 1).Select(static n => n.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal)
        from said in new[] { $"CPUS {cpus - 1} without cpu{cpu}", $"CPUS {cpus} with cpu{cpu} again" }
        select said;

    // What the drivers of a GICv3 and its ITS find, and that every core has a redistributor and a table for LPIs.
    private static IEnumerable<string> Controller(int gic, int cpus) => gic == 2 ? [] :
    [
        "CPU features: detected: GIC system register CPU interface",
        "GICv3: 224 SPIs implemented",
        "GICv3: GICv3 features: 16 PPIs",
        "GICv3: CPU0: found redistributor 0 region 0:0x00000000080a0000",
        "ITS [mem 0x08080000-0x0809ffff]",
        "allocated 8192 Devices",
        "allocated 8192 Interrupt Collections",
        "GICv3: CPU0: using allocated LPI pending table",
        "PCI/MSI: /intc@8000000/its@8080000 domain created",
        .. Enumerable.Range(1, cpus - 1).Select(static cpu => $"GICv3: CPU{cpu}: using allocated LPI pending table"),
    ];

    private static async Task<Ended> BootAsync(string flavor, int gic, string el2, int cpus, string engine)
    {
        return await HostRun.GuestAsync(
        [
            "--machine", $"virt,gic={gic},el2={el2}",
            "--engine", engine,
            "--smp", $"{cpus}",
            "--memory", "1G",
            "--kernel", Repository.Guest($"{flavor}/vmlinuz"),
            "--initrd", Repository.Guest($"{flavor}/initramfs.cpio.gz"),
            "--append", "console=ttyAMA0 nokaslr panic=-1",
        ]);
    }
}
