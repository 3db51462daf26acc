using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// System registers as stock gdb shows, takes and compares them. Document: DDI 0487 for fields and values; what the demo sets up is in
/// src/GdbStub/Demo/hypervisor_main.c and guest_tables.c. What gdb 13.1 can do with which type was tried out: it neither assigns to a
/// register of a flags type nor compiles a condition on one, hence a number and a decoded twin for each.
/// </summary>
public sealed class RegistersUnderGdbTests
{
    [RequiresFact(Need.Gdb)]
    public async Task Decoded_registers_name_their_fields_and_values()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            break handle_abort
            continue
            p $esr_el2
            p $hcr_el2
            p $vtcr_el2
            p $vttbr_el2
            p $sctlr_el1
            p $spsr_el2
            info registers el2
            info registers timer
            """);

        Says.InOrder(gdb,
            "$1 = [ ISS=25165829 IL=32_bits EC=data_abort_from_a_lower_exception_level ]",
            "VM=on", "RW=AArch64 ]",
            "$3 = [ T0SZ=24 SL0=1 IRGN0=Write-Back_Write-Allocate ORGN0=Write-Back_Write-Allocate SH0=Inner_Shareable TG0=4_KiB PS=40_bits_1_TiB ]",
            "$4 = [ VMID=1 ]", "$5 = [ M=on C I", "$6 = [ M=EL1h",
            "hcr_el2 ", "VM=on", "ESR_EL2        0x93800005", "esr_el2        0x93800005          [ ISS=25165829",
            "CNTVOFF_EL2", "cnthctl_el2 ", "[ EL1PCTEN=");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Numbers_are_computed_with_and_conditions_on_them_are_evaluated_by_the_target()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            set breakpoint condition-evaluation target
            p $HCR_EL2 & 0x80000000
            break handle_sync if $ESR_EL2 >> 26 == 0x24 && ($HCR_EL2 & 1)
            continue
            p $ESR_EL2 >> 26
            info breakpoints
            p $CurrentEL >> 2
            """);

        Says.InOrder(gdb, "$1 = 2147483648", "Breakpoint 1, handle_sync", "$2 = 36", "(target evals)", "already hit 1 time", "$3 = 2");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Write_has_the_effect_of_MSR()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync("""
            break guest_step
            continue
            p guest_counter
            set $saved = $HCR_EL2
            set $HCR_EL2 = $saved & ~1
            eval "monitor translate %#lx el1 r", &guest_counter
            set $HCR_EL2 = $saved
            p guest_counter
            set $CNTV_CTL_EL0 = 3
            p $cntv_ctl_el0
            """);

        // The guest's RAM is where stage 2 puts it: without stage 2 its tables are not where TTBR1_EL1 says.
        Says.InOrder(gdb, "$1 = 0", "$2 = 0", "$3 = [ ENABLE IMASK");
        Says.InOrder(gdb.Errors, gdb.ToString(), "fault");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Write_that_cannot_be_done_says_why()
    {
        foreach ((string command, string reason) in new[]
        {
            ("set $MIDR_EL1 = 1", "MIDR_EL1 is read-only"),
            ("set $SCR_EL3 = 1", "this core has no SCR_EL3"),
            ("set $HCR_EL2 = -1", "HCR_EL2 is 0x3ffffffff now; the other bits of 0xffffffffffffffff cannot be written"),
            ("set $cpsr = 0x3cd", "PSTATE.EL cannot be 3: this core has no EL3"),
            ("set $cpsr = 0x10", "this core has no AArch32"),
            ("set $hcr_el2 = 1", "Invalid cast."),
        })
        {
            Conversation gdb = await DemoGuest.UnderGdbAsync(command);
            Says.InOrder(gdb.Errors, gdb.ToString(), reason);
        }
    }
}
