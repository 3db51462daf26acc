using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Messages of PCI functions reach a stock Debian kernel: hot-plug interrupts of two root ports. Oracle: the kernel's own table of
/// interrupts, whose controller and event numbers are those that qemu-system-aarch64 7.2 gives for the same line.
/// </summary>
public sealed class MessageTests
{
    [RequiresTheory(Need.DebianGuests)]
    [InlineData(3, "ITS-MSI")]
    public async Task Root_ports_signal_by_messages(int gic, string controller)
    {
        Ended guest = await HostRun.CommandAsync(
            "qemu", "-M", $"virt,gic-version={gic}", "-cpu", "cortex-a53", "-smp", "2", "-m", "1G", "-net", "none", "-nographic", "-no-reboot",
            "-device", "pcie-root-port,id=one", "-device", "pcie-root-port,id=two,chassis=2,slot=2",
            "-kernel", Repository.Guest("debian/vmlinuz"), "-initrd", Repository.Guest("debian/initramfs.cpio.gz"),
            "-append", "console=ttyAMA0 nokaslr panic=-1", "-max-instructions", HostRun.DefaultLimit);

        // Event 0 of each function: the requester's ID, shifted by eleven bits.
        Assert.Matches(new Regex($@"\s[1-9]\d* .*{controller} 16384 Edge .*pciehp"), guest.Output);
        Assert.Matches(new Regex($@"\s[1-9]\d* .*{controller} 32768 Edge .*pciehp"), guest.Output);
        Says.InOrder(guest, "GUEST-DONE");
        Assert.Equal(0, guest.Status);
    }
}
