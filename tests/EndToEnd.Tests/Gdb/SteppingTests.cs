using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Gdb;

/// <summary>
/// Steps among four vCPUs, with stock gdb on Linux. Who is right: gdb's own "next", "finish" and "until", and the kernel's order: CPU 0 comes to
/// rest_init and its thread kernel_init starts the others. DEN 0022 (PSCI): a CPU is off until CPU_ON.
/// </summary>
public sealed class SteppingTests
{
    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Vcpu_that_is_off_says_so_and_does_not_hang()
    {
        Conversation gdb = await DebianAsync("""
            thread 2
            stepi
            set scheduler-locking on
            stepi
            p $_thread
            thread 1
            stepi
            p $pc != $there
            """);
        Assert.Equal(2, gdb.ToString().Split("gdbhost: cpu1 does not step: it is off (PSCI), and another vCPU has to switch it on (CPU_ON)").Length - 1);
        Says.InOrder(gdb, "$1 = 2", "[Switching to thread 1", "$2 = 1");
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests)]
    public async Task Next_finish_until_and_steps_follow_one_vCPU_while_the_others_run()
    {
        Conversation gdb = await DebianAsync("""
            break rest_init
            continue
            set scheduler-locking step
            next
            break kernel_init_freeable
            continue
            finish
            info threads
            delete
            break schedule
            continue
            delete
            set scheduler-locking off
            set $one = $_thread
            finish
            until
            nexti
            stepi
            p $_thread == $one
            thread 3
            set scheduler-locking on
            stepi
            stepi
            p $_thread
            """);
        Says.InOrder(gdb, "hit Breakpoint 1, ", "in rest_init ()", "Single stepping until exit from function rest_init", "in rcu_scheduler_starting ()",
            "in kernel_init_freeable ()", "in kernel_init ()", "\"cpu1\" (EL1", "\"cpu2\" (EL1", "\"cpu3\" (EL1", "in schedule ()", "$1 = 1", "$2 = 3");
    }

    private static Task<Conversation> DebianAsync(string script) => HostRun.UnderGdbAsync(
        [
            "--machine", "virt,gic=3,el2=off", "--smp", "4", "--memory", "1G", "--kernel", Repository.Guest("debian/vmlinuz"),
            "--initrd", Repository.Guest("debian/initramfs.cpio.gz"), "--append", "console=ttyAMA0 nokaslr panic=-1",
        ],
        $"file {DebianKernel.SymbolFile}",
        "set $there = (unsigned long)$pc\n" + script);
}
