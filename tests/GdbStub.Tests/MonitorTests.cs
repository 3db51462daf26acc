using System;
using System.Linq;
using System.Text.Json;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Monitor.Fields;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tests.Fakes;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>Who is right: DDI 0487 for register fields and fault codes; the wording is our own.</summary>
public class MonitorTests
{
    private static readonly WalkStep Level0 =
        new(1, false, 0, 0xffff_8000_1000_0000, 0x4100_0000, 256, 0x4100_1003, "table", 0x4100_1000, "");

    private readonly FakeTarget _target = new();

    [Fact]
    public void Help_lists_every_command() => Assert.Equal(MonitorTable.Offered(new MonitorRequest(_target, 0)).Select(static row => row.Name).Count(), Ask("help").Length);

    [Fact]
    public void Help_with_a_name_explains_that_command_with_examples()
    {
        string[] lines = Ask("help xp");
        Assert.StartsWith("monitor xp /[COUNT]", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("for example: monitor xp/8xw 0x40000000  ", Assert.Single(lines[1..]), StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_line_is_help() => Assert.Equal(Ask("help"), Ask("  "));

    [Fact]
    public void Beginning_of_one_name_is_enough() => Assert.Equal(Ask("map"), Ask("MA"));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("help nonsense")]
    [InlineData("sysreg")]
    [InlineData("sysreg NOTHING_EL2")]
    [InlineData("translate")]
    [InlineData("translate xyz")]
    [InlineData("translate 0x10 el7")]
    [InlineData("translate 0x10 r w q")]
    [InlineData("translate 0x10 cpu")]
    [InlineData("translate 0x10 cpu 99")]
    [InlineData("translate 0x10 vmid 256")]
    [InlineData("translate 0x10 vmid 3")]
    [InlineData("walk 0x11111111111111111")]
    [InlineData("snapshot")]
    [InlineData("snapshot keep FILE")]
    [InlineData("snapshot save")]
    [InlineData("device_add")]
    [InlineData("device_del")]
    [InlineData("pcie_aer_inject_error e")]
    [InlineData("pcie_aer_inject_error e UNSUP 1 2 3 4 5")]
    [InlineData("pcie_aer_inject_error e UNSUP 0x100000000")]
    [InlineData("pci_dma")]
    [InlineData("pci_dma e read 0x40000000")]
    [InlineData("pci_dma e read 0x40000000 0")]
    [InlineData("pci_dma e read 0x40000000 257")]
    [InlineData("pci_dma e copy 0x40000000 4")]
    [InlineData("pci_dma e write 0x40000000 4 0x10000")]
    [InlineData("smmu walk 8 high")]
    [InlineData("smmu ste 00:20.0")]
    [InlineData("dma")]
    [InlineData("dma explain 00:01.8 0x40000000 w")]
    [InlineData("dma explain 00:01.0 0x40000000")]
    [InlineData("dma explain 00:01.0 0x40000000 x")]
    public void Question_that_cannot_be_answered_gets_one_line(string line) => Assert.Single(Ask(line));

    [Theory]
    [InlineData("device_add edu,bus=rp,id=e", "add edu,bus=rp,id=e")]
    [InlineData("device_del e", "remove e")]
    [InlineData("pcie_aer_inject_error e UNSUP 1 0x20", "inject e UNSUP 1 32")]
    [InlineData("pci_dma e read 0x40000000 4", "send e read 40000000 00000000 ")]
    [InlineData("pci_dma e write 0x40000000 0x1122334455", "send e write 40000000 5544332211000000 ")]
    [InlineData("pci_dma e message 0x8020040 80 0x0300", "send e message 8020040 50000000 300")]
    [InlineData("smmu", "smmu   False")]
    [InlineData("smmu streams", "smmu streams  False")]
    [InlineData("smmu cd 01:1f.7 3", "smmu cd 511 3 False")]
    [InlineData("smmu walk 8 0x1000 w", "smmu walk 8 4096 True")]
    [InlineData("dma explain 00:01.0 0x1000 write", "dma 8 4096 True")]
    public void A_command_about_PCI_devices_is_passed_on(string line, string request)
    {
        Ask(line);
        Assert.Equal([request], _target.PciRequests);
    }

    [Fact]
    public void What_goes_wrong_with_a_PCI_device_is_one_line()
    {
        _target.PciProblem = "Device 'e' not found";
        Assert.Equal(["Error: Device 'e' not found"], Ask("device_del e"));
        Assert.Equal(["00:00.0 1b36:0008"], Ask("pci"));
    }

    [Fact]
    public void Snapshot_says_what_was_saved_and_what_gdb_does_not_know()
    {
        const string State = "12 instructions, 34 ns, state 00112233445566778899aabbccddeeff";
        Assert.Equal([State], Ask("state"));
        Assert.Equal(["Saved in my file:", State], Ask("snapshot save my file"));
        string[] loaded = Ask("snapshot load my file");
        Assert.Equal(["Loaded from my file:", State], loaded[..2]);
        Assert.Contains("maintenance flush register-cache", loaded[2], StringComparison.Ordinal);
        _target.SnapshotProblem = "my file: it is damaged";
        Assert.Equal(["Not loaded, and nothing has changed. my file: it is damaged"], Ask("snapshot load my file"));
    }

    [Fact]
    public void Syndrome_of_the_ECAM_report_is_decoded()
    {
        _target.SetRegister("ESR_EL2", 0x9381_0004);
        string[] lines = Ask("sysreg esr_el2");
        Assert.Equal("ESR_EL2 = 0x0000000093810004", lines[0]);
        Assert.Contains("ESR_EL2.EC = 0x24  exception class: data abort from a lower exception level", lines);
        Assert.Contains("ESR_EL2.SAS = 2  access size: word", lines);
        Assert.Contains("ESR_EL2.SRT = 1  number of the transfer register", lines);
        Assert.Contains("ESR_EL2.WnR = 0  access: read", lines);
        Assert.Contains("ESR_EL2.DFSC = 4  translation fault, level 0", lines);
    }

    [Theory]
    [InlineData(0x00, "address size fault, level 0")]
    [InlineData(0x07, "translation fault, level 3")]
    [InlineData(0x09, "access flag fault, level 1")]
    [InlineData(0x0e, "permission fault, level 2")]
    [InlineData(0x10, "synchronous external abort")]
    [InlineData(0x15, "synchronous external abort on a table walk, level 1")]
    [InlineData(0x21, "alignment fault")]
    [InlineData(0x30, "TLB conflict abort")]
    [InlineData(0x3f, "reserved status code")]
    public void Status_code_reads_as_in_the_manual(int code, string words) => Assert.Equal(words, Syndrome.StatusCode(code));

    [Fact]
    public void El2_leaves_out_clear_flags_and_sysreg_does_not()
    {
        _target.SetRegister("HCR_EL2", 0x8000_0001);
        string[] el2 = Ask("el2");
        Assert.Contains("HCR_EL2.VM = 1  stage 2 translation of EL1&0: on", el2);
        Assert.Contains("HCR_EL2.RW = 1  execution state of EL1: AArch64", el2);
        Assert.DoesNotContain(el2, l => l.StartsWith("HCR_EL2.TGE", StringComparison.Ordinal));
        Assert.Contains(Ask("sysreg HCR_EL2"), l => l.StartsWith("HCR_EL2.TGE = 0", StringComparison.Ordinal));
        Assert.DoesNotContain(el2, l => l.StartsWith("MIDR_EL1", StringComparison.Ordinal));
        Assert.Equal("--- the exception ---", el2[0]);
        Assert.StartsWith("ESR_EL2 = ", el2[1], StringComparison.Ordinal);
        Assert.Equal(["--- the exception ---", "--- what goes to EL2 ---", "--- translation ---"], el2.Where(static l => l.StartsWith("---", StringComparison.Ordinal)));
    }

    [Fact]
    public void Part_of_a_name_lists_names() => Assert.Equal(["ESR_EL2", "HCR_EL2", "VTCR_EL2"], Ask("sysreg el2"));

    [Fact]
    public void Register_that_cannot_be_read_says_so() => Assert.Equal(["SECRET_EL3 cannot be read"], Ask("sysreg SECRET_EL3"));

    [Fact]
    public void Fields_of_each_register_do_not_overlap()
    {
        foreach (FieldTable table in HypervisorControl.Tables.Concat(TranslationControl.Tables).Concat(Syndrome.Tables))
        {
            ulong seen = 0;
            foreach (Field field in table.Fields)
            {
                ulong mask = (ulong.MaxValue >> (63 - (field.High - field.Low))) << field.Low;
                Assert.True((seen & mask) == 0, $"{table.Register}.{field.Name} overlaps another field");
                Assert.True(field.Words.Length <= 1 << Math.Min(30, field.High - field.Low + 1),
                    $"{table.Register}.{field.Name} has too many words");
                seen |= mask;
            }
        }
    }

    [Fact]
    public void IPA_beyond_T0SZ_is_explained_with_both_numbers()
    {
        Explain(new WalkFailure(WalkObstacle.InputTooLarge, 2, 0, 0x40_1000_0000, false, "VTCR_EL2.T0SZ", 32));
        Assert.Contains("fault: stage 2 translation fault at level 0: IPA 0x4010000000 needs 39 bits, VTCR_EL2.T0SZ=32 gives 32",
            Ask("translate 0x1000"));
    }

    [Fact]
    public void Upper_VA_beyond_T1SZ_counts_the_bits_below_its_sign()
    {
        Explain(new WalkFailure(WalkObstacle.InputTooLarge, 1, 0, 0xffff_0000_0000_0000, false, "TCR_EL1.T1SZ", 25));
        Assert.Contains("fault: stage 1 translation fault at level 0: VA 0xffff000000000000 needs 48 bits, TCR_EL1.T1SZ=25 gives 39",
            Ask("translate 0"));
    }

    public static TheoryData<string, string> Reasons => new()
    {
        { "WalkDisabled", "stage 1 translation fault at level 0: TCR_EL1.EPD0=1 disables walks for VA 0x10" },
        {
            "BadStartLevel",
            "stage 1 translation fault at level 0: TCR_EL1.EPD0=1 is a starting level that does not go with VTCR_EL2.T0SZ and the granule"
        },
        { "InvalidDescriptor", "stage 1 translation fault at level 0: the level 0 descriptor for VA 0x10 is invalid" },
        {
            "AddressSize",
            "stage 1 address size fault at level 0: the table or output address for VA 0x10 is wider than the configured "
                + "physical address size"
        },
        { "AccessFlagClear", "stage 1 access flag fault at level 0: the access flag of the descriptor for VA 0x10 is 0" },
        { "Permission", "stage 1 permission fault at level 0: the descriptor for VA 0x10 does not allow this access" },
        { "WalkAborted", "stage 1 external abort at level 0: nothing answers where the level 0 descriptor for VA 0x10 should be" },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Each_obstacle_has_its_fault_and_reason(string obstacle, string words)
    {
        var failure = new WalkFailure(Enum.Parse<WalkObstacle>(obstacle), 1, 0, 0x10, false, "TCR_EL1.EPD0", 1);
        Assert.Equal(words, TranslationWords.Failure(failure));
    }

    [Fact]
    public void Fault_on_a_walk_says_so()
    {
        var failure = new WalkFailure(WalkObstacle.InvalidDescriptor, 2, 3, 0x4000_0000, ForWalk: true);
        Assert.Equal(
            "stage 2 translation fault at level 3 on a stage 1 table walk: the level 3 descriptor for IPA 0x40000000 is invalid",
            TranslationWords.Failure(failure));
    }

    [Fact]
    public void Translation_that_is_through_shows_all_addresses_and_who_answers()
    {
        _target.Translation = new WalkReport(
            "EL1&0", true, true, [Level0], 0x40_1000_0000, 0x40_1000_0000, "Device-nGnRnE, RW", "ecam", null);
        Assert.Equal(
            [
                "regime: EL1&0", "VA: 0xffff800010000000", "IPA: 0x4010000000", "PA: 0x4010000000",
                "attributes: Device-nGnRnE, RW", "answered by: ecam",
            ],
            Ask("translate 0xffff800010000000 el1 r"));
    }

    [Fact]
    public void Stage_1_alone_ends_at_the_IPA_and_does_not_ask_stage_2()
    {
        WalkStep leaf = new(1, false, 1, 0xffff_8000_1000_0000, 0x4100_1000, 0, 0x40_1000_0401, "block", 0x40_1000_0000, "Device-nGnRE");
        WalkStep second = new(2, false, 1, 0x40_1000_0000, 0x4300_0800, 256, 0, "invalid", 0, "");
        _target.Translation = new WalkReport("EL1&0", true, true, [Level0, leaf, second], 0x40_1000_0000, null, "", "pcie-ecam+0x0",
            new WalkFailure(WalkObstacle.InvalidDescriptor, 2, 1, 0x40_1000_0000, false));
        Assert.Equal(
            ["regime: EL1&0", "VA: 0xffff800010000000", "IPA: 0x4010000000", "attributes: Device-nGnRE"],
            Ask("translate 0xffff800010000000 el1 s1"));
        Assert.Equal(6, Ask("walk 0xffff800010000000 el1 s1").Length);
        Assert.Equal("fault: stage 2 translation fault at level 1: the level 1 descriptor for IPA 0x4010000000 is invalid", Ask("translate 0xffff800010000000 el1 s12")[3]);
    }

    [Theory]
    [InlineData("translate 0x4010000000 s2")]
    [InlineData("translate 0x4010000000 el0 s2 w")]
    public void Stage_2_alone_takes_an_IPA(string line)
    {
        _target.Translation = new WalkReport("stage 2", false, true, [], 0x40_1000_0000, 0x40_1000_0000, "Device-nGnRE", "pcie-ecam+0x0", null);
        Assert.Equal(
            ["regime: stage 2", "IPA: 0x0000004010000000", "PA: 0x4010000000", "attributes: Device-nGnRE", "answered by: pcie-ecam+0x0"], Ask(line));
        Assert.Equal(["stage 2 translates for EL1 and EL0 only: leave out the exception level, or name a guest with vmid N"], Ask("translate 0x10 el2 s2"));
    }

    [Fact]
    public void Register_may_stand_for_an_address()
    {
        _target.Translation = new WalkReport("EL2", false, false, [], null, 0x4000_0000, "Normal", "ram", null);
        _target.SetRegister("pc", 0x4000_0010);
        Assert.Contains("VA: 0x0000000040000010", Ask("translate $PC EL2 X"));
    }

    [Fact]
    public void Physical_address_with_nobody_there_ends_in_an_abort()
    {
        _target.Translation = new WalkReport("EL2", false, false, [], null, 0x1000_0000, "Device-nGnRnE", null, null);
        Assert.Contains("answered by: nothing; the access ends in an external abort", Ask("translate 0x10000000"));
    }

    [Fact]
    public void Walk_shows_each_descriptor_before_the_summary()
    {
        WalkStep forWalk = new(2, true, 1, 0x4100_0000, 0x4200_0000, 1, 0, "invalid", 0, "");
        Explain(new WalkFailure(WalkObstacle.InvalidDescriptor, 2, 1, 0x4100_0000, true), forWalk, Level0);
        string[] lines = Ask("walk 0xffff800010000000 el1 w");
        Assert.Equal(
            "stage 2 level 1 for the stage 1 walk: IPA 0x41000000, index 1, descriptor at PA 0x0042000000 = 0x0000000000000000: invalid",
            lines[0]);
        Assert.Equal(
            "stage 1 level 0: VA 0xffff800010000000, index 256, descriptor at IPA 0x0041000000 = 0x0000000041001003: table -> 0x0041001000",
            lines[1]);
        Assert.StartsWith("regime: ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Walk_for_a_program_has_the_fields_of_each_descriptor_by_name()
    {
        Explain(new WalkFailure(WalkObstacle.InvalidDescriptor, 1, 1, 0xffff_8000_1000_0000, false), Level0);
        JsonElement[] objects = [.. Ask("walk 0xffff800010000000 --json el1 w").Select(static o => JsonDocument.Parse(o).RootElement)];
        Assert.Equal((1, 0, 256), (Number(objects[0], "stage"), Number(objects[0], "level"), Number(objects[0], "index")));
        Assert.Equal("0x41001003", objects[0].GetProperty("descriptor").GetString());
        Assert.Equal("InvalidDescriptor", objects[^2].GetProperty("fault").GetString());
        Assert.Equal("failed", objects[^1].GetProperty("status").GetString());
        Assert.Equal("walk", objects[^1].GetProperty("command").GetString());
    }

    [Theory]
    [InlineData("map --json", "ok")]
    [InlineData("--json help", "ok")]
    [InlineData("nonsense --json", "failed")]
    [InlineData("sysreg NOTHING_EL2 --json", "failed")]
    [InlineData("translate --json", "failed")]
    public void Status_for_a_program_says_whether_the_question_was_answered(string line, string status) =>
        Assert.Equal(status, JsonDocument.Parse(Ask(line)[^1]).RootElement.GetProperty("status").GetString());

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private void Explain(WalkFailure failure, params WalkStep[] steps) =>
        _target.Translation = new WalkReport("EL1&0", true, true, steps, null, null, "", null, failure);

    private string[] Ask(string line)
    {
        var request = new MonitorRequest(_target, 0);
        MonitorTable.Run(request, line);
        return request.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
