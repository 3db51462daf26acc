using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// A hypervisor of ours whose guest dies in its first access to the PCIe configuration space, in four forms
/// (tests/Guests/situation1). Transcript: tests/Guests/situation1/printed-by-qemu-7.2.txt.
/// </summary>
public sealed class Situation1Tests
{
    // The kernel asks for a reset after its panic (panic=-1).
    private const int ResetRefused = 4;

    [RequiresTheory(Need.DebianGuests, Need.BuiltGuests)]
    [InlineData("too-small", "0000000093810004")]
    [InlineData("ecam-unmapped", "0000000093810005")]
    public async Task Guest_of_the_defective_vector_dies_at_an_address_that_is_the_syndrome(string form, string address)
    {
        Ended guest = await HostRun.GuestAsync(Situation1.Arguments(form));

        Says.InOrder(guest, "hypervisor: IPA space", "ECAM not mapped", $"Unable to handle kernel paging request at virtual address {address}",
            "EC = 0x25: DABT (current EL)", "Internal error: Oops: 0000000096000004", "pc : pci_generic_config_read+0x", "Call trace:",
            "pci_bus_generic_read_dev_vendor_id+0x", "Kernel panic - not syncing: Attempted to kill init!");
        Assert.Equal(ResetRefused, guest.Status);
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task Guest_whose_registers_are_preserved_dies_where_the_hypervisor_reports()
    {
        Ended guest = await HostRun.GuestAsync(Situation1.Arguments("reported"));

        Says.InOrder(guest, "hypervisor: guest exception ESR_EL2=0x93810005", "FAR_EL2=0xffff800010000000 HPFAR_EL2=0x40100000",
            "hypervisor: stage 2 translation fault, IPA 0x4010000000, level 1, level 1 entry 256",
            "Internal error: synchronous external abort: 0000000096000010", "pc : pci_generic_config_read+0x");
        Assert.Equal(ResetRefused, guest.Status);
    }

    [RequiresFact(Need.DebianGuests, Need.BuiltGuests)]
    public async Task Guest_of_the_fixed_form_reaches_its_end()
    {
        Ended guest = await HostRun.GuestAsync(Situation1.Arguments("fixed"));

        Says.InOrder(guest, "ECAM mapped", "GUEST-UP", "PCI-END", "GUEST-DONE", "Power down");
        Assert.Equal(0, guest.Status);
    }

    [RequiresTheory(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    [InlineData("too-small", "0x93810004")]
    [InlineData("ecam-unmapped", "0x93810005")]
    public async Task Gdb_in_the_EL2_vector_sees_the_syndrome_go_into_the_guests_X0(string form, string syndrome)
    {
        Conversation gdb = await UnderGdbAsync(form, """
            break el2_sync_vector
            continue
            p/x (unsigned long)$ESR_EL2
            p/x (unsigned long)$HPFAR_EL2
            p/x (unsigned long)$FAR_EL2 - $x0
            info symbol (unsigned long)$ELR_EL2
            set $faulting = (unsigned long)$ELR_EL2
            stepi
            stepi
            p/x $x0
            p (unsigned long)$pc - $faulting
            """);

        Says.InOrder(gdb, "Breakpoint 1, el2_sync_vector", $"$1 = {syndrome}", "$2 = 0x40100000", "$3 = 0x0", "pci_generic_config_read + ",
            $"$4 = {syndrome}", "$5 = 0");
    }

    [RequiresTheory(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    [InlineData("too-small", "stage 2 translation fault at level 0: IPA 0x4010000000 needs 39 bits, VTCR_EL2.T0SZ=32 gives 32")]
    [InlineData("ecam-unmapped", "stage 2 translation fault at level 1: the level 1 descriptor for IPA 0x4010000000 is invalid")]
    [InlineData("reported", "stage 2 translation fault at level 1: the level 1 descriptor for IPA 0x4010000000 is invalid")]
    public async Task Monitor_names_stage_level_and_reason_of_the_guests_fault(string form, string reason)
    {
        Conversation gdb = await UnderGdbAsync(form, """
            break el2_sync_vector
            continue
            eval "monitor translate 0x%lx el1 r", (unsigned long)$FAR_EL2
            monitor el2
            """);

        // gdb prints what a monitor command answers on its stderr.
        Says.InOrder(gdb.Errors, gdb.ToString(), "VA: 0xffff800010000000", "IPA: 0x4010000000", $"fault: {reason}", "the board has there: pcie-ecam+0x0",
            "ESR_EL2 = ", "VTCR_EL2 = ");
    }

    [RequiresFact(Need.Gdb, Need.DebianGuests, Need.BuiltGuests)]
    public async Task Monitor_follows_the_access_of_the_fixed_form_to_the_configuration_space()
    {
        Conversation gdb = await UnderGdbAsync("fixed", """
            break pci_generic_config_read
            continue
            finish
            monitor translate 0xffff800010000000 el1 r
            """);

        Says.InOrder(gdb, "in pci_generic_config_read ()", "in pci_bus_read_config_dword ()");
        Says.InOrder(gdb.Errors, gdb.ToString(), "VA: 0xffff800010000000", "IPA: 0x4010000000", "PA: 0x4010000000", "answered by: pcie-ecam+0x0");
    }

    private static async Task<Conversation> UnderGdbAsync(string form, string script)
    {
        return await HostRun.UnderGdbAsync(
            Situation1.Arguments(form),
            $"file {Repository.Built($"situation1/{form}.elf")}\nadd-symbol-file {DebianKernel.SymbolFile}",
            script);
    }
}
