using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Pcie.Devices;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Devices that come into a slot and go again while the guest reads from another disk. Oracle: pciehp, virtio_blk and virtio_rng of a stock
/// Debian kernel, the bytes of the disks, and the guest's own list of its resources.
/// </summary>
public sealed class HotPlugTests
{
    private const ulong Step = 20_000_000;
    private const ulong Most = 60_000_000_000;

    [RequiresTheory(Need.DebianGuests)]
    [InlineData(2, 20, false)]
    [InlineData(3, 20, false)]
    [InlineData(3, 4, true)]
    public void Disks_and_other_devices_come_and_go_under_load(int gic, int times, bool smmu)
    {
        MemoryDisk first = new(4 << 20, gic);
        MemoryDisk second = new(1 << 20, gic + 1);
        string sum = Convert.ToHexStringLower(SHA256.HashData(second.Content.AsSpan(0, 16 * 4096)));
        using PortRun run = new(Guest(gic, times, smmu, first));
        IReadOnlyList<string> before = [];
        for (int time = 0; time < times; time++)
        {
            Until(run, () => run.Text.Contains($"EMPTY {time}\r", StringComparison.Ordinal) && !IsThere(run));
            string[] functions = Functions(run);
            before = time == 0 ? functions : before;
            Assert.Equal(before, functions);
            Assert.True(!smmu || LeavesNothing(run), run.Text);
            bool disk = time % 2 == 0;
            Assert.Null(run.Port.AddPciDevice(disk
                ? new PciDeviceRequest("virtio-blk-pci", [.. Keys(smmu), new("bus", "rp"), new("id", "late")]) { Backend = new BlockBackend(second) }
                : new PciDeviceRequest("virtio-rng-pci", [.. Keys(smmu), new("bus", "rp"), new("id", "late")])));
            Until(run, () => run.Text.Contains($"USED {time}\r", StringComparison.Ordinal));
            string said = run.Text[run.Text.IndexOf($"EMPTY {time}", StringComparison.Ordinal)..];
            Assert.Contains(disk ? sum : "RANDOM 16", said, StringComparison.Ordinal);
            Assert.Null(run.Port.RemovePciDevice("late"));
        }

        Until(run, () => run.Text.Contains("GUEST-DONE", StringComparison.Ordinal) && !IsThere(run));
        Assert.Equal(before, Functions(run));
        Assert.True(!smmu || LeavesNothing(run), run.Text);
        Assert.Contains("SAME-AS-BEFORE", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("LOAD-FAILED", run.Text, StringComparison.Ordinal);
        Assert.True(first.Reads > times * 50, $"only {first.Reads} reads of the first disk");
    }

    // Where the bridge's windows are is the guest's choice; which functions there are is not.
    private static string[] Functions(PortRun run) => [.. run.Inspection.PciFunctions.Select(static f => $"{f.Requester} {f.Vendor:x4}:{f.Device:x4} {f.Name}")];

    // The guest forgets a device a second before it takes the slot's power, upon which the device leaves.
    private static bool IsThere(PortRun run) => run.Inspection.PciFunctions.Any(static f => f.Name.EndsWith("late", StringComparison.Ordinal));

    // The kernel takes a device's stream and translations away with it.
    private static bool LeavesNothing(PortRun run) => run.Port.AskSmmu(new SmmuQuestion("orphans", []))[0].StartsWith("nothing: ", StringComparison.Ordinal);

    private static IEnumerable<KeyValuePair<string, string>> Keys(bool smmu) => smmu ? [new("iommu_platform", "on")] : [];

    private static void Until(PortRun run, Func<bool> isSo)
    {
        while (!isSo())
        {
            Assert.True(run.Instructions < Most, run.Text);
            MachineStop stop = run.RunTo(run.Instructions + Step);
            Assert.True(stop.Kind == MachineStopKind.InstructionLimit || isSo(), $"{stop.Kind}: {run.Text}");
        }
    }

    private static MachineConfiguration Guest(int gic, int times, bool smmu, MemoryDisk disk) => new()
    {
        GicVersion = gic,
        Smmu = smmu,
        Kernel = FileOf(Repository.Guest("debian/vmlinuz")),
        Initrd = new BootFile("initrd", Cpio.With(
            File.ReadAllBytes(Repository.Guest("debian/initramfs.cpio.gz")), "hotplug", File.ReadAllBytes(Repository.InTree("tests/Guests/pci/hotplug")))),
        Append = $"console=ttyAMA0 nokaslr panic=-1 loglevel=4 rdinit=/hotplug TIMES={times}",
        MemoryBytes = 512 << 20,
        PciDevices =
        [
            new PciDeviceRequest("pcie-root-port", [new("id", "rp"), new("chassis", "1")]),
            new PciDeviceRequest("virtio-blk-pci", [.. Keys(smmu), new("drive", "hd0")]) { Backend = new BlockBackend(disk) },
        ],
    };

    private static BootFile FileOf(string path) => new(path, File.ReadAllBytes(path));
}
