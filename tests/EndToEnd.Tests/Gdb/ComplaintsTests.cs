using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Gdb;

/// <summary>
/// What users of other stubs complain about, tried with stock gdb on Linux and Xen; each test's remark is the complaint. Who is right: gdb, the kernel's own symbols,
/// and DDI 0487 where a register decides. Two complaints are answered elsewhere: SMMU faults that show as a CMD_SYNC timeout only
/// (tests/Machine.Tests/Smmu, monitor smmu), and watchpoints that do not see DMA (tests/Machine.Tests/Pcie/DmaWatchTests.cs).
/// </summary>
public sealed class ComplaintsTests : IDisposable
{
    private const int StuckOrLimit = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-test");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>
    /// "A breakpoint set for one exception level never hits at another, or hits in the wrong one." And in its own world only:
    /// <see cref="InferiorTests.Breakpoint_hits_only_in_the_world_of_its_inferior_unless_any_is_asked_for"/>.
    /// </summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task Breakpoint_set_at_EL2_hits_in_the_guest_at_EL1()
    {
        Conversation gdb = await HypervisorAsync("""
            p ($cpsr >> 2) & 3
            break start_kernel
            continue
            p ($cpsr >> 2) & 3
            info symbol $pc
            """);
        Says.InOrder(gdb, "$1 = 2", "in start_kernel ()", "$2 = 1", "start_kernel in section .text");
    }

    /// <summary>"Guest memory cannot be read while stopped in EL2, and the reverse."</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task Memory_of_the_guest_is_read_at_EL2_and_that_of_EL2_in_the_guest()
    {
        Conversation gdb = await HypervisorAsync("""
            set $vector = *(unsigned int *)el2_sync_vector
            break el2_sync_vector
            continue
            p/x *(unsigned int *)$ELR_EL2
            p *(unsigned int *)el2_sync_vector == $vector
            delete
            break *(unsigned long)$ELR_EL2
            continue
            p ($cpsr >> 2) & 3
            p *(unsigned int *)el2_sync_vector == $vector
            """);
        Says.InOrder(gdb, "Breakpoint 1, ", "$1 = 0xb9400001", "$2 = 1", "$3 = 1", "$4 = 1");
    }

    /// <summary>"Breakpoints set before the MMU is on are missed after", hardware ones by physical address too.</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Breakpoints_set_before_the_MMU_is_on_hold_by_virtual_and_by_physical_address()
    {
        Conversation gdb = await LinuxAsync("nokaslr", """
            hbreak *((unsigned long)__primary_switch - 0xffff800008000000 + 0x40200000)
            hbreak start_kernel
            continue
            p $SCTLR_EL1 & 1
            continue
            p $SCTLR_EL1 & 1
            """);
        Says.InOrder(gdb, "Breakpoint 1, ", "$1 = 0", "Breakpoint 2, ", "in start_kernel ()", "$2 = 1");
    }

    /// <summary>"Stepping lands in the timer interrupt, or hangs on WFI."</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Steps_stay_in_the_code_and_go_over_WFI()
    {
        // 0xd503207f is WFI; vectors has 2 KiB.
        Conversation gdb = await LinuxAsync("nokaslr", """
            break cpu_do_idle
            continue
            delete
            while *(unsigned int *)$pc != 0xd503207f
            stepi
            end
            set $wfi = (unsigned long)$pc
            stepi
            p (unsigned long)$pc - $wfi
            set $in_vectors = 0
            set $steps = 0
            while $steps < 300
            stepi
            set $steps = $steps + 1
            if (unsigned long)$pc - (unsigned long)&vectors < 0x800
            set $in_vectors = $in_vectors + 1
            end
            end
            p $in_vectors
            monitor step irq on
            stepi
            """);
        Says.InOrder(gdb, "$1 = 4", "$2 = 0");
        Assert.Contains("step: interrupts on", gdb.Errors, StringComparison.Ordinal);
    }

    /// <summary>"Remote 'g' packet reply is too long."</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task A_gdb_that_was_told_nothing_reads_all_registers()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(Debian("nokaslr"), "set architecture auto", """
            show architecture
            info registers pc
            p/x $MIDR_EL1
            p $v31.d.u[1]
            """);
        Says.InOrder(gdb, "(currently \"aarch64\")", "pc             0x40200000", "$1 = 0x410fd034", "$2 = 0");
        Assert.DoesNotContain("too long", gdb.Errors + gdb.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("runcated", gdb.Errors + gdb.Output, StringComparison.Ordinal);
    }

    /// <summary>"Silent loss of conditions": it holds, in the target, and when gdb must evaluate it.</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task A_condition_holds_in_the_target_and_on_the_host()
    {
        // A character in quotes is nothing that gdb compiles: such a condition is evaluated on the host.
        Conversation gdb = await LinuxAsync("nokaslr", """
            set breakpoint condition-evaluation target
            break kstrdup if *(unsigned char *)$x0 == 112
            continue
            p *(char *)$x0
            info breakpoints
            set breakpoint condition-evaluation host
            condition 1 *(char *)$x0 == 's'
            continue
            p *(char *)$x0
            """);
        Says.InOrder(gdb, "in kstrdup ()", "$1 = 112 'p'", "(target evals)", "in kstrdup ()", "$2 = 115 's'");
    }

    /// <summary>"Breakpoints dead under KASLR": scripts/gdb/kaslr.gdb finds the kernel; this one has an offset.</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Breakpoints_hit_in_a_kernel_that_KASLR_has_moved()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(Debian(""), "", $"""
            python import os; os.environ["SYMBOLS"] = "{DebianKernel.SymbolFile}"
            source {Repository.InTree("scripts/gdb/kaslr.gdb")}
            p $kaslr_offset != 0
            break start_kernel
            continue
            info symbol $pc
            """);
        Says.InOrder(gdb, "KASLR offset 0x", "$1 = 1", "in start_kernel ()", "start_kernel in section .text");
    }

    /// <summary>"A read that fails without saying why": gdb 13 shows no text for a read, so the monitor gives it; gdb 15 and later show that of the reply.</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task A_read_that_fails_is_explained_with_stage_and_level()
    {
        Conversation gdb = await LinuxAsync("nokaslr", """
            break start_kernel
            continue
            monitor translate 0xffff000000001000
            maintenance packet qSupported:error-message+
            maintenance packet mffff000000001000,4
            """);
        Says.InOrder(gdb.Errors, gdb.ToString(), "stage 1 translation fault at level ");
        Says.InOrder(gdb, "error-message+", "received: \"E.0xffff000000001000 does not translate: stage 1 translation fault at level ");
    }

    /// <summary>"Only the raw ESR for an unhandled trap."</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task A_trap_is_shown_with_its_class_its_fault_and_the_reason()
    {
        Conversation gdb = await HypervisorAsync("""
            break el2_sync_vector
            continue
            p $esr_el2
            monitor why
            """);
        Says.InOrder(gdb, "Breakpoint 1, ", "EC=data_abort_from_a_lower_exception_level");
        Says.InOrder(gdb.Errors, gdb.ToString(), "stage 2 translation fault at level 1: the level 1 descriptor for IPA 0x4010000000 is invalid");
    }

    /// <summary>"Stale TLB entries that make 'the PTE is correct, yet it faults'": the stack's page is unmapped behind the TLB's back.</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task A_TLB_entry_that_the_tables_no_longer_have_is_named()
    {
        Conversation gdb = await LinuxAsync("nokaslr", """
            break rest_init
            continue
            python
            import re
            walk = gdb.execute("monitor walk $sp", to_string=True)
            leaf = re.findall(r"level 3: .* descriptor at PA (0x\w+) = (0x\w+)", walk)[0]
            gdb.execute("monitor tlb stale")
            gdb.execute("monitor space physical")
            gdb.execute("set *(unsigned long *)%s = 0" % leaf[0])
            gdb.execute("monitor space current")
            page = int(gdb.parse_and_eval("(unsigned long)$sp")) & ~0xfff
            stale = gdb.execute("monitor tlb stale", to_string=True)
            print("named: %s" % ("0x%x" % page in stale))
            print("stale: %s" % stale.splitlines()[-1])
            end
            """);
        Says.InOrder(gdb, "in rest_init ()", "named: True", "stale: cpu0: ", " entries, 1 stale");
        Assert.Contains(" entries, 0 stale", gdb.Errors, StringComparison.Ordinal);
    }

    /// <summary>"Concatenated stage-2 tables walked wrongly by scripts": Xen's root is two tables of level 1, so the second begins at IPA 2^39.</summary>
    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.DeviceTreeTools)]
    public async Task Concatenated_tables_of_stage_2_are_walked_as_the_hardware_does()
    {
        string tree = Path.Combine(_folder.FullName, "xen.dtb");
        await XenGuest.MakeTreeAsync(tree);
        Conversation gdb = await HostRun.UnderGdbAsync(
            [
                "--machine", "virt,gic=2,el2=on", "--memory", "1G", "--kernel", Repository.Guest("xen/xen"), "--dtb", tree,
                "--load", $"{XenGuest.Kernel}@0x{XenGuest.KernelAddress:x}", "--load", $"{XenGuest.Ramdisk}@0x{XenGuest.RamdiskAddress:x}",
            ],
            "", """
            monitor break trap hvc
            continue
            python
            root = int(gdb.parse_and_eval("(unsigned long)$VTTBR_EL2")) & 0xfffffffff000
            first = gdb.execute("monitor ipa 0x50000000", to_string=True)
            second = gdb.execute("monitor ipa 0x8000000000", to_string=True)
            print("first: %s" % ("level 1: IPA 0x50000000, index 1, descriptor at PA 0x%010x" % (root + 8) in first and "PA: 0x" in first))
            print("second: %s" % ("level 1: IPA 0x8000000000, index 512, descriptor at PA 0x%010x" % (root + 0x1000) in second))
            end
            p ($VTCR_EL2 >> 6) & 3
            p 64 - ($VTCR_EL2 & 0x3f)
            """);
        Says.InOrder(gdb, "first: True", "second: True", "$1 = 1", "$2 = 40");
        Assert.Contains("3 levels with order-1 root", gdb.Serial, StringComparison.Ordinal);
    }

    /// <summary>"CI that hangs for hours without a post-mortem": a kernel that has panicked and waits for ever.</summary>
    [RequiresFact(Need.DebianGuests)]
    public async Task A_guest_that_hangs_ends_by_a_limit_with_all_that_one_asks()
    {
        // It panics after some 790 million instructions. What the host's clock would cut short ends the same way, but where is anybody's guess.
        Ended ended = await HostRun.CommandAsync(
        [
            "run", .. Debian("nokaslr panic=0 rdinit=/nothing"), "--smp", "2", "--gdb", "none", "--serial", "none", "--timeout", HostRun.HangSeconds,
            "--max-instructions", "850000000",
        ]);
        Assert.Equal(StuckOrLimit, ended.Status);
        Says.InOrder(ended.Errors, ended.Errors, "cpu0: EL1", ", pc 0xffff8", "ESR_EL2 0x5a000000", "cpu0: called from 0xffff8", "cpu1: EL1",
            "cpu1: called from 0xffff8", "the last exceptions to EL2 and EL3", "HVC", "--max-instructions");
    }

    private static string[] Debian(string more) =>
    [
        "--machine", "virt,gic=2,el2=on", "--memory", "1G", "--kernel", Repository.Guest("debian/vmlinuz"),
        "--initrd", Repository.Guest("debian/initramfs.cpio.gz"), "--append", $"console=ttyAMA0 {more}",
    ];

    private static Task<Conversation> LinuxAsync(string more, string script) =>
        HostRun.UnderGdbAsync(Debian(more), $"file {DebianKernel.SymbolFile}", script);

    /// <summary>A hypervisor of ours, and a Linux guest that is about to meet a hole in stage 2.</summary>
    private static Task<Conversation> HypervisorAsync(string script) => HostRun.UnderGdbAsync(
        Situation1.Arguments("ecam-unmapped"),
        $"file {Repository.Built("situation1/ecam-unmapped.elf")}\nadd-symbol-file {DebianKernel.SymbolFile}",
        script);
}
