using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Pcie.Devices;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// A stock Debian kernel finds bridges and devices, binds pcieport to ports with messages, and follows a device into a slot
/// and out of it. Oracle: the kernel's own drivers; qemu-system-aarch64 7.2 with the same devices shows the same lines.
/// </summary>
public sealed class PciLinuxTests
{
    private const ulong Step = 20_000_000;
    private const ulong Most = 20_000_000_000;

    [RequiresFact(Need.DebianGuests)]
    public void Debian_enumerates_a_switch_and_follows_hot_plug()
    {
        using PortRun run = new(Guest(
            "pcie-root-port,id=rp,addr=1,chassis=1,slot=5", "edu,addr=2", "pci-testdev,addr=3", "pcie-root-port,id=rq,addr=4,chassis=2",
            "x3130-upstream,bus=rq,id=up", "xio3130-downstream,bus=up,id=dn,chassis=3", "dma-exerciser,bus=dn"));
        Until(run, "PCI-READY");
        Says.InOrder(
            run.Text,
            "AT-BOOT 0000:00:00.0 1b36:0008 class 060000 driver none by pin",
            "AT-BOOT 0000:00:01.0 1b36:000c class 060400 driver pcieport by messages",
            "AT-BOOT 0000:00:02.0 1234:11e8 class 00ff00 driver none by pin",
            "AT-BOOT 0000:00:03.0 1b36:0005 class 00ff00 driver none by pin",
            "AT-BOOT 0000:00:04.0 1b36:000c class 060400 driver pcieport by messages",
            "AT-BOOT 0000:02:00.0 104c:8232 class 060400 driver pcieport",
            "AT-BOOT 0000:03:00.0 104c:8233 class 060400 driver pcieport by messages",
            "AT-BOOT 0000:04:00.0 1234:0dae class 00ff00 driver none by pin",
            "PCIe PME, aerdrv, pciehp");

        Assert.Null(run.Port.AddPciDevice(new PciDeviceRequest("edu", [new("bus", "rp"), new("id", "late")])));
        Until(run, "PCI-PLUGGED");
        Says.InOrder(run.Text, "PLUGGED 0000:01:00.0 1234:11e8 class 00ff00", "PLUGGED 0000:04:00.0");
        Assert.Null(run.Port.InjectPciError("dn", "UNSUP", [1, 2, 3, 4]));
        Assert.Null(run.Port.RemovePciDevice("late"));
        Until(run, "PCI-DONE");
        string gone = run.Text[run.Text.IndexOf("PCI-PLUGGED", StringComparison.Ordinal)..];
        Assert.DoesNotContain("GONE 0000:01:00.0", gone, StringComparison.Ordinal);
        Says.InOrder(gone, "GONE 0000:04:00.0", "PCI-GONE");
        Says.InOrder(gone, "pciehp: Slot(5): Attention button pressed", "AER: ", "0000:03:00.0");
        Assert.DoesNotContain("late", string.Join('\n', run.Inspection.PciFunctions.SelectMany(static f => f.Lines)), StringComparison.Ordinal);
    }

    private static void Until(PortRun run, string words)
    {
        while (!run.Text.Contains(words, StringComparison.Ordinal))
        {
            Assert.True(run.Instructions < Most, run.Text);
            MachineStop stop = run.RunTo(run.Instructions + Step);
            Assert.True(stop.Kind == MachineStopKind.InstructionLimit || run.Text.Contains(words, StringComparison.Ordinal), $"{stop.Kind}: {run.Text}");
        }
    }

    private static MachineConfiguration Guest(params string[] devices) => new()
    {
        Kernel = File(Repository.Guest("debian/vmlinuz")),
        Initrd = new BootFile("initrd", Cpio.With(
            System.IO.File.ReadAllBytes(Repository.Guest("debian/initramfs.cpio.gz")), "pci-init",
            System.IO.File.ReadAllBytes(Repository.InTree("tests/Guests/pci/init")))),
        Append = "console=ttyAMA0 nokaslr panic=-1 rdinit=/pci-init",
        MemoryBytes = 512 << 20,
        PciDevices = [.. devices.Select(Request)],
    };

    private static PciDeviceRequest Request(string text)
    {
        string[] words = text.Split(',');
        return new PciDeviceRequest(words[0], [.. words.Skip(1).Select(w => KeyValuePair.Create(w.Split('=')[0], w.Split('=')[1]))]);
    }

    private static BootFile File(string path) => new(path, System.IO.File.ReadAllBytes(path));
}
