using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Debug.Dma;
using GdbHost.Machine.Snapshots;
using GdbHost.Machine.Tests.Pcie;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// What a user is told of the SMMU. Witness: what the test has put into memory and queues; and that looking changes nothing.
/// </summary>
public sealed class ExplainTests : IDisposable
{
    private const ulong Input = 0x12_3456_7000;
    private const ulong Intermediate = 0x20_0000_0000;

    private readonly SmmuFixture _smmu = new();

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void A_forgotten_TLBI_NH_VA_under_nested_translation_is_found()
    {
        UseBothStages();
        _smmu.Map1(Input, Intermediate);
        _smmu.Map2(Intermediate, SmmuFixture.Data);
        _smmu.Load(Input);
        Assert.Equal("nothing: all that the SMMU keeps is as memory has it", Assert.Single(Ask("stale")));
        _smmu.Map2(Intermediate + 0x1000, SmmuFixture.Data + 0x1000);
        _smmu.Map1(Input, Intermediate + 0x1000);
        Assert.Equal(
            "the IOTLB holds VMID 3, global, IOVA 0x1234567000 -> 0x40800000, 0x1000 bytes, privileged rw-, EL0 rwx: memory now says 0x40801000: CMD_TLBI_NH_VA is missing",
            Assert.Single(Ask("stale")));
        _smmu.Command(0x12 | (3ul << 32) | (1ul << 48), Input);
        Assert.Equal("nothing: all that the SMMU keeps is as memory has it", Assert.Single(Ask("stale")));
        Assert.Contains(Ask("cmdq"), static l => l.Contains("CMD_TLBI_NH_VA VMID=3 ASID=1 address=0x1234567000: removed 0 structures, 1 translations", StringComparison.Ordinal));
    }

    [Fact]
    public void Structures_say_their_broken_rules_stale_words_and_missing_commands()
    {
        _smmu.UseStage1();
        _smmu.Load(Input);
        _smmu.Memory(SmmuFixture.StreamTable + 512, SmmuFixture.OnlyStage1 | SmmuFixture.Context, (1ul << 27) | (2ul << 28), SmmuFixture.PlainS2, SmmuFixture.Stage2);
        IReadOnlyList<string> ste = Ask("ste", 8);
        Assert.Contains("  ILLEGAL: EATS: split-stage ATS, but not both stages, or S2S is set", ste);
        Assert.Contains("  stale: STE[2] and STE[3] hold stage 2 fields, which this Config ignores", ste);
        Assert.EndsWith("CMD_CFGI_STE is missing", ste[^1], StringComparison.Ordinal);
        _smmu.Cd(SmmuFixture.PlainCd | (1ul << 44));
        IReadOnlyList<string> cd = Ask("cd", 8);
        Assert.Contains("  ILLEGAL: S: set, but STE.S1STALLD is set", cd);
        Assert.EndsWith("CMD_CFGI_CD is missing", cd[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_walk_shows_both_stages_and_where_it_ends()
    {
        UseBothStages();
        _smmu.Map1(Input, Intermediate);
        IReadOnlyList<string> lines = Ask("walk", 8, Input + 8);
        Assert.Equal(
            "SMMU: stage 2 F_TRANSLATION, the address is not mapped at level 1, class Input, IPA 0x2000000008; aborted, with an event", lines[^1]);
        Assert.Equal(3, lines.Count(static l => l.StartsWith("  stage 1 level", StringComparison.Ordinal)));
        _smmu.Map2(Intermediate, 0x0802_0000);
        Assert.StartsWith("PA 0x8020008: gic-v2m", Ask("walk", 8, Input + 8)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_offending_command_is_named()
    {
        _smmu.Command(0x10);
        _smmu.Command(0xfe);
        Assert.Equal(
            "stopped by CERROR_ILL at [1], 0x40200010: opcode 0xfe is no command here (0x00000000000000fe 0x0000000000000000); mend it and write GERRORN to go on",
            Ask("cmdq")[^1]);
        Assert.Contains(Ask("cmdq"), static l => l.Contains("opcode 0xfe is no command here", StringComparison.Ordinal));
    }

    [Fact]
    public void A_doorbell_without_a_mapping_and_one_with_it()
    {
        _smmu.UseStage1();
        Assert.Equal("target: not reached", Explain(Input + 0x40)[^1]);
        _smmu.Map1(Input, 0x0802_0000);
        Assert.Equal("target: PA 0x8020040: gic-v2m, a doorbell: the write may be an interrupt", Explain(Input + 0x40)[^1]);
        _smmu.Pci.Write(PciMachine.Config(0, 1, 4), 3, 2);
        Assert.StartsWith("function: not sent", Explain(Input)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_behind_a_port_without_a_bus_number_has_SID_0()
    {
        using PciMachine pci = new(smmu: true, "pcie-root-port,id=rp,addr=1,chassis=1", "edu,bus=rp,id=e");
        IReadOnlyList<string> lines = SmmuTopics.Answer(pci.Machine, new SmmuQuestion("streams", []));
        Assert.Equal("pcie.e: its requests have SID 0x0: secondary bus not assigned yet", lines[^1]);
        pci.Write(PciMachine.Config(0, 1, 0x19), 1, 1);
        Assert.DoesNotContain(SmmuTopics.Answer(pci.Machine, new SmmuQuestion("streams", [])), static l => l.Contains("not assigned", StringComparison.Ordinal));
    }

    [Fact]
    public void Looking_changes_nothing()
    {
        _smmu.UseStage1();
        _smmu.Load(Input);
        byte[] before = Everything();
        foreach (string topic in (string[])["", "streams", "tlb", "cmdq", "eventq", "stale"])
        {
            Assert.NotEmpty(Ask(topic));
        }

        Ask("ste", 16);
        Ask("cd", 8, 0);
        Ask("walk", 16, Input);
        Explain(Input);
        Assert.Equal(before, Everything());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Questions_about_any_content_are_answered(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 400; i++)
        {
            for (int k = 0; k < 20; k++)
            {
                ulong word = (ulong)random.NextInt64() & (random.Next(2) == 0 ? ulong.MaxValue : 0x40ff_ffff) | (random.Next(2) == 0 ? 0xbul : 3);
                _smmu.Memory(SmmuFixture.StreamTable + 512 + ((ulong)random.Next(8) * 8), word);
                _smmu.Memory(SmmuFixture.Context + ((ulong)random.Next(8) * 8), word | (1ul << 31));
                _smmu.Memory(SmmuFixture.Events + ((ulong)random.Next(64) * 8), word);
            }

            _smmu.Load((ulong)random.NextInt64());
            foreach (string topic in (string[])["", "streams", "tlb", "cmdq", "eventq", "stale"])
            {
                Assert.NotEmpty(Ask(topic));
            }

            Assert.NotEmpty(Ask("ste", 8));
            Assert.NotEmpty(Ask("cd", 8));
            Assert.NotEmpty(Ask("walk", 8, (ulong)random.NextInt64()));
            Assert.NotEmpty(Explain((ulong)random.NextInt64()));
            _smmu.Command(0x03 | (8ul << 32));
        }
    }

    private IReadOnlyList<string> Ask(string topic, params ulong[] numbers) => SmmuTopics.Answer(_smmu.Machine, new SmmuQuestion(topic, numbers));

    private IReadOnlyList<string> Explain(ulong address) => DmaExplainer.Explain(_smmu.Machine, 8, address, isWrite: true);

    private byte[] Everything() => [.. _smmu.Machine.Parts.SelectMany(SnapshotWriter.BytesOf)];

    private void UseBothStages()
    {
        for (ulong page = 0; page < 0x80; page++)
        {
            _smmu.Map2(SmmuFixture.Context + (page << 12), SmmuFixture.Context + (page << 12));
            _smmu.Map2(SmmuFixture.Stage1 + (page << 12), SmmuFixture.Stage1 + (page << 12));
            _smmu.Map2(0x4070_0000 + (page << 12), 0x4070_0000 + (page << 12));
        }

        _smmu.Cd();
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Nested | SmmuFixture.Context, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
    }
}
