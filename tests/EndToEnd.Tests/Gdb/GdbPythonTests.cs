using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Gdb;

/// <summary>
/// scripts/gdb/gdbhost.py in stock gdb. Who is right: the demo's own tables (src/GdbStub/Demo: the guest's RAM is at IPA 0x80000000 and PA
/// 0x44000000), DDI 0487 (VMSAv8-64 descriptor formats) and IHI 0070 (Stream Table Entry, Context Descriptor).
/// </summary>
public sealed class GdbPythonTests
{
    private static string Source => $"source {Repository.InTree("scripts/gdb/gdbhost.py")}\n";

    [RequiresFact(Need.Gdb)]
    public async Task Addresses_are_gdbs_expressions_and_answers_can_be_calculated_with()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync(Source + """
            break pci_config_read32
            continue
            p $ipa(pci_config_read32) - $pa(pci_config_read32) == 0x3c000000
            hv walk pci_config_read32
            p $hv_status
            hv translate 0xffff004010000000 el1 r
            p $hv_status
            p $reach(0x09000018)
            p $ecam(0x4010008010)
            """);

        Says.InOrder(gdb, "Breakpoint 1, pci_config_read32", "$1 = 1", "stage 1 level 3: VA 0xffff0000", "PA: 0x0044", "$2 = \"ok\"",
            "fault: stage 2 translation fault at level 1", "$3 = \"failed\"", "$4 = \"uart+0x18: register UARTFR\"", "$5 = \"00:01.0 register 0x10 ");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Address_of_a_guest_is_followed_while_EL2_is_at_work()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync(Source + """
            tbreak handle_abort
            continue
            hv translate pci_config_read32
            hv translate pci_config_read32 vmid 1 x
            hv translate pci_config_read32 vmid 1 s1 x
            hv translate 0x80001000 vmid 1 s2 x
            hv translate 0x80001000 el2 s2
            hv translate pci_config_read32 vmid 2
            hv translate pci_config_read32 cpu 1
            """);

        Says.InOrder(gdb, "handle_abort", "regime: EL2", "fault: ", "regime: EL1&0, VMID 1", "PA: 0x0044", "VA: 0xffff00008000", "IPA: 0x008000", "attributes: Normal Write-Back",
            "IPA: 0x0000000080001000", "PA: 0x0044001000", "answered by: ram", "stage 2 translates for EL1 and EL0 only", "no vCPU is in VMID 2", "usage: monitor translate ADDR");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Address_that_leads_nowhere_is_an_error_of_the_script_with_the_reason()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync(Source + """
            break pci_config_read32
            continue
            p $pa(0xffff004010000000)
            p $ecam(0x09000000)
            """);

        Says.InOrder(gdb.Errors, gdb.ToString(), "fault: stage 2 translation fault at level 1: the level 1 descriptor for IPA 0x4010000000 is invalid");
    }

    [RequiresFact(Need.Gdb)]
    public async Task Commands_and_their_words_are_completed()
    {
        Conversation gdb = await DemoGuest.UnderGdbAsync(Source + """
            complete hv wa
            complete hv s2 c
            complete hv traps exp
            """);

        Says.InOrder(gdb, "hv walk", "hv s2 check", "hv traps export");
    }

    [RequiresFact(Need.Gdb, Need.CrossCompiler)]
    public async Task Descriptors_of_translation_tables_and_of_the_SMMU_are_printed_in_words()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-python");
        try
        {
            string program = Path.Combine(folder.FullName, "types.o");
            await File.WriteAllTextAsync(Path.ChangeExtension(program, ".c"), """
                typedef struct { unsigned long pte; } pte_t;
                typedef union { unsigned long bits; } lpae_t;
                struct arm_smmu_ste { unsigned long data[8]; };
                struct arm_smmu_cd { unsigned long data[8]; };
                pte_t page = { 0x0078000040001f43 };
                lpae_t none = { 0x1000 };
                struct arm_smmu_ste ste = { { 0x280000004a00000f, 2, 0x0000005900000007, 0x40203000 } };
                struct arm_smmu_cd cd = { { 0x00050200c0000010, 0x41000000, 0, 0xff } };
                """);
            Ended made = await ChildProcess.RunAsync("aarch64-linux-gnu-gcc", "-g", "-c", "-o", program, Path.ChangeExtension(program, ".c"));
            Assert.True(made.Status == 0, made.ToString());
            Ended gdb = await ChildProcess.RunAsync("gdb-multiarch", "-nx", "-q", "-batch", "-ex", Source.Trim(), "-ex", "p page", "-ex", "p none",
                "-ex", "p ste", "-ex", "p cd", program);

            Says.InOrder(gdb,
                "$1 = 0x0078000040001f43 table or page -> 0x40001000, AttrIndx 0, EL0 rw, inner shareable, DBM, contiguous, PXN, UXN, AF, nG",
                "$2 = 0x0000000000001000 invalid",
                "$3 = STE stage 1 and 2, S1ContextPtr 0x4a000000, S1Fmt 0, S1CDMax 5, S1DSS 2, S2VMID 7, S2T0SZ 25, S2SL0 1, S2TG 0, S2TTB 0x40203000",
                "$4 = CD ASID 5, T0SZ 16, TG0 0, EPD0 0, EPD1 1, TTB0 0x41000000, TTB1 0x0, MAIR 0x00000000000000ff");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
