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
    [InlineData("debian", "off", "CPU: All CPU(s) started at EL1", "kvm [1]: HYP mode not available")]
    [InlineData("debian", "on", "CPU: All CPU(s) started at EL2", "Hyp mode initialized successfully")]
    [InlineData("cloud", "off", "CPU: All CPU(s) started at EL1", "kvm [1]: HYP mode not available")]
    [InlineData("cloud", "on", "CPU: All CPU(s) started at EL2", "Hyp mode initialized successfully")]
    public async Task Debian_boots_loads_its_drivers_and_powers_off(string flavor, string el2, string level, string kvm)
    {
        Ended guest = await BootAsync(flavor, el2);

        Says.InOrder(guest, "Booting Linux on physical CPU 0x0000000000 [0x410fd034]", level, kvm, "GUEST-UP", "INTERRUPTS-END", "GUEST-DONE", "Power down");
        Assert.Contains("hw-breakpoint: found 6 breakpoint and 4 watchpoint registers", guest.Output);
        Assert.Contains("hw perfevents: enabled with armv8_pmuv3 PMU driver, 7 counters available", guest.Output);
        Assert.DoesNotContain("MODULE-FAILED", guest.Output);
        Assert.DoesNotContain("Call trace", guest.Output);
        Assert.Equal(0, guest.Status);
    }

    [RequiresFact(Need.DebianGuests)]
    public async Task Debian_on_four_cores_brings_them_up_by_PSCI()
    {
        Ended guest = await BootAsync("cloud", "off", "--smp", "4");

        Says.InOrder(guest, "smp: Brought up 1 node, 4 CPUs", "GUEST-UP", "GUEST-DONE", "Power down");
        Assert.Equal(0, guest.Status);
    }

    private static async Task<Ended> BootAsync(string flavor, string el2, params string[] more)
    {
        return await HostRun.GuestAsync(
        [
            "--machine", $"virt,gic=2,el2={el2}",
            "--memory", "1G",
            "--kernel", Repository.Guest($"{flavor}/vmlinuz"),
            "--initrd", Repository.Guest($"{flavor}/initramfs.cpio.gz"),
            "--append", "console=ttyAMA0 nokaslr panic=-1",
            .. more,
        ]);
    }
}
