using System;
using System.Collections.Generic;
using System.IO;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Pcie.Devices;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Iommu;

/// <summary>
/// A slot is emptied whose device a program in a Debian guest drives by VFIO. Who is right: the kernel (Linux, include/uapi/linux/vfio.h,
/// VFIO_PCI_REQ_IRQ_INDEX), which asks the program for the device, waits until it is closed, and takes stream and translations away with it.
/// </summary>
public sealed class VfioHotPlugTests
{
    private const ulong Step = 10_000_000;
    private const ulong Most = 4_000_000_000;

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public void The_kernel_asks_for_the_device_and_nothing_outlives_it()
    {
        using PortRun run = new(new MachineConfiguration
        {
            GicVersion = 3,
            Smmu = true,
            MemoryBytes = 512 << 20,
            Kernel = FileOf(Repository.Guest("debian/vmlinuz")),
            Initrd = FileOf(Repository.Built("vfio/vfio.cpio.gz")),
            Append = VfioGuest.Append("HOLD=1"),
            PciDevices =
            [
                new PciDeviceRequest("pcie-root-port", [new("id", "rp"), new("chassis", "1")]),
                new PciDeviceRequest("dma-exerciser", [new("bus", "rp"), new("id", "x")]),
            ],
        });
        Until(run, "HOLDING");
        Assert.StartsWith("nothing: ", Orphans(run)[0], StringComparison.Ordinal);
        Assert.Null(run.Port.RemovePciDevice("x"));
        Until(run, "CONTAINER-OPEN");
        Assert.StartsWith("nothing: ", Orphans(run)[0], StringComparison.Ordinal);
        Until(run, "GUEST-DONE");
        Says.InOrder(run.Text, run.Text, "BOUND 0000:01:00.0 vfio-pci group DMA", "HOLDING", "ASKED", "GONE", "CONTAINER-OPEN", "VFIO-END");
        Assert.DoesNotContain("FAILED", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("event 0x", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Inspection.PciFunctions, static f => f.Name.EndsWith('x'));
        Assert.StartsWith("nothing: ", Orphans(run)[0], StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Orphans(PortRun run) => run.Port.AskSmmu(new SmmuQuestion("orphans", []));

    private static void Until(PortRun run, string said)
    {
        while (!run.Text.Contains(said, StringComparison.Ordinal))
        {
            Assert.True(run.Instructions < Most, run.Text);
            MachineStop stop = run.RunTo(run.Instructions + Step);
            Assert.True(stop.Kind == MachineStopKind.InstructionLimit || run.Text.Contains(said, StringComparison.Ordinal), $"{stop.Kind}: {run.Text}");
        }
    }

    private static BootFile FileOf(string path) => new(path, File.ReadAllBytes(path));
}
