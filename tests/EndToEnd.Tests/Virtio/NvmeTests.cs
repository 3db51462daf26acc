using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Virtio;

/// <summary>
/// The nvme driver of a stock Debian kernel. Oracle: the bytes of the image on the host, and Linux's own words for what a disk refuses.
/// </summary>
public sealed class NvmeTests : IDisposable
{
    private const int DiskBytes = 8 << 20;
    private const int Sector = 512;
    private const string Disk = "DISK=nvme0n1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-nvme");
    private readonly byte[] _content = new byte[DiskBytes];

    public NvmeTests()
    {
        new Random(1).NextBytes(_content);
        File.WriteAllBytes(Image, _content);
    }

    private string Image => Path.Combine(_folder.FullName, "disk.img");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData("gic=2,el2=off", "1", "", "", "nvme0q1", "MSI")]
    [InlineData("gic=3,el2=off", "4", "", ",mdts=0,max_ioqpairs=2", "nvme0q2", "ITS-MSI")]
    [InlineData("gic=2,el2=off", "1", "pci=nomsi", "", "nvme0q0, nvme0q1", "Level")]
    [InlineData("gic=3,el2=off", "1", "pci=nomsi", ",logical_block_size=4096", "nvme0q0, nvme0q1", "Level")]
    [InlineData("gic=3,el2=off,iommu=smmuv3", "2", "", "", "nvme0q2", "ITS-MSI")]
    [InlineData("gic=2,el2=off,iommu=smmuv3", "1", "iommu.strict=0", "", "nvme0q1", "MSI")]
    public async Task What_one_side_writes_the_other_reads(string machine, string cpus, string kernel, string keys, string queue, string interrupts)
    {
        bool large = keys.Contains("4096", StringComparison.Ordinal);
        Ended guest = await HostRun.GuestAsync(
        [
            .. VirtioGuest.Options("debian", large ? "write,interrupts,all" : "read,write,serial,spread,interrupts,all", $"{Disk} {kernel}", machine), "--smp", cpus,
            .. Drive(""), "--device", $"nvme,drive=hd0,serial=A-NUMBER{keys}",
        ]);
        byte[] after = await File.ReadAllBytesAsync(Image);
        string[] small = [Sum(_content.AsSpan(3 * Sector, Sector)), "WRITTEN", $"SERIAL A-NUMBER             {DiskBytes / Sector} 0", "SPREAD-DONE"];
        Says.InOrder(guest, [.. large ? ["WRITTEN"] : small, interrupts, queue, Sum(after), "GUEST-DONE"]);
        Assert.DoesNotContain("DIFFERENT", guest.Output);
        Assert.DoesNotContain("event 0x", guest.Output);
        Assert.DoesNotContain("timeout", guest.Output);
        Assert.Equal(0, guest.Status);
        Assert.StartsWith("written by the guest\n", System.Text.Encoding.ASCII.GetString(after, 16 * Sector, 64), StringComparison.Ordinal);
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task A_disk_that_is_only_read_takes_no_writes()
    {
        Ended guest = await VirtioGuest.RunAsync("debian", "serial,errors", Disk, [.. Drive(",readonly=on"), "--device", "nvme,drive=hd0,serial=a"]);
        Says.InOrder(guest, [$"{DiskBytes / Sector} 1", "GUEST-DONE"]);
        Assert.DoesNotContain("NO ERROR", guest.Output);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Image));
    }

    /// <summary>A limit on the size of files stands for a host's disk that is full.</summary>
    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task What_the_host_refuses_the_guest_sees_as_an_error()
    {
        const long ImageBytes = 8L << 30;
        const long LimitKilobytes = 4L << 20;
        using (FileStream image = File.OpenWrite(Image))
        {
            image.SetLength(ImageBytes);
        }

        string[] words = HostRun.Words(
        [
            "run", .. VirtioGuest.Options("debian", "errors", $"{Disk} SEEK={5L << 21}"), .. Drive(""), "--device", "nvme,drive=hd0,serial=a", "--gdb", "none",
            "--max-instructions", HostRun.DefaultLimit,
        ]);
        string limited = $"ulimit -f {LimitKilobytes}; trap '' XFSZ; exec {string.Join(' ', words.Select(w => $"'{w}'"))}";
        Ended guest = await ChildProcess.RunAsync("bash", "-c", limited);
        Assert.Contains("I/O error", guest.Output);
        Assert.DoesNotContain("NO ERROR", guest.Output);
        Assert.Contains("the host cannot write", guest.Errors);
    }

    /// <summary>What the guest has written is in the image when it is off; the image in the image's file is qemu-img's to read.</summary>
    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests, Need.QemuImg)]
    [InlineData("nvme,drive=hd0,serial=a", Disk)]
    [InlineData("virtio-blk-pci,drive=hd0", "")]
    public async Task An_image_of_qcow2_keeps_what_the_guest_writes(string device, string kernel)
    {
        string packed = Path.Combine(_folder.FullName, "disk.qcow2");
        Assert.Equal(0, (await ChildProcess.RunAsync("qemu-img", "convert", "-c", "-O", "qcow2", "-f", "raw", Image, packed)).Status);
        Ended guest = await VirtioGuest.RunAsync("debian", "read,write,spread,all", kernel, ["--drive", $"file={packed},if=none,id=hd0", "--device", device]);
        Ended check = await ChildProcess.RunAsync("qemu-img", "check", packed);
        Assert.Equal(0, (await ChildProcess.RunAsync("qemu-img", "convert", "-O", "raw", packed, Image)).Status);
        byte[] after = await File.ReadAllBytesAsync(Image);
        Says.InOrder(guest, [Sum(_content.AsSpan(3 * Sector, Sector)), "WRITTEN", "SPREAD-DONE", Sum(after), "GUEST-DONE"]);
        Assert.DoesNotContain("DIFFERENT", guest.Output);
        Assert.True(check.Status == 0, check.Output);
    }

    private static string Sum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private string[] Drive(string options) => ["--drive", $"file={Image},if=none,id=hd0,format=raw{options}"];
}
