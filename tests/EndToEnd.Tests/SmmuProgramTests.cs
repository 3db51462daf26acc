using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// An SMMUv3 from bare metal (tests/Guests/smmu). Oracle: the same file on qemu-system-aarch64 7.2 for stage 1 with an edu device; for the rest, which
/// QEMU 7.2 has not, each line names the section of IHI 0070 that it holds the SMMU to.
/// </summary>
public sealed class SmmuProgramTests : IDisposable
{
    private const int LeastLines = 16;
    private const int LeastChecks = 60;

    private static readonly string Program = Repository.Built("smmu/smmu.elf");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-test");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.SystemEmulator, Need.BuiltGuests)]
    [InlineData("translator")]
    [InlineData("interpreter")]
    public async Task Stage_1_is_as_on_QEMU(string engine)
    {
        Task<Ended> running = HostRun.GuestAsync(
            "--machine", "virt,iommu=smmuv3,el2=off", "--engine", engine, "--memory", "128M", "--device", "edu,addr=1,dma_mask=0xffffffffffffffff", "--kernel", Program);
        string serial = Path.Combine(_folder.FullName, "theirs");
        Ended qemu = await ChildProcess.RunAsync(
            "timeout", HostRun.HangSeconds, "qemu-system-aarch64", "-M", "virt,iommu=smmuv3", "-cpu", "cortex-a53", "-m", "128M", "-nic", "none", "-display", "none",
            "-monitor", "none", "-serial", "file:" + serial, "-device", "edu,addr=1,dma_mask=0xffffffffffffffff", "-kernel", Program);
        Ended ours = await running;
        Assert.Equal((0, 0), (qemu.Status, ours.Status));
        string[] theirs = (await File.ReadAllTextAsync(serial)).TrimEnd().Split('\n');
        Assert.True(theirs.Length > LeastLines && theirs[^1] == "end", $"the oracle ended early: {theirs[^1]}");
        Assert.Equal(theirs, ours.Output.TrimEnd().Split('\n'));
    }

    [RequiresTheory(Need.BuiltGuests)]
    [InlineData("translator", "el2=off")]
    [InlineData("interpreter", "el2=on")]
    public async Task What_QEMU_has_not_is_as_the_architecture_says(string engine, string el2)
    {
        Ended ended = await HostRun.GuestAsync(
            "--machine", "virt,iommu=smmuv3," + el2, "--engine", engine, "--memory", "128M", "--device", "dma-exerciser,addr=2,pasid=on,ats=on", "--device", "dma-exerciser,addr=3,pasid=on,ats=on,stall=on", "--kernel", Program);
        Assert.Equal(0, ended.Status);
        string[] lines = ended.Output.TrimEnd().Split('\n');
        Assert.DoesNotContain(lines[..^1], static l => !l.EndsWith(": ok", StringComparison.Ordinal));
        Assert.Equal("end", lines[^1]);
        Assert.True(lines.Length > LeastChecks, $"only {lines.Length} lines");
    }
}
