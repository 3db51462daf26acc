using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.EndToEnd.Tests.Virtio;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Iommu;

/// <summary>
/// A virtio disk, an NVMe disk and Intel's network card at work in one Debian guest behind the SMMU, in every mode that the kernel's arm-smmu-v3
/// driver has. Who is right: the bytes of the images and of the page on the host, as the guest sums them; the kernel, which says its mode and prints every
/// event; Linux 6.1, drivers/iommu/dma-iommu.c, for what it sends to the command queue: strict mode invalidates each range that is unmapped, lazy mode
/// all of a domain now and then, passthrough nothing.
/// </summary>
public sealed class StockDriverTests : IDisposable
{
    private const int DiskBytes = 4 << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-smmu");

    /// <summary>Of board, level, vCPUs and mode each value meets each other one.</summary>
    public static TheoryData<string, int, Mode> Ways() => new()
    {
        { "gic=2,el2=off", 1, Mode.Strict },
        { "gic=3,el2=on", 4, Mode.Strict },
        { "gic=3,el2=off", 4, Mode.Lazy },
        { "gic=2,el2=on", 1, Mode.Lazy },
        { "gic=2,el2=off", 4, Mode.Passthrough },
        { "gic=3,el2=on", 1, Mode.Passthrough },
    };

    /// <summary>What the kernel does with the translations of devices.</summary>
    public enum Mode
    {
        Strict,
        Lazy,
        Passthrough,
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresTheory(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    [MemberData(nameof(Ways))]
    public async Task Disks_and_a_card_carry_data_in_every_mode_of_the_driver(string machine, int cpus, Mode mode)
    {
        string first = Image("virtio", 1);
        string second = Image("nvme", 2);
        string[] before = [Sum(first), Sum(second)];
        byte[] page = new byte[300_000];
        new Random(3).NextBytes(page);
        using PageServer server = new(page);

        ulong end = KernelSymbols.Read(Repository.Guest("debian/vmlinuz"))["kernel_power_off"];
        string kernel = mode switch { Mode.Strict => "iommu.strict=1", Mode.Lazy => "iommu.strict=0", _ => "iommu.passthrough=1" };
        Conversation gdb = await HostRun.UnderGdbAsync(
            [
                .. VirtioGuest.Options("debian", "all,spread,all,disk:nvme0n1,all,spread,all,dhcp,get,interrupts", $"{kernel} PORT={server.Port}", machine + ",iommu=smmuv3"),
                "--smp", $"{cpus}",
                "--drive", $"file={first},if=none,id=hd0,format=raw", "--device", "virtio-blk-pci,drive=hd0,iommu_platform=on",
                "--drive", $"file={second},if=none,id=hd1,format=raw", "--device", "nvme,drive=hd1,serial=a",
                "--netdev", "user,id=n0", "--device", "e1000e,netdev=n0",
            ],
            "",
            $"""
            hbreak *0x{end:x}
            continue
            monitor smmu
            monitor smmu streams
            monitor smmu cmdq 256
            monitor smmu stale
            """);
        string policy = mode switch { Mode.Strict => "policy: strict mode", Mode.Lazy => "policy: lazy mode", _ => "type: Passthrough" };
        string kind = machine.StartsWith("gic=2", StringComparison.Ordinal) ? "MSI 1" : "ITS-MSI 1";
        Says.InOrder(
            gdb.Serial, gdb.ToString(),
            policy, "arm-smmu-v3 9050000.smmuv3: ias 40-bit, oas 40-bit", "allocated 65536 entries for cmdq", "allocated 32768 entries for evtq",
            "0000:00:01.0: Adding to iommu group 0", before[0], "SPREAD-DONE", Sum(first), "DO disk:nvme0n1", before[1], "SPREAD-DONE", Sum(second),
            "LEASE 10.0.2.15", Convert.ToHexStringLower(SHA256.HashData(page)), kind, "virtio0-req.0", "nvme0q1", "eth0-rx-0", "GUEST-DONE");
        foreach (string bad in (string[])["DIFFERENT", "event 0x", "CMD_SYNC timeout", "I/O error", "Unit Hang"])
        {
            Assert.DoesNotContain(bad, gdb.Serial, StringComparison.Ordinal);
        }

        Says.InOrder(gdb.Errors, gdb.ToString(), "event queue: on, 32768 entries at 0x", "producer 0x0, consumer 0x0, 0 wait", "global errors: none");
        Assert.True(SaysItsMode(gdb.Errors, mode), gdb.ToString());
    }

    // Commands since the driver began, and which there are.
    private static bool SaysItsMode(string said, Mode mode)
    {
        Match queue = Regex.Match(said, "command queue: on, 65536 entries at 0x[0-9a-f]+, producer 0x([0-9a-f]+), consumer 0x([0-9a-f]+), 0 wait");
        uint commands = uint.Parse(queue.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        bool ofRanges = said.Contains("CMD_TLBI_NH_VA VMID=0", StringComparison.Ordinal);
        bool ofAll = Regex.IsMatch(said, @"CMD_TLBI_NH_ASID VMID=0 ASID=1: removed 0 structures, \d{2,} translations");
        bool isStale = !said.Contains("nothing: all that the SMMU keeps is as memory has it", StringComparison.Ordinal);
        bool bypasses = Regex.Count(said, @"\(00:0[123].0 pcie.*\): bypass; kept") == 3;
        return mode switch
        {
            Mode.Strict => commands > 5000 && ofRanges && !isStale && !bypasses,
            // Whether something is stale depends on when the host's answer came: the kernel empties its queue after 10 ms.
            Mode.Lazy => commands < 500 && !ofRanges && ofAll && !bypasses,
            _ => commands < 50 && !ofRanges && !ofAll && !isStale && bypasses,
        };
    }

    private string Image(string name, int seed)
    {
        byte[] content = new byte[DiskBytes];
        new Random(seed).NextBytes(content);
        string file = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(file, content);
        return file;
    }

    private static string Sum(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
