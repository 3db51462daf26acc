using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Stock gdb on the Debian kernel. Transcript: every expectation here was seen from the same script on qemu-system-aarch64 7.2
/// with gdb 13.1.
/// </summary>
public sealed class LinuxUnderGdbTests
{
    // Where the boot protocol puts the Image in the board's RAM, and where it is linked.
    private const string ToVirtual = "0xffff800008000000 - 0x40200000";

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Break_in_start_kernel_holds_though_it_is_set_before_the_MMU_is_on()
    {
        Conversation gdb = await DebianAsync("off", """
            info symbol $pc
            break start_kernel
            continue
            p $pc == (unsigned long)start_kernel
            p/x (unsigned long)$sp >> 48
            bt 2
            """);

        Says.InOrder(gdb, "No symbol matches $pc", "Breakpoint 1, 0x", "in start_kernel ()", "$1 = 1", "$2 = 0xffff", "#0 ", "in start_kernel ()",
            "in __primary_switched ()");
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Finish_and_watch_follow_a_function_of_the_kernel()
    {
        Conversation gdb = await DebianAsync("off", """
            break start_kernel
            continue
            tbreak strscpy
            continue
            watch -l *(char *)$x0
            continue
            info symbol $pc
            delete
            tbreak kstrdup
            continue
            finish
            p $x0 != 0
            """);

        Says.InOrder(gdb, "Breakpoint 1, 0x", "Temporary breakpoint 2, 0x", "in strscpy ()", "atchpoint 3: -location *(char *)$x0", "Old value = 0 '\\000'",
            "New value = ", "strscpy + ", "in kstrdup ()", "in kstrdup_const ()", "$1 = 1");
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Step_from_EL1_across_the_kernels_HVC_into_its_EL2_vector_and_back()
    {
        Conversation gdb = await DebianAsync("on", $$"""
            break __hyp_set_vectors
            continue
            while *(unsigned int *)$pc != 0xd4000002
            stepi
            end
            set $hvc = (unsigned long)$pc
            p ($cpsr >> 2) & 3
            stepi
            info symbol (unsigned long)$pc + {{ToVirtual}}
            p ($cpsr >> 2) & 3
            p (unsigned long)$ELR_EL2 - $hvc
            p (unsigned long)$ESR_EL2 >> 26
            while *(unsigned int *)$pc != 0xd69f03e0
            stepi
            end
            stepi
            p (unsigned long)$pc - $hvc
            p ($cpsr >> 2) & 3
            info symbol $pc
            """);

        Says.InOrder(gdb, "Breakpoint 1, 0x", "in __hyp_set_vectors ()", "$1 = 1", "__hyp_stub_vectors + 1024 in section .text", "$2 = 2", "$3 = 4",
            "$4 = 22", "$5 = 4", "$6 = 1", "__hyp_set_vectors + ");
    }

    private static async Task<Conversation> DebianAsync(string el2, string script)
    {
        return await HostRun.UnderGdbAsync(
            [
                "--machine", $"virt,gic=2,el2={el2}",
                "--memory", "1G",
                "--kernel", Repository.Guest("debian/vmlinuz"),
                "--initrd", Repository.Guest("debian/initramfs.cpio.gz"),
                "--append", "console=ttyAMA0 nokaslr panic=-1",
            ],
            $"file {DebianKernel.SymbolFile}",
            script);
    }
}
