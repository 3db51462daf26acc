using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Gdb;

/// <summary>
/// The hypervisor and its guests as inferiors of stock gdb ("monitor worlds"). Who is right: gdb, by what it stops at and reads; the sources of
/// the hypervisor (tests/Guests/situation1) and the symbols of the kernels; DDI 0487 for VMIDs (VTTBR_EL2).
/// </summary>
public sealed class InferiorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-test");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task Hypervisor_and_Linux_guest_have_symbols_memory_and_breakpoints_of_their_own()
    {
        Conversation gdb = await HostRun.UnderGdbAsync(Situation1.Arguments("ecam-unmapped"), $"file {Repository.Built("situation1/ecam-unmapped.elf")}", $"""
            monitor worlds on
            break el2_sync_vector
            continue
            info inferiors
            monitor worlds
            info threads
            inferior 2
            file {DebianKernel.SymbolFile}
            bt 2
            p $pc == (unsigned long)pci_generic_config_read + 0x40
            p/x *(unsigned int *)$pc
            set $faulting = (unsigned long)$pc
            inferior 1
            info symbol $pc
            {Failing("p *(unsigned int *)$faulting")}
            """);

        Says.InOrder(gdb, "Breakpoint 1, el2_sync_vector", "* 1    process 1", "[New inferior 2]",
            "Thread 1.1 \"EL2, cpu0\" (EL2)", "Thread 3.1 \"VMID 1, cpu0\" (left for EL2)", "#0  0x", " in pci_generic_config_read ()", "$1 = 1", "$2 = 0xb9400001",
            "el2_sync_vector in section", "Cannot access memory at address");
        Assert.Contains("process 3: VMID 1, on cpu0", gdb.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("inferior 2", gdb.Output[..gdb.Output.IndexOf("* 1    process 1", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task Breakpoint_hits_only_in_the_world_of_its_inferior_unless_any_is_asked_for()
    {
        // The guest's faulting load is at this address; as the hypervisor's own it is never reached.
        const string AtTheSameAddress = """
            monitor worlds on
            break el2_sync_vector
            continue
            set $there = (unsigned long)$ELR_EL2
            delete
            monitor worlds
            info threads
            inferior 1
            break *$there
            inferior 2
            """;
        Conversation own = await HostRun.UnderGdbAsync(
            Situation1.Arguments("ecam-unmapped"), $"file {Repository.Built("situation1/ecam-unmapped.elf")}", AtTheSameAddress + """

            break *$there
            continue
            p ($cpsr >> 2) & 3
            p $_inferior
            info breakpoints
            """);
        Says.InOrder(own, "Thread 2.1 \"VMID 1, cpu0\" hit Breakpoint 3", "$1 = 1", "$2 = 2", "inf 1", "inf 2", "breakpoint already hit 1 time");

        Conversation any = await HostRun.UnderGdbAsync(
            Situation1.Arguments("ecam-unmapped"), $"file {Repository.Built("situation1/ecam-unmapped.elf")}", AtTheSameAddress + """

            monitor worlds any
            continue
            p ($cpsr >> 2) & 3
            """);
        Says.InOrder(any, "SIGTRAP", "$1 = 1");
        Assert.Contains("gdbhost: the breakpoint of EL2 at 0xffff800008674bd0 is hit in VMID 1", any.Errors, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task Step_of_a_guests_thread_over_a_trap_stays_in_the_guest()
    {
        // The load traps to EL2, which repeats it with ESR_EL2 in X0 and so makes it fault in the guest: the next thing of the guest's is its vector.
        Conversation gdb = await HostRun.UnderGdbAsync(Situation1.Arguments("ecam-unmapped"), $"file {Repository.Built("situation1/ecam-unmapped.elf")}", """
            monitor worlds on
            monitor worlds add 1
            info threads
            inferior 2
            break *0xffff800008674bd0
            continue
            p ($cpsr >> 2) & 3
            stepi
            p $_inferior
            p ($cpsr >> 2) & 3
            p/x $x0
            set $x2 = 0x1234
            p/x $x2
            inferior 1
            set $x3 = 1
            """);

        Says.InOrder(gdb, "has not run yet", "hit Breakpoint 1", "$1 = 1", "$2 = 2", "$3 = 1", "$4 = 0x93810005", "$5 = 0x1234", "[Switching to inferior 1");
        Assert.Contains("cpu0 is not in EL2 now but in VMID 1: its registers can be read, not written", gdb.Errors, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Gdb)]
    public async Task Watchpoint_hits_in_the_world_of_its_inferior_with_both_values()
    {
        string hypervisor = Repository.InTree("src/GdbStub/Demo/hypervisor.elf");
        string guest = Repository.InTree("src/GdbStub/Demo/guest.elf");
        Conversation gdb = await HostRun.UnderGdbAsync(
            ["--machine", "virt,gic=2,el2=on", "--memory", "256M", "--kernel", hypervisor, "--load", guest], $"file {hypervisor}", $"""
            monitor worlds on
            break handle_abort
            continue
            monitor worlds
            info threads
            inferior 2
            file {guest}
            watch guest_counter
            inferior 1
            delete 1
            continue
            p $_inferior
            p ($cpsr >> 2) & 3
            p guest_counter
            continue
            p guest_counter
            set $there = (unsigned long)&guest_counter
            delete
            inferior 1
            awatch *(unsigned long *)$there
            tbreak handle_hvc
            continue
            """);
        Says.InOrder(gdb, "handle_abort", "[Switching to inferior 2", "atchpoint 2: guest_counter", "hit Hardware watchpoint 2: guest_counter",
            "Old value = ", "New value = ", "$1 = 2", "$2 = 1", "$3 = ", "hit Hardware watchpoint 2: guest_counter", "Old value = ", "New value = ", "$4 = ",
            "atchpoint 3: *(unsigned long *)$there", "hit Temporary breakpoint 4, handle_hvc");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Reason_of_a_failed_read_is_told_on_request_in_the_words_of_the_world()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync($"""
            monitor error
            {Failing("x/gx 0x34560000000000")}
            monitor error
            monitor worlds on
            break handle_abort
            continue
            monitor worlds
            info threads
            inferior 2
            {Failing("x/gx 0xffff000090000000")}
            monitor error
            {Failing("set *(int *)0xffff000090000000 = 1")}
            monitor error
            """);
        Assert.Contains("Cannot access memory at address 0x34560000000000", gdb.Output, StringComparison.Ordinal);
        Assert.Contains("Cannot access memory at address 0xffff000090000000", gdb.Output, StringComparison.Ordinal);
        Says.InOrder(gdb.Errors, gdb.ToString(), "error: no read or write of memory has failed", "error: ", "0x34560000000000",
            "error: 0xffff000090000000 does not translate: ");
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.DeviceTreeTools)]
    public async Task Xen_and_dom0_are_two_inferiors_on_two_vCPUs()
    {
        string tree = Path.Combine(_folder.FullName, "xen.dtb");
        await XenGuest.MakeTreeAsync(tree);
        string[] withoutOffset = ["-t", "s", tree, $"/chosen/module@{XenGuest.KernelAddress:x}", "bootargs", "console=hvc0 nokaslr"];
        Assert.Equal(0, (await ChildProcess.RunAsync("fdtput", withoutOffset)).Status);
        Conversation gdb = await HostRun.UnderGdbAsync(
            [
                "--machine", "virt,gic=2,el2=on", "--memory", "1G", "--kernel", Repository.Guest("xen/xen"), "--dtb", tree,
                "--load", $"{XenGuest.Kernel}@0x{XenGuest.KernelAddress:x}", "--load", $"{XenGuest.Ramdisk}@0x{XenGuest.RamdiskAddress:x}",
            ],
            "", $$"""
            monitor worlds on
            monitor worlds add 1
            info threads
            inferior 2
            file {{DebianKernel.SymbolFile}}
            break start_kernel
            continue
            bt 1
            p/x *(unsigned int *)start_kernel
            set $code = *(unsigned int *)start_kernel
            inferior 1
            break *((unsigned long)$VBAR_EL2 + 0x400)
            continue
            monitor worlds
            p ($cpsr >> 2) & 3
            p $_inferior
            inferior 2
            info symbol $pc
            p *(unsigned int *)start_kernel == $code
            detach
            inferior 1
            detach
            """);

        Says.InOrder(gdb, "Thread 2.1 \"VMID 1, cpu0\" hit Breakpoint 1, 0x", "in start_kernel ()", "#0  0x", "in start_kernel ()", "[Switching to inferior 1",
            "Thread 1.1 \"EL2, cpu0\" hit Breakpoint 2", "= 2", "= 1", "[Switching to inferior 2", "in section .text", "= 1",
            "[Inferior 2 (process 3) detached]", "[Inferior 1 (process 1) detached]");
    }

    /// <summary>A command that gdb is to refuse, whose refusal it prints.</summary>
    private static string Failing(string command) =>
        $"python\ntry:\n    gdb.execute(\"{command}\")\nexcept gdb.error as e:\n    print(e)\nend";
}
