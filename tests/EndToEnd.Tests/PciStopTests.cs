using System;
using System.IO;
using System.Text.RegularExpressions;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Backends;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Pcie.Devices;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Stops at what cores and PCI functions say to each other. Who is right: the kernel's own symbols for who made an access (Linux,
/// drivers/pci/access.c), the specification for what is found when a base address register is sized, the kernel's drivers for messages.
/// </summary>
public sealed class PciStopTests
{
    private const ulong Limit = 1_500_000_000;

    /// <summary>By then buses are enumerated.</summary>
    private const ulong Enumerated = 300_000_000;

    /// <summary>Bytes of pci_generic_config_read and its like, at most.</summary>
    private const ulong FunctionBytes = 0x100;

    [RequiresFact(Need.DebianGuests)]
    public void Write_of_a_base_address_register_stops_behind_it_with_function_register_value_and_PC()
    {
        using MachineTarget target = MachineTarget.Create(Guest(2), static _ => { }, Limit);
        Assert.Contains("stops after writes of register 0x14 of 00:01.0", TargetRun.Ask(target, "break pci 00:01.0 0x14 write"), StringComparison.Ordinal);
        TargetStop sizing = TargetRun.Run(target);
        Assert.Equal(StopKind.Event, sizing.Kind);
        Match said = Regex.Match(sizing.Explanation!, "^stopped by \"monitor break\": cpu0 wrote 0xffffffff to BAR1 \\(0x14, 4 bytes\\) of 00:01.0 pcie.virtio-blk-pci, PC 0x([0-9a-f]+)$");
        Assert.True(said.Success, sizing.Explanation);
        ulong pc = Convert.ToUInt64(said.Groups[1].Value, 16);
        Assert.InRange(pc - DebianKernel.Symbols["pci_generic_config_write"], 0ul, FunctionBytes);
        Assert.True(MonitorArguments.TryRegister(new MonitorRequest(target, 0), "pc", out ulong now));
        Assert.Equal(pc + 4, now);

        // Sizing writes what was there before back.
        Assert.Contains("wrote 0x0 to BAR1", TargetRun.Run(target).Explanation, StringComparison.Ordinal);
        TargetRun.Ask(target, "break off");
        Assert.Equal(StopKind.PowerOff, TargetRun.Run(target).Kind);
    }

    [RequiresFact(Need.DebianGuests)]
    public void Reads_stop_where_a_function_answers_and_where_none_does()
    {
        using MachineTarget target = MachineTarget.Create(Guest(3), static _ => { }, Limit);
        TargetRun.Ask(target, "break pci 00:00.0 0 read");
        Assert.Contains("cpu0 read 0x81b36 from Vendor ID and Device ID (0x0, 4 bytes) of 00:00.0 pcie.host-bridge, PC 0x", TargetRun.Run(target).Explanation, StringComparison.Ordinal);
        TargetRun.Ask(target, "break pci 00:1f.0");
        TargetStop nobody = TargetRun.Run(target);
        Assert.Contains("cpu0 read 0xffffffff from Vendor ID and Device ID (0x0, 4 bytes) of 00:1f.0, where no function answers, PC 0x", nobody.Explanation, StringComparison.Ordinal);
    }

    [RequiresTheory(Need.DebianGuests)]
    [InlineData(2, "data 0x[0-9a-f]+ to 0x8020040: .*gic-v2m Ok \\(0x8020040\\)$")]
    [InlineData(3, "data 0x[0-9a-f]+ to 0x8090040: .*its.* Ok \\(0x8090040\\)$")]
    public void Messages_of_a_disk_stop_with_their_way(int gic, string way)
    {
        using MachineTarget target = MachineTarget.Create(Guest(gic), static _ => { }, Limit);
        TargetRun.Ask(target, "break msi 00:01.0");
        TargetStop stop = TargetRun.Run(target);
        Assert.Equal(StopKind.Event, stop.Kind);
        Assert.True(Regex.IsMatch(stop.Explanation!, "^stopped by \"monitor break\": message of 00:01.0, " + way), stop.Explanation);
        TargetRun.Ask(target, "break msi 00:02.0");
        Assert.Equal(StopKind.PowerOff, TargetRun.Run(target).Kind);
    }

    [RequiresFact(Need.DebianGuests)]
    public void Stops_change_nothing()
    {
        using MachineTarget plain = MachineTarget.Create(Guest(3), static _ => { }, Enumerated);
        TargetRun.Run(plain);
        using MachineTarget stopped = MachineTarget.Create(Guest(3), static _ => { }, Enumerated);
        TargetRun.Ask(stopped, "break pci 00:01.0 4");
        int stops = 0;
        while (TargetRun.Run(stopped).Kind == StopKind.Event)
        {
            stops++;
        }

        Assert.InRange(stops, 5, 100);
        Assert.Equal(plain.State, stopped.State);
    }

    [Theory]
    [InlineData("break pci")]
    [InlineData("break pci 00:01")]
    [InlineData("break pci 00:01.0 bar")]
    [InlineData("break pci 00:01.0 0x1000")]
    [InlineData("break pci 00:01.0 4 8")]
    [InlineData("break pci 00:01.0 r w")]
    [InlineData("break msi 1")]
    [InlineData("break msi 00:01.0 w")]
    public void What_is_no_place_gets_the_usage(string line)
    {
        using MachineTarget target = MachineTarget.Create(new MachineConfiguration { MemoryBytes = 16 << 20 }, static _ => { }, Limit);
        Assert.StartsWith("usage: monitor break ", TargetRun.Ask(target, line), StringComparison.Ordinal);
    }

    private static MachineConfiguration Guest(int gic) => new()
    {
        GicVersion = gic,
        Kernel = FileOf(Repository.Guest("debian/vmlinuz")),
        Initrd = FileOf(Repository.Guest("debian/initramfs.cpio.gz")),
        Append = "console=ttyAMA0 nokaslr panic=-1",
        MemoryBytes = 512 << 20,
        PciDevices = [new PciDeviceRequest("virtio-blk-pci", [new("drive", "hd0")]) { Backend = new BlockBackend(new MemoryDisk(1 << 20, gic)) }],
    };

    private static BootFile FileOf(string path) => new(path, File.ReadAllBytes(path));
}
