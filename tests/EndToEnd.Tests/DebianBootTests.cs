using System.Collections.Generic;
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
    [RequiresTheory(Need.DebianGuests)]
    [InlineData("debian", "off", 4, "CPU: All CPU(s) started at EL1", "kvm [1]: HYP mode not available")]
    [InlineData("debian", "on", 4, "CPU: All CPU(s) started at EL2", "Hyp mode initialized successfully")]
    [InlineData("cloud", "off", 1, "CPU: All CPU(s) started at EL1", "kvm [1]: HYP mode not available")]
    [InlineData("cloud", "on", 1, "CPU: All CPU(s) started at EL2", "Hyp mode initialized successfully")]
    public async Task Debian_boots_takes_cores_off_and_on_loads_its_drivers_and_powers_off(
        string flavor, string el2, int cpus, string level, string kvm)
    {
        Ended guest = await BootAsync(flavor, el2, cpus);

        Says.InOrder(guest, ["Booting Linux on physical CPU 0x0000000000 [0x410fd034]", $"smp: Brought up 1 node, {cpus} CPU", level, kvm, "GUEST-UP",
            $"CPUS {cpus} at boot", .. Hotplug(cpus), "CPUS-END", "INTERRUPTS-END", "GUEST-DONE", "Power down"]);
        Assert.Contains("hw-breakpoint: found 6 breakpoint and 4 watchpoint registers", guest.Output);
        Assert.Contains("hw perfevents: enabled with armv8_pmuv3 PMU driver, 7 counters available", guest.Output);
        Assert.Contains("pci 0000:00:00.0: [1b36:0008] type 00 class 0x060000", guest.Output);
        Assert.DoesNotContain("MODULE-FAILED", guest.Output);
        Assert.DoesNotContain("Call trace", guest.Output);
        Assert.Equal(0, guest.Status);
    }

    // The kernel's own count after init has written to each core's file in sysfs; cpu0 stays.
    private static IEnumerable<string> Hotplug(int cpus) =>
        from cpu in Enumerable.Range(1, cpus - 1)
        from said in new[] { $"CPUS {cpus - 1} without cpu{cpu}", $"CPUS {cpus} with cpu{cpu} again" }
        select said;

    private static async Task<Ended> BootAsync(string flavor, string el2, int cpus)
    {
        return await HostRun.GuestAsync(
        [
            "--machine", $"virt,gic=2,el2={el2}",
            "--smp", $"{cpus}",
            "--memory", "1G",
            "--kernel", Repository.Guest($"{flavor}/vmlinuz"),
            "--initrd", Repository.Guest($"{flavor}/initramfs.cpio.gz"),
            "--append", "console=ttyAMA0 nokaslr panic=-1",
        ]);
    }
}
