using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// Stock gdb on the demo: both exception levels in one session. Transcript: every expectation here was seen from the same script on
/// qemu-system-aarch64 7.2 with gdb 13.1.
/// </summary>
public sealed class DemoUnderGdbTests
{
    [RequiresFact(Need.Gdb)]
    public async Task Breakpoint_set_before_the_guests_MMU_is_on_holds_afterwards()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            break guest_main
            continue
            bt
            p $SCTLR_EL1 & 1
            """);

        Says.InOrder(gdb, "_start () at", "Breakpoint 1, guest_main () at guest_main.c", "#0  guest_main ()", "in guest_high ()", "$1 = 1");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Breakpoint_leaves_the_guests_memory_as_it_was()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            hbreak guest_main
            continue
            x/2wx guest_step
            break guest_step
            x/2wx guest_step
            continue
            p $pc == (unsigned long)guest_step
            """);

        Says.InOrder(gdb, "Breakpoint 1, guest_main", "<guest_step>:\t0x8b000400\t0x91000400", "<guest_step>:\t0x8b000400\t0x91000400", "$1 = 1");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Finish_from_an_emulated_configuration_access_shows_the_value_of_the_hypervisor()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            break pci_config_read32
            continue
            finish
            continue
            finish
            """);

        Says.InOrder(gdb, "Breakpoint 1, pci_config_read32 (bus=bus@entry=0, device=device@entry=0", "Value returned is $1 = 3728740873",
            "device=device@entry=1", "Value returned is $2 = 4294967295");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Watchpoint_on_the_guests_counter_stops_at_each_change()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            break guest_main
            continue
            watch guest_counter
            continue
            continue
            """);

        Says.InOrder(gdb, "watchpoint 2: guest_counter", "Old value = 0", "New value = 1", "Old value = 1", "New value = 4");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Step_over_HVC_lands_in_the_vector_of_EL2_and_the_return_behind_the_HVC()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            break guest_step
            continue
            tbreak hypervisor_call
            continue
            while *(unsigned int *)$pc != 0xd4000002
            stepi
            end
            set $hvc = (unsigned long)$pc
            stepi
            info symbol $pc
            p/x (unsigned long)$ELR_EL2 - $hvc
            p/x $ESR_EL2
            stepi
            tbreak handle_hvc
            continue
            bt 2
            p/x guest->x[0]
            finish
            tbreak return_to_guest
            continue
            while *(unsigned int *)$pc != 0xd69f03e0
            stepi
            end
            stepi
            p (unsigned long)$pc - $hvc
            info symbol $pc
            """);

        Says.InOrder(gdb, "Temporary breakpoint 2, hypervisor_call", "el2_vectors () at hypervisor_boot.S", "el2_vectors + 1024 in section .text",
            "$1 = 0x4", "$2 = 0x5a000000", "el2_sync_vector () at hypervisor_boot.S", "Temporary breakpoint 3, handle_hvc",
            "#1 ", "in handle_sync", "$3 = 0xc6000002", "handle_sync (", "Temporary breakpoint 4, return_to_guest",
            "hypervisor_call (call=", "$4 = 4", "hypervisor_call + 4 in section .text");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Break_in_the_abort_handler_of_EL2_shows_the_syndrome_of_the_access()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            break handle_abort
            continue
            p/x esr
            p/x $ESR_EL2
            p/x $FAR_EL2
            p/x $HPFAR_EL2
            p el2_abort_count
            """);

        // A word load to W0, translation fault at level 1 of stage 2; HPFAR_EL2 holds IPA[39:12] from bit 4 up.
        Says.InOrder(gdb, "Breakpoint 1, handle_abort", "$1 = 0x93800005", "$2 = 0x93800005", "$3 = 0xffff004010000000", "$4 = 0x40100000", "$5 = 0");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Guest_powers_off_after_the_rounds_gdb_asks_for()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            break guest_main
            continue
            set var guest_round_limit = 20
            continue
            """);

        Says.InOrder(gdb, "Breakpoint 1, guest_main", "exited normally");
        Says.InOrder(gdb.Serial, gdb.ToString(), "hypervisor: EL2, MMU on", "guest: EL1, MMU on, this line by the PL011", "guest: this line by HVC",
            "guest: PCI 00:00.0 0xde401209", "guest: PCI 00:01.0 0xffffffff nothing there", "guest: round 10, counter 0x7354",
            "guest: round 20, counter 0x67ea0dc8", "hypervisor: the guest powers off");
    }
}
