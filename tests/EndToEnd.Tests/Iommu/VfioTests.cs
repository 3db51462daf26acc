using System.Linq;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Iommu;

/// <summary>
/// Devices driven from user space: vfio-pci, vfio_iommu_type1 and arm-smmu-v3 of a stock Debian kernel. Who is right: the program of
/// tests/Guests/vfio, which compares each byte and counts each interrupt; the kernel, whose log has each event; and QEMU 7.2, where the same
/// program says the same of the same device.
/// </summary>
public sealed class VfioTests
{
    private const string Exerciser = "dma-exerciser";

    // Of one run; the init makes two.
    private static readonly string[] Run =
    [
        "API 0, group viable", "page sizes 0x40201000", "usable 0x0 to 0x7ffffff", "usable 0x8100000 to ", "VFIO-BEGIN 0000:00:01.0 dma-exerciser",
        "read 32764 bytes at 0x4000804: the same", "write 32764 bytes at 0x4000f08: the same, nothing else",
        "kernel: event 0x13, StreamID 0x8, write at 0x6000000", "a write to what may be read alone: refused",
        "kernel: event 0x10, StreamID 0x8, write at 0x7000000", "kernel: event 0x10, StreamID 0x8, read at 0x7123000",
        "kernel: event 0x10, StreamID 0x8, write at 0x4000000", "a write to what was mapped: refused", "the same address leads to other memory",
        "MSI-X: 16 of 16 arrive", "MSI: 16 of 16 arrive", "INTx: arrives, again while it is asserted, then no more",
        "two devices, one address, memory of its own for each", "reset: done", "VFIO-END",
    ];

    /// <summary>Board, vCPUs, kernel command line, and the policy and kind of domain that the kernel says it has for it.</summary>
    public static TheoryData<string, int, string, string, string> Ways() => new()
    {
        { "gic=2,el2=off", 4, "UNSAFE=1", "policy: strict mode", "DMA" },
        { "gic=3,el2=off", 1, "", "policy: strict mode", "DMA" },
        { "gic=3,el2=on", 4, "iommu.strict=0", "policy: lazy mode", "DMA-FQ" },
        { "gic=2,el2=on", 1, "UNSAFE=1 iommu.passthrough=1", "type: Passthrough", "identity" },
    };

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [MemberData(nameof(Ways))]
    public async Task A_program_does_DMA_and_gets_interrupts_by_vfio_pci(string machine, int cpus, string kernel, string policy, string domain)
    {
        Ended guest = await HostRun.GuestAsync(VfioGuest.Options(machine, cpus, kernel, Exerciser, Exerciser));
        Says.InOrder(guest, [$"BOUND 0000:00:01.0 vfio-pci group {domain}\r", "BOUND 0000:00:02.0 vfio-pci", "RUN 1", .. Run, "RUN 2", .. Run, "FREE 0000:00:01.0", policy, "GUEST-DONE"]);
        Assert.DoesNotContain("FAILED", guest.Output);
        Assert.DoesNotContain("CMD_SYNC", guest.Output);
        Assert.Equal(8, guest.Output.Split("LOG arm-smmu-v3 9050000.smmuv3: event 0x").Length - 1);
        Assert.Equal(0, guest.Status);
    }

    /// <summary>GICv2m takes an SPI's number from anybody: the kernel wants to be told that the user knows.</summary>
    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task Behind_a_GICv2m_the_kernel_refuses_unless_it_is_told()
    {
        Ended guest = await HostRun.GuestAsync(VfioGuest.Options("gic=2,el2=off", 1, "", Exerciser));
        Says.InOrder(guest, "BOUND 0000:00:01.0 vfio-pci", "VFIO-FAILED VFIO_SET_IOMMU: Operation not permitted", "GUEST-DONE");
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests, Need.SystemEmulator)]
    public async Task The_edu_device_and_the_kernel_say_what_they_say_on_QEMU()
    {
        string[] words =
        [
            "-M", "virt,gic-version=3,iommu=smmuv3", "-cpu", "cortex-a53", "-m", "512", "-display", "none", "-monitor", "none", "-serial", "stdio", "-net", "none", "-no-reboot",
            "-kernel", Repository.Guest("debian/vmlinuz"), "-initrd", Repository.Built("vfio/vfio.cpio.gz"), "-append", VfioGuest.Append(""),
            "-device", "edu", "-device", "edu",
        ];
        (Ended qemu, Ended ours) = await SideBySide.RunAsync(words);
        Says.InOrder(qemu, "VFIO-BEGIN 0000:00:01.0 edu", "MSI: 1 of 1 arrive", "VFIO-END", "RUN 2", "VFIO-END", "GUEST-DONE");
        Assert.Equal(Told(qemu), Told(ours));
    }

    /// <summary>What the kernel has set up for the program, seen from outside.</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task Gdb_stops_at_the_refused_request_and_at_the_message_and_says_what_vfio_has_mapped()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(VfioGuest.Options("gic=3,el2=off", 1, "", Exerciser), "", """
            monitor dma log on
            monitor break smmu F_TRANSLATION
            continue
            monitor smmu eventq 1
            monitor smmu walk 8 0x4000000 w
            monitor dma explain 00:01.0 0x7000000 w
            monitor dma overlaps 00:01.0
            monitor break off
            monitor break msi 00:01.0
            continue
            monitor dma doorbells
            monitor msi explain 00:01.0 0
            """);
        Says.InOrder(
            gdb.Errors, gdb.ToString(),
            "stopped by \"monitor break\": SMMU: 00:01.0 pcie.dma-exerciser: F_TRANSLATION SID=0x8 (00:01.0) InputAddr=0x7000000 write stage 1, class Input",
            "1 events wait", "waits: F_TRANSLATION SID=0x8 (00:01.0) InputAddr=0x7000000 write",
            "stage 1 level 3: index 0 at PA 0x", "stage 1 gives 0x", "ram+0x",
            "level 2: index 56 at PA 0x", "= 0x0000000000000000: invalid", "SMMU: stage 1 F_TRANSLATION, the address is not mapped at level 2", "target: not reached",
            "  0x4000000 to 0x400", "0x600ffff -> 0x", "ram, privileged r-x, EL0 r-x", "no overlaps",
            "message of 00:01.0, data 0x0 to 0x8000040: pcie.dma-exerciser Ok (0x8000040), host bridge Ok (0x8000040), smmu Ok (0x8090040), gic-its Ok (0x8090040)",
            "gic-its: messages go to PA 0x8090040, translated by the SMMU like any write", "00:01.0 pcie.dma-exerciser: at 0x8000040",
            "ok      capability: MSI-X enabled", "ok      device table: DeviceID 0x8 (00:01.0)", "way: SMMU: SID 0x8: stage 1", "page -> 0x8090000", "ok      enabled: enabled");
    }

    // What the kernel's console adds, such as times, is not the program's.
    private static string[] Told(Ended guest) =>
        [.. guest.Output.Split('\n').Select(static l => l.TrimEnd('\r')).Where(static l => l.Length > 0 && !l.StartsWith('['))];
}
