using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Virtio;

/// <summary>
/// A stock Debian kernel with its arm-smmu-v3 driver in front of a disk on PCI. Oracle: the bytes of the image, and the driver, which
/// prints every event record.
/// </summary>
public sealed class SmmuTests : IDisposable
{
    private const int DiskBytes = 4 << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-smmu");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData("gic=2,el2=off", "", "1", "DMA domain TLB invalidation policy: strict mode")]
    [InlineData("gic=3,el2=on", "iommu.strict=0", "4", "DMA domain TLB invalidation policy: lazy mode")]
    [InlineData("gic=3,el2=off", "iommu.passthrough=1", "1", "Default domain type: Passthrough")]
    public async Task A_disk_works_through_the_drivers_translations(string machine, string kernel, string cpus, string policy)
    {
        string image = Path.Combine(_folder.FullName, "disk.img");
        byte[] content = new byte[DiskBytes];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(image, content);
        Ended guest = await HostRun.GuestAsync(
        [
            .. VirtioGuest.Options("debian", "write,spread,interrupts", kernel, machine + ",iommu=smmuv3"),
            "--smp", cpus, "--drive", $"file={image},if=none,id=hd0,format=raw", "--device", "virtio-blk-pci,drive=hd0,iommu_platform=on",
        ]);
        byte[] after = await File.ReadAllBytesAsync(image);
        Says.InOrder(guest, [policy, "arm-smmu-v3 9050000.smmuv3: ias 40-bit, oas 40-bit", "allocated 65536 entries for cmdq",
            "allocated 32768 entries for evtq", "0000:00:01.0: Adding to iommu group 0", "WRITTEN", "SPREAD-DONE", "MSI", "GUEST-DONE"]);
        Assert.StartsWith("written by the guest\nwritten", Encoding.ASCII.GetString(after, 16 * 512, 64), StringComparison.Ordinal);
        Assert.DoesNotContain("DIFFERENT", guest.Output);
        Assert.DoesNotContain("event 0x", guest.Output);
        Assert.DoesNotContain("CMD_SYNC timeout", guest.Output);
        Assert.Equal(0, guest.Status);
    }
}
