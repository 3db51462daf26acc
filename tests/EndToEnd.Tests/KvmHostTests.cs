using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// A stock Debian kernel at EL2 as the host of another one, by KVM: stage 2, list registers of the virtual CPU interface, the virtual
/// timer and PSCI of the host. Oracle: both kernels' own words; qemu-system-aarch64 7.2 with the same guest says the same.
/// </summary>
public sealed class KvmHostTests
{
    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData(2, 1, "GIC-0")]
    [InlineData(3, 2, "GICv3")]
    public async Task A_guest_of_two_vCPUs_runs_to_its_end(int gic, int cores, string controller)
    {
        Ended host = await HostRun.GuestAsync(
            "--machine", $"virt,gic={gic},el2=on", "--smp", $"{cores}", "--memory", "512M",
            "--kernel", Repository.Guest("debian/vmlinuz"), "--initrd", Repository.Built("kvm/kvm.cpio.gz"),
            "--append", $"console=ttyAMA0 nokaslr panic=-1 loglevel=4 rdinit=/kvm-init GIC={gic}",
            "--drive", $"file={Repository.Built("kvm/kernel.img")},if=none,id=hd0,format=raw,readonly=on", "--device", "virtio-blk-pci,drive=hd0",
            "--drive", $"file={Repository.Built("kvm/initrd.img")},if=none,id=hd1,format=raw,readonly=on", "--device", "virtio-blk-pci,drive=hd1");

        // The inner kernel's timer and serial port reach it by list registers, its cores each other by SGIs.
        Says.InOrder(host, $"VMM-BEGIN GICv{gic}", "GUEST-UP", "CPUS 2 at boot", "CPUS 1 without cpu1", "CPUS 2 with cpu1 again",
            $"{controller}  27 Level     arch_timer", $"{controller}  32 Level     ttyS0", "Rescheduling interrupts", "GUEST-DONE", "reboot: Power down",
            "VMM-DONE event 1", $"GICv{gic}  27 Level     kvm guest vtimer", "reboot: Power down");
        Assert.DoesNotContain("VMM-FAILED", host.Output);
        Assert.Equal(0, host.Status);
    }
}
