using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// The scripts of scripts/scenarios, as a user runs them. Who is right: the report that each comes from, and what QEMU 7.2 shows of
/// the same guest (tests/Guests/situation1/printed-by-qemu-7.2.txt).
/// </summary>
public sealed class ScenarioTests
{
    [RequiresTheory(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    [InlineData("too-small", "0x93810004", "IPA 0x4010000000 needs 39 bits, VTCR_EL2.T0SZ=32 gives 32",
        "right: VTCR_EL2.T0SZ of at most 25, a starting level that goes with it, and a table entry to reach pcie-ecam+0x0 (level 1 index 256)",
        "set by: cpu0 EL2 pc 0x", " to VTCR_EL2, before 0x0, after ")]
    [InlineData("ecam-unmapped", "0x93810005", "the level 1 descriptor for IPA 0x4010000000 is invalid", "right: a valid stage 2 level 1 entry 256 at 0x",
        " to VTTBR_EL2, before 0x0, after ", "descriptor set by: not known; \"monitor watch 0x")]
    public async Task Script_of_situation_1_finds_both_defects(string form, string syndrome, string wrong, string right, string setBy, string setAlso)
    {
        string script = Repository.InTree("scripts/scenarios/situation1.gdb");
        Conversation gdb = await HostRun.UnderGdbAsync(Situation1.Arguments(form), "", $"source {script}");

        Says.InOrder(gdb.Errors, gdb.ToString(),
            "gdbhost: stopped by \"monitor break\"", "read of 4 bytes into w1 at IPA 0x4010000000",
            $"ESR_EL2 = 0x00000000{syndrome[2..]}", "ESR_EL2.EC = 0x24  exception class: data abort from a lower exception level",
            "instruction: 0xb9400001 at 0x", "stage 1 level 2: VA 0x", "block -> 0x4010000000 Device-nGnRnE",
            "device: pcie-ecam+0x0: PCIe configuration space of 00:00.0, register 0x0, function pcie",
            $"wrong: stage 2 translation fault at level", wrong, right, setBy, setAlso,
            "PCIe configuration space of 00:00.0, register 0x0",
            $"returned to the same PC, x0 changed to the value of ESR_EL2 ({syndrome})",
            $"VA: 0x00000000{syndrome[2..]}", "fault: stage 1 translation fault");
    }

    // Who is right: IHI 0069 (the DeviceID selects the interrupt translation table) and DEN 0029, GICv2m (the data is the SPI); the kernel's own tables.
    [RequiresTheory(Need.Gdb, Need.DebianGuests)]
    [InlineData(3, "00:01.0    0          0x8090040  0x0        8192       0", "device 0x10 (00:02.0): ITT at 0x", "Target gic-its: Ok, address 0x8090040, requester 00:02.0",
        "most urgent pending 8193", "Target gic-its: Ok, address 0x8090040, requester 00:01.0", "highest: the most urgent pending interrupt is 8192")]
    [InlineData(2, "00:01.0    0          0x8020040  0x50       80", "This machine has no ITS", "Target gic-v2m: Ok, address 0x8020040, requester 00:02.0",
        "most urgent pending 80;", "Target gic-v2m: Ok, address 0x8020040, requester 00:01.0", "There is no interrupt 8192")]
    public async Task Script_of_situation_4_sends_somebody_elses_message(int gic, params string[] said)
    {
        Conversation gdb = await HostRun.UnderGdbAsync(
            [
                "--machine", $"virt,gic={gic},el2=off", "--memory", "512M", "--kernel", Repository.Guest("debian/vmlinuz"),
                "--initrd", Repository.Guest("debian/initramfs.cpio.gz"), "--append", "console=ttyAMA0 panic=-1",
                "--device", "pcie-root-port,addr=1,chassis=1,id=victim", "--device", "pcie-root-port,addr=2,chassis=2,id=thief",
            ],
            "", $"source {Repository.InTree("scripts/scenarios/situation4-messages.gdb")}");

        Says.InOrder(gdb.Output, gdb.ToString(), said[0]);
        Says.InOrder(gdb.Errors, gdb.ToString(), said[1..]);
    }

    // Who is right: Xen's own set-up (its dom0 has VMID 1 and no mapping of the GIC), and Linux, whose vector for IRQ at EL1 is VBAR_EL1 + 0x280.
    [RequiresTheory(Need.Gdb, Need.DebianGuests, Need.DeviceTreeTools)]
    [InlineData(2, "GICv2", "at IPA 0x8000c04")]
    [InlineData(3, "GICv3", "at IPA 0x80b0c04")]
    public async Task Script_of_situation_4_follows_dom0_and_its_timer_through_Xen(int gic, string name, string poll)
    {
        string tree = Path.Combine(Directory.CreateTempSubdirectory("gdbhost-situation4").FullName, "xen.dtb");
        try
        {
            await XenGuest.MakeTreeAsync(tree, gic);
            Conversation gdb = await HostRun.UnderGdbAsync(
                [
                    "--machine", $"virt,gic={gic},el2=on", "--memory", "1G", "--kernel", Repository.Guest("xen/xen"), "--dtb", tree,
                    "--load", $"{XenGuest.Kernel}@0x{XenGuest.KernelAddress:x}", "--load", $"{XenGuest.Ramdisk}@0x{XenGuest.RamdiskAddress:x}",
                ],
                "",
                $"source {Repository.InTree("scripts/scenarios/situation4.gdb")}");

            Says.InOrder(gdb.Errors, gdb.ToString(),
                "gdbhost: stopped by \"monitor break\": cpu0 VMID 1 EL1->EL2", "at IPA 0x8", "wrong: stage 2 translation fault at level", "to reach gic-distributor+0x",
                "gdbhost: stopped by \"monitor break\": cpu0 interrupt 27, VMID 1 EL1->EL2", $"interrupt 27 (PPI) to cpu0, {name}", "ok      pending: level-sensitive, line high, pending",
                "first blocked link: PSTATE and routing: PSTATE.I masks it", "sysreg", poll,
                "list register 0: virtual interrupt 27, pending", "ok      virtual priority", "first blocked link: guest's PSTATE: the guest masks IRQs");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(tree)!, recursive: true);
        }
    }

    /// <summary>Who is right: DEN 0029 and IHI 0070 (a message is a write like any other), and the tables that the script writes.</summary>
    [RequiresFact(Need.Gdb)]
    public async Task Script_of_situation_3_finds_the_DMA_write_that_is_an_interrupt()
    {
        string script = Repository.InTree("scripts/scenarios/situation3.gdb");
        Conversation gdb = await HostRun.UnderGdbAsync(StoringGuest.Arguments("dma-exerciser,id=x,addr=1"), "", $"cd {Repository.InTree(".")}\nsource {script}");

        Says.InOrder(gdb.Errors, gdb.ToString(),
            "stopped by \"monitor break\": DMA write of 68 bytes by 00:01.0 pcie.x to 0x8020000: reached gic-v2m, doorbell: an interrupt may have come of it that is no MSI",
            "most urgent pending 80;", "interrupt   80 cpu0: enabled, pending",
            "00:01.0: 2 requests, 0 refused, 1 writes to a doorbell that are no messages",
            "DMA write of 64 bytes by 00:01.0 pcie.x to 0x801f000: reached ram, memory: pcie.x Ok (0x801f000), host bridge Ok (0x801f000), smmu Ok (0x4301f000), ram Ok",
            "00:01.0 pcie.x: stage 2, VMID 3, tables at 0x40600000",
            "0x8000000 to 0x801ffff -> 0x43000000 ram", "0x8020000 to 0x8020fff -> 0x8020000 gic-v2m (Doorbell)", "0x8021000 to 0x803ffff -> 0x43021000 ram",
            "overlap: 0x8020000 to 0x8020fff: gic-v2m, a doorbell: DMA writes there are interrupts and are lost", "(memory before and behind it)",
            "gic-v2m: messages go to PA 0x8020040, translated by the SMMU like any write", "00:01.0 pcie.x: at 0x8020040",
            "target: PA 0x8020040: gic-v2m, a doorbell: the write may be an interrupt");
    }

    /// <summary>Who is right: IHI 0070 (CMD_TLBI_NH_VA, CERROR_ILL, F_TRANSLATION), and the tables that the script writes.</summary>
    [RequiresFact(Need.Gdb)]
    public async Task Script_of_situation_5_finds_the_forgotten_invalidation_the_bad_command_and_the_lost_message()
    {
        string script = Repository.InTree("scripts/scenarios/situation5.gdb");
        Conversation gdb = await HostRun.UnderGdbAsync(StoringGuest.Arguments("dma-exerciser,id=x,addr=1"), "", $"cd {Repository.InTree(".")}\nsource {script}");

        Says.InOrder(gdb.Errors, gdb.ToString(),
            "#1 ", "smmu Ok (0x43000000)", "#2 ", "smmu Ok (0x43000000)",
            "the IOTLB holds VMID 3, ASID 1, IOVA 0x1000 -> 0x43000000", "memory now says 0x43001000: CMD_TLBI_NH_VA is missing",
            "stopped by \"monitor break\": SMMU: CERROR_ILL at [1], 0x40200010: opcode 0xfe is no command here",
            "CMD_TLBI_NH_VA VMID=3 ASID=1 address=0x1000: removed 0 structures, 1 translations", "nothing: all that the SMMU keeps is as memory has it",
            "#3 ", "smmu Ok (0x43001000)",
            "stopped by \"monitor break\": SMMU: 00:01.0 pcie.x: F_TRANSLATION SID=0x8 (00:01.0) InputAddr=0x2040 write stage 2, class Input IPA=0x8020040",
            "message of 00:01.0 pcie.x, data 0x50, to 0x2040: TranslationFault at smmu", "00:01.0 pcie.x: no address leads there: its messages are lost");
    }

    /// <summary>Who is right: PCI-to-PCI Bridge Architecture Specification 1.2 (a function's bus number is its bridge's), IHI 0070 (C_BAD_STE).</summary>
    [RequiresFact(Need.Gdb)]
    public async Task Script_of_situation_6_finds_StreamID_0_before_enumeration_and_after_the_number_is_lost()
    {
        string script = Repository.InTree("scripts/scenarios/situation6.gdb");
        Conversation gdb = await HostRun.UnderGdbAsync(
            StoringGuest.Arguments("pcie-root-port,id=rp,addr=1", "dma-exerciser,bus=rp,id=x"), "", $"cd {Repository.InTree(".")}\nsource {script}");

        Says.InOrder(gdb.Errors, gdb.ToString(),
            "pcie.rp on pcie.0, bus rp is number 00", "00:00.0 1234:0dae pcie.x on rp", "pcie.x: its requests have SID 0x0: secondary bus not assigned yet",
            "bus rp is number 01", "requester ID 01:00.0, 00:00.0 at reset, before buses are numbered", "SID 0x100 (01:00.0 pcie.x): bypass",
            "DMA write of 4 bytes by 01:00.0 pcie.x to 0x43000000: reached ram, memory",
            "stopped by \"monitor break\": SMMU: 00:00.0 pcie.x: C_BAD_STE SID=0x0 (00:00.0)",
            "DMA write of 8 bytes by 00:00.0 pcie.x to 0x43000000: TranslationFault at smmu: ", "smmu TranslationFault C_BAD_STE (0x43000000)",
            "pcie.x: its requests have SID 0x0: secondary bus not assigned yet", "STE of SID 0x0 at 0x40100000: V=0");
    }
    /// <summary>Who is right: PCI Express Base Specification (Slot Status), IHI 0070 (what is kept until a command names it), and the tables that the script writes.</summary>
    [RequiresFact(Need.Gdb)]
    public async Task Second_script_of_situation_6_finds_what_outlives_a_device_that_has_left()
    {
        string script = Repository.InTree("scripts/scenarios/situation6-removal.gdb");
        Conversation gdb = await HostRun.UnderGdbAsync(
            StoringGuest.Arguments("pcie-root-port,id=rp,addr=1", "dma-exerciser,bus=rp,id=x", "dma-exerciser,id=y,addr=2"), "", $"cd {Repository.InTree(".")}\nsource {script}");

        const string Nothing = "nothing: all streams that are translated or kept are of functions that are there";
        const string Gone = "00:02.0 pcie.y: 0x8000000000 to 0x800000ffff -> 0x8000000000 pcie-mmio-high: no function answers there: registers of a device that is gone";
        Says.InOrder(gdb.Errors, gdb.ToString(),
            "DMA write of 8 bytes by 01:00.0 pcie.x to 0x1000: reached ram", "DMA write of 8 bytes by 00:02.0 pcie.y to 0x8000008000: reached pcie-mmio-high",
            "bus rp is number 01", "slot occupied, power on", "BAR0 memory 0x8000000000, 0x10000 bytes", "pcie-mmio-high+0x0: BAR0+0x0 of 01:00.0 pcie.x", Nothing,
            "slot occupied, power on, power indicator on; events: attention button", "01:00.0 1234:0dae pcie.x on rp",
            "bus rp is number 01", "slot empty, power off, power indicator off; events: attention button, presence changed, command completed",
            "pcie-mmio-high+0x0: no function answers there: reads are all ones, writes are lost",
            "target: PA 0x8000008000: pcie-mmio-high, and no function answers there",
            "SID 0x100 (01:00.0): no function has this Requester ID; its STE is still valid (stage 1 and 2", "and the SMMU keeps it", "still mapped: 0x1000 to 0x1fff -> 0x43000000 ram",
            "the IOTLB holds VMID 3, ASID 1, IOVA 0x1000 -> 0x43000000", "no stream of a function has its VMID and ASID", Gone,
            "01:00.0 pcie.z: write to 0x1000", "target: PA 0x43000000: ram", "Iommu smmu: Ok, address 0x43000000, requester 01:00.0", Gone,
            "CMD_CFGI_STE SID=0x100: removed 2 structures", "CMD_TLBI_NH_ASID VMID=3 ASID=1: removed 0 structures, 1 translations", Nothing,
            "Iommu smmu: TranslationFault, address 0x1000, requester 01:00.0");
    }
}
