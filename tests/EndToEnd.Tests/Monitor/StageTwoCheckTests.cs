using System;
using System.IO;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Target;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Monitor;

/// <summary>
/// "monitor s2 check" against the device tree that the guest was given. Who is right: the tree's own source (tests/Guests/situation1/guest.dts,
/// tests/Guests/kvm/guest.dts), QEMU's memory map, and for Xen the memory that its own log gives dom0.
/// </summary>
public sealed class StageTwoCheckTests
{
    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData("too-small", "IPA 0x4010000000 needs 39 bits, VTCR_EL2.T0SZ=32 gives 32")]
    [InlineData("ecam-unmapped", "stage 2 translation fault at level 1: the level 1 descriptor for IPA 0x4010000000 is invalid")]
    [InlineData("fixed", null)]
    public void Guest_of_situation_1_lacks_what_its_tree_names(string form, string? reason)
    {
        using MachineTarget target = MachineTarget.Create(GuestUnderHypervisor.SituationOne(form), static _ => { }, 8_000_000_000);
        TargetRun.Ask(target, form == "fixed" ? "break pci 00:00.0 0 read" : "break stage2");
        Assert.Equal(StopKind.Event, TargetRun.Run(target).Kind);
        string text = TargetRun.Ask(target, "s2 check");

        Says.Line(text, @"^device tree at IPA 0x88000000, \d+ bytes: linux,dummy-virt");
        Says.Line(text, @"^good   /memory@80000000 reg 0x0080000000-0x00bfffffff: -> PA 0x0080000000 ram, Normal Write-Back");
        Says.Line(text, @"^good   /pl011@9000000 reg 0x0009000000-0x0009000fff: -> PA 0x0009000000 uart, Device");
        Assert.DoesNotContain("/cpus", text, StringComparison.Ordinal);
        if (reason is null)
        {
            Says.Line(text, @"^good   /pcie@10000000 ECAM 0x4010000000-0x401fffffff: -> PA 0x4010000000 pcie-ecam");
        }
        else
        {
            Assert.Contains($"hole   /pcie@10000000 ECAM 0x4010000000-0x401fffffff: 0x4010000000 is not mapped: ", text, StringComparison.Ordinal);
            Assert.Contains(reason, text, StringComparison.Ordinal);
            Assert.Contains("the guest's device tree has, and stage 2 maps nothing at IPA 0x4010000000: /pcie@10000000 ECAM", TargetRun.Ask(target, "s2 map"), StringComparison.Ordinal);
            Assert.EndsWith("\"status\":\"failed\"}\n", TargetRun.Ask(target, "s2 check --json"), StringComparison.Ordinal);
        }

        // The second window of the bridge is at 512 GiB in that tree.
        Says.Line(text, @"/pcie@10000000 ranges\[2\] 0x8000000000-0x");
        Assert.Contains("there is no device tree at IPA 0x80200000", TargetRun.Ask(target, "s2 check 0x80200000"), StringComparison.Ordinal);
        Assert.StartsWith("device tree at IPA 0x88000000", TargetRun.Ask(target, "s2 check 0x88000000"), StringComparison.Ordinal);
        Assert.Contains("compatible = \"arm,pl011\", \"arm,primecell\"", TargetRun.Ask(target, "dt guest /pl011@9000000"), StringComparison.Ordinal);
    }

    // Xen makes dom0's tree itself, and lets dom0's accesses to the GIC trap.
    [RequiresTheory(Need.DebianGuests, Need.DeviceTreeTools)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Tree_that_Xen_has_made_for_dom0_is_found(int gic)
    {
        string tree = Path.Combine(Directory.CreateTempSubdirectory("gdbhost-s2").FullName, "xen.dtb");
        try
        {
            await XenGuest.MakeTreeAsync(tree, gic);
            StringWriter log = new();
            using MachineTarget target = MachineTarget.Create(XenGuest.Configuration(tree, gic), b => log.Write((char)b), 1_500_000_000);
            TargetRun.Ask(target, "traps on");
            TargetRun.Ask(target, "break irq 27");
            Assert.Equal(StopKind.Event, TargetRun.Run(target).Kind);
            string text = TargetRun.Ask(target, "s2 check");

            Match found = Regex.Match(text, @"^device tree at IPA 0x([0-9a-f]+), \d+ bytes");
            Assert.True(found.Success, text);
            Match given = Regex.Match(log.ToString(), @"Loading d0 DTB to 0x0*([0-9a-f]+)-0x");
            Assert.Equal(given.Groups[1].Value, found.Groups[1].Value);
            Match bank = Regex.Match(log.ToString(), @"BANK\[0\] 0x0*([0-9a-f]+)-0x0*([0-9a-f]+) \(512MB\)");
            ulong last = Convert.ToUInt64(bank.Groups[2].Value, 16) - 1;
            Says.Line(text, $@"^(good  |served|partly) /memory@{bank.Groups[1].Value} reg 0x0*{bank.Groups[1].Value}-0x0*{last:x}: ");
            Says.Line(text, @"^served /interrupt-controller reg\[0\] 0x0008000000-0x.*EL2 has served (\d+) of \1 traps there");
            Says.Line(text, @"^hole   /virtio_mmio@a000000 to /virtio_mmio@a[0-9a-f]+ \(\d+ nodes\) reg 0x000a000000-0x");
            Assert.Contains("xen,xen", TargetRun.Ask(target, "dt guest /hypervisor"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(tree)!, recursive: true);
        }
    }

    // vmm.c puts the tree at the end of what the kernel needs; KVM maps memory when it is touched, and emulates GIC and serial port.
    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task Guest_of_KVM_is_served_what_its_tree_names_and_it_has_used()
    {
        using MachineTarget target = await GuestUnderHypervisor.StoppedAsync(GuestUnderHypervisor.Kvm, static t => TargetRun.Ask(t, "traps on 131072"));
        string text = TargetRun.Ask(target, "s2 check");

        Says.Line(text, @"^device tree at IPA 0x[0-9a-f]+, \d+ bytes: gdbhost,kvm-guest");
        Says.Line(text, @"^served /memory@80000000 reg 0x0080000000-0x008fffffff: 0x[0-9a-f]+ is not mapped: .*; EL2 has served (\d+) of \1 traps there");
        Says.Line(text, @"^served /intc@8000000 reg\[0\] 0x0008000000-0x0008000fff: 0x8000000 is not mapped: .*; EL2 has served (\d+) of \1 traps there");
        Says.Line(text, @"^good   /intc@8000000 reg\[1\] 0x0008010000-0x0008011fff: -> PA 0x0008040000 gic-virtual-cpu-interface, Device");

        // The guest has not used it yet.
        Says.Line(text, @"^hole   /serial@9000000 reg 0x0009000000-0x0009000007: 0x9000000 is not mapped: ");
        Says.Line(text, @"^4 ranges: ");
    }
}
