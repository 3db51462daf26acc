using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.EndToEnd.Tests.Virtio;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Pcie.Devices;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Iommu;

/// <summary>
/// A line made for QEMU, with an SMMU and a virtio device without iommu_platform=on: QEMU lets such a device pass round the SMMU, here nothing passes
/// round it. Who is right: the Virtual I/O Device Specification 1.2, VIRTIO_F_ACCESS_PLATFORM (without it the driver gives physical addresses), and
/// Linux, which does so, and which gives its stream a bypass with iommu.passthrough=1.
/// </summary>
public sealed class UntranslatedVirtioTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-untranslated");
    private readonly byte[] _content = new byte[1 << 20];

    public UntranslatedVirtioTests()
    {
        new Random(1).NextBytes(_content);
        File.WriteAllBytes(Image, _content);
    }

    private string Image => Path.Combine(_folder.FullName, "disk.img");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task The_user_is_warned_and_the_fault_is_explained()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(Options("all", ""), "", """
            monitor break smmu F_TRANSLATION
            continue
            monitor dma explain 00:01.0 0x48000000 r
            monitor why hang
            """);
        const string Reason = "without iommu_platform=on there is no VIRTIO_F_ACCESS_PLATFORM to accept: the driver gives physical addresses, and smmu takes them for addresses to translate";
        Says.InOrder(
            gdb.Errors, gdb.ToString(),
            "SMMU: 00:01.0 pcie.d: F_TRANSLATION SID=0x8 (00:01.0) InputAddr=0x", $"the address is not mapped; {Reason}",
            "SMMU: stage 1 F_TRANSLATION", "target: not reached", $"why: {Reason}",
            "pcie.d has stopped, and answers no request until it is reset: queue 0: the ring or a table of descriptors is not in memory", Reason);
        Says.InOrder(
            gdb.Host, gdb.ToString(),
            "warning: --device virtio-blk-pci,id=d: without iommu_platform=on its driver gives it physical addresses, which the SMMU refuses",
            "add iommu_platform=on (QEMU wants disable-legacy=on with it), or boot Linux with iommu.passthrough=1",
            $"pcie.d: queue 0: the ring or a table of descriptors is not in memory ({Reason}); the device stops until it is reset");
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task With_a_bypass_for_its_stream_it_works()
    {
        Ended guest = await HostRun.GuestAsync(Options("all", "iommu.passthrough=1"));
        Says.InOrder(guest, "iommu: Default domain type: Passthrough", Convert.ToHexStringLower(SHA256.HashData(_content)), "GUEST-DONE");
        Assert.Contains("--device virtio-blk-pci,id=d: without iommu_platform=on", guest.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "", true)]
    [InlineData(true, ",iommu_platform=on", false)]
    [InlineData(false, "", false)]
    public void A_device_that_comes_later_gets_the_same_warning(bool smmu, string keys, bool warned)
    {
        using MachineTarget target = MachineTarget.Create(
            new MachineConfiguration { MemoryBytes = 16 << 20, Smmu = smmu, PciDevices = [new PciDeviceRequest("pcie-root-port", [new("id", "rp"), new("chassis", "1")])] }, static _ => { });
        string said = TargetRun.Ask(target, $"device_add virtio-rng-pci,bus=rp,id=r{keys}");
        Assert.Equal(warned, said.StartsWith("warning: -device virtio-rng-pci,id=r: without iommu_platform=on", StringComparison.Ordinal));
        Assert.Equal(warned, said.Length > 0);
    }

    private string[] Options(string what, string kernel) =>
    [
        .. VirtioGuest.Options("debian", what, kernel, "gic=3,el2=off,iommu=smmuv3"), "--drive", $"file={Image},if=none,id=hd0,format=raw",
        "--device", "virtio-blk-pci,drive=hd0,id=d",
    ];
}
