using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// What stock gdb 13.1 finds out by itself about the program and a stop. Document: GDB manual, "$_siginfo", "Remote exec-file"; the demo's guest begins by a
/// read of its PCI configuration space, which its hypervisor emulates (src/GdbStub/Demo/guest_main.c).
/// </summary>
public sealed class StopDetailTests
{
    [RequiresFact(Need.Gdb)]
    public async Task Gdb_that_was_given_no_file_takes_the_guests_own()
    {
        Conversation gdb = await DemoAsync("""
            break hypervisor_main
            continue
            p $_siginfo.si_signo * 100 + $_siginfo.si_code
            p $_siginfo._sifields._sigfault.si_addr == &hypervisor_main
            add-symbol-file target:/guest.elf
            break guest_step
            continue
            bt
            """);

        Says.InOrder(gdb, "Reading /hypervisor.elf from remote target", "Breakpoint 1, hypervisor_main ()", "$1 = 501", "Breakpoint 2, guest_step (counter=0)", "guest_main ()");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Signal_information_has_the_address_of_the_abort_at_which_the_machine_has_stopped()
    {
        Conversation gdb = await DemoAsync("""
            monitor break stage2
            continue
            p $_siginfo.si_signo * 100 + $_siginfo.si_code
            p $_siginfo._sifields._sigfault.si_addr == (void *)$FAR_EL2
            p $FAR_EL2 != 0
            """);

        Says.InOrder(gdb, "el2_vectors ()", "$1 = 1101", "$2 = 1", "$3 = 1");
    }

    private static Task<Conversation> DemoAsync(string script)
    {
        string folder = Repository.InTree("src/GdbStub/Demo");
        return HostRun.UnderGdbAsync(
            ["--machine", "virt,gic=2,el2=on", "--memory", "256M", "--kernel", Path.Combine(folder, "hypervisor.elf"), "--load", Path.Combine(folder, "guest.elf")], "", script);
    }
}
