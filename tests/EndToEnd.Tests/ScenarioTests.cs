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
        "right: VTCR_EL2.T0SZ of at most 25, a starting level that goes with it, and a table entry to reach pcie-ecam+0x0 (level 1 index 256)")]
    [InlineData("ecam-unmapped", "0x93810005", "the level 1 descriptor for IPA 0x4010000000 is invalid", "right: a valid stage 2 level 1 entry 256 at 0x")]
    public async Task Script_of_situation_1_finds_both_defects(string form, string syndrome, string wrong, string right)
    {
        string script = Repository.InTree("scripts/scenarios/situation1.gdb");
        Conversation gdb = await HostRun.UnderGdbAsync(Situation1.Arguments(form), "", $"source {script}");

        Says.InOrder(gdb.Errors, gdb.ToString(),
            "gdbhost: stopped by \"monitor break\"", "read of 4 bytes into w1 at IPA 0x4010000000",
            $"ESR_EL2 = 0x00000000{syndrome[2..]}", "ESR_EL2.EC = 0x24  exception class: data abort from a lower exception level",
            "instruction: 0xb9400001 at 0x", "stage 1 level 2: VA 0x", "block -> 0x4010000000 Device-nGnRnE",
            $"wrong: stage 2 translation fault at level", wrong, right,
            "PCIe configuration space of 00:00.0, register 0x0",
            $"returned to the same PC, x0 changed to the value of ESR_EL2 ({syndrome})",
            $"VA: 0x00000000{syndrome[2..]}", "fault: stage 1 translation fault");
    }
}
