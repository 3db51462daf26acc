using System;
using System.Linq;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Commands.Objects;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Pcie.Devices;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// "monitor msi explain" on what Debian has set up. Who is right: the kernel. It has enabled the interrupt that it means, so the chain
/// that begins at the root port's message ends at an interrupt that is enabled, and its port driver says that it uses messages.
/// </summary>
public sealed class MessageChainTests
{
    private const ulong PortIsBound = 700_000_000;

    // The port waits for the SMMU's driver.
    private const ulong PortIsBoundBehindSmmu = 950_000_000;

    [RequiresTheory(Need.DebianGuests)]
    [InlineData(2, false, "ok      SPI: data 0x", "(SPI ")]
    [InlineData(3, false, "ok      device table: DeviceID 0x8 (00:01.0): ITT at 0x", "(LPI)")]
    [InlineData(3, true, "ok      device table: DeviceID 0x8 (00:01.0): ITT at 0x", "(LPI)")]
    public void Message_of_a_root_port_is_followed_to_the_interrupt_that_the_kernel_has_enabled(int gic, bool smmu, string table, string kind)
    {
        using MachineTarget target = MachineTarget.Create(Guest(gic, smmu), static _ => { }, smmu ? PortIsBoundBehindSmmu : PortIsBound);
        TargetRun.Run(target);
        TargetState before = target.State;

        string said = TargetRun.Ask(target, "msi explain 00:01.0");
        Says.InOrder(said, said,
            "message 0 of 00:01.0", "ok      capability: MSI", "ok      mask: not masked", "ok      message: data 0x", "ok      write: 0x", "ok      doorbell: ", table,
            "the message makes interrupt ", "way: function: sent, Bus Master Enable is set", kind, "ok      enabled: enabled", "first blocked link: pending");
        Assert.Equal(smmu, said.Contains("way: SMMU: SID 0x8: ", StringComparison.Ordinal));
        string its = TargetRun.Ask(target, "gic its");
        Assert.Equal(its, TargetRun.Ask(target, "msi its"));
        if (gic == 3)
        {
            // Linux allocates its tables in pages of 64 KiB and a collection for each core, from LPI 8192 on.
            Says.Line(its, "^gic-its: enabled; command queue at 0x[0-9a-f]+, 65536 bytes, GITS_CWRITER 0x[0-9a-f]+, GITS_CREADR 0x[0-9a-f]+$");
            Says.Line(its, "^device table \\(GITS_BASER0\\): at 0x[0-9a-f]+, two levels, 64 KiB pages, room for 65536$");
            Says.Line(its, "^collection 0: cpu0$");
            Says.Line(its, "^device 0x8 \\(00:01.0\\): ITT at 0x");
            Says.Line(its, @"^    event 0: LPI 8\d\d\d, collection 0 \(cpu0\), enabled$");
        }
        else
        {
            Assert.Equal("This machine has no ITS; start it with --machine virt,gic=3.\n", its);
        }

        string[] row = [.. Assert.Single(OsTables.Of("msi", target)!.Rows, static r => r[0] == "00:01.0")];
        Assert.Equal(("0", ""), (row[1], row[6]));
        Assert.Equal(gic == 3, OsTables.Of("its", target)!.Rows.Any(r => r[0] == "0x8" && r[3] == row[4]));
        Assert.Contains("first blocked link: capability: the driver has not enabled messages", TargetRun.Ask(target, "msi explain 00:02.0 1"), StringComparison.Ordinal);
        Assert.Contains("There is no function at 00:05.0", TargetRun.Ask(target, "msi explain 00:05.0"), StringComparison.Ordinal);
        Assert.StartsWith("usage: monitor msi", TargetRun.Ask(target, "msi explain"), StringComparison.Ordinal);
        Assert.Equal(before, target.State);
    }

    private static MachineConfiguration Guest(int gic, bool smmu) => new()
    {
        GicVersion = gic,
        Smmu = smmu,
        Kernel = File(Repository.Guest("debian/vmlinuz")),
        Initrd = File(Repository.Guest("debian/initramfs.cpio.gz")),
        Append = "console=ttyAMA0 nokaslr panic=-1",
        MemoryBytes = 512 << 20,
        PciDevices = [new PciDeviceRequest("pcie-root-port", [new("addr", "1"), new("chassis", "1")]), new PciDeviceRequest("edu", [new("addr", "2")])],
    };

    private static BootFile File(string path) => new(path, System.IO.File.ReadAllBytes(path));
}
