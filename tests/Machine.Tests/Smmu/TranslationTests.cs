using System;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Events;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>Every configuration of a stream table entry. Witness: IHI 0070, STE.Config, STE.S1DSS, SMMU_GBPA.</summary>
public sealed class TranslationTests : IDisposable
{
    private const ulong Input = 0x12_3456_7000;
    private const ulong Intermediate = 0x20_0000_0000;

    private readonly SmmuFixture _smmu = new();

    public TranslationTests()
    {
        _smmu.Memory(SmmuFixture.Data, 0x1122_3344_5566_7788, 2, 3);
    }

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void With_SMMUEN_clear_GBPA_decides()
    {
        _smmu.Write32(0x20, 0);
        Assert.Equal((DmaResult.Ok, 0x1122_3344_5566_7788ul), _smmu.Load(SmmuFixture.Data));
        _smmu.Write32(0x44, 1u << 20);
        Assert.Equal(DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);
        _smmu.Write32(0x44, (1u << 31) | (1u << 20));
        Assert.Equal(1u << 20, _smmu.Read32(0x44));
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(SmmuFixture.Data).Result);
        Assert.Empty(_smmu.TakeEvents());
    }

    [Fact]
    public void Abort_reports_nothing_and_bypass_passes()
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Abort, 0, 0, 0);
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(SmmuFixture.Data).Result);
        Assert.Empty(_smmu.TakeEvents());
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Bypass, 0, 0, 0);
        Assert.Equal((DmaResult.Ok, 0x1122_3344_5566_7788ul), _smmu.Load(SmmuFixture.Data));
    }

    [Fact]
    public void Stage_1_translates_reads_writes_and_a_transfer_across_pages()
    {
        _smmu.UseStage1();
        _smmu.Map1(Input, SmmuFixture.Data);
        _smmu.Map1(Input + 0x1000, SmmuFixture.Data + 0x4000);
        Assert.Equal((DmaResult.Ok, 2ul), _smmu.Load(Input + 8));
        Assert.Equal(DmaResult.Ok, _smmu.Store(Input + 0xffc, 0xaabb_ccdd_eeff_0011));
        Assert.Equal(0xeeff_0011ul, _smmu.Memory(SmmuFixture.Data + 0xff8) >> 32);
        Assert.Equal(0xaabb_ccddul, _smmu.Memory(SmmuFixture.Data + 0x4000));
    }

    [Fact]
    public void Stage_2_alone_translates()
    {
        _smmu.Map2(Intermediate, SmmuFixture.Data);
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage2, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
        Assert.Equal((DmaResult.Ok, 3ul), _smmu.Load(Intermediate + 16));
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(Intermediate + 0x1000).Result);
        EventRecord happened = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.Translation, true, EventClass.Input, Intermediate + 0x1000), (happened.Kind, happened.Stage2, happened.Class, happened.Second));
    }

    [Fact]
    public void Both_stages_translate_with_the_descriptor_and_the_tables_under_stage_2()
    {
        _smmu.UseBothStages();
        _smmu.Map1(Input, Intermediate);
        _smmu.Map2(Intermediate, SmmuFixture.Data);
        Assert.Equal((DmaResult.Ok, 0x1122_3344_5566_7788ul), _smmu.Load(Input));
        Assert.Empty(_smmu.TakeEvents());
    }

    [Fact]
    public void A_message_is_translated_like_any_write()
    {
        const ulong DoorbellPage = 0x0802_0000;
        _smmu.UseStage1();
        Assert.Equal(DmaResult.TranslationFault, _smmu.Device.Dma.SendMessage(Input + 0x40, 80));
        Assert.Equal((EventKind.Translation, false), (_smmu.TakeEvents()[0].Kind, _smmu.Pci.IsPending(80)));
        _smmu.Map1(Input, DoorbellPage);
        Assert.Equal(DmaResult.Ok, _smmu.Device.Dma.SendMessage(Input + 0x40, 80));
        Assert.True(_smmu.Pci.IsPending(80));
    }

    [Theory]
    [InlineData(0ul, EventKind.StreamDisabled)]
    [InlineData(1ul, null)]
    [InlineData(2ul, EventKind.Translation)]
    [InlineData(3ul, EventKind.StreamDisabled)]
    public void S1DSS_decides_where_there_are_substreams(ulong s1dss, object? expected)
    {
        _smmu.Cd();
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context | (2ul << 59), s1dss, 0, 0);
        (DmaResult result, ulong value) = _smmu.Load(SmmuFixture.Data + 8);
        Assert.Equal(expected is null ? (DmaResult.Ok, 2ul) : (DmaResult.TranslationFault, ulong.MaxValue), (result, value));
        Assert.Equal(expected is EventKind kind ? [kind] : [], _smmu.TakeEvents().ConvertAll(static e => e.Kind));
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    public void Two_level_descriptor_tables_are_followed(ulong format)
    {
        const ulong Level1 = 0x4041_0000;
        _smmu.Memory(Level1, SmmuFixture.Context | 1);
        _smmu.Cd();
        _smmu.Map1(Input, SmmuFixture.Data);
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage1 | Level1 | (12ul << 59) | (format << 4), 2, 0, 0);
        Assert.Equal((DmaResult.Ok, 2ul), _smmu.Load(Input + 8));
        _smmu.Memory(Level1, 0);
        _smmu.Command(0x06 | ((ulong)SmmuFixture.Stream << 32));
        _smmu.Load(Input);
        Assert.Equal(EventKind.BadSubstreamId, Assert.Single(_smmu.TakeEvents()).Kind);
    }

    [Fact]
    public void A_two_level_stream_table_is_followed_as_far_as_its_span()
    {
        const ulong Level1 = 0x4011_0000;
        _smmu.Write32(0x20, 0);
        _smmu.Write64(0x80, Level1);
        _smmu.Write32(0x88, 0x1_0000 | (6 << 6) | 16);
        _smmu.Write32(0x20, 0xd);
        _smmu.Memory(Level1, SmmuFixture.StreamTable | 5);
        _smmu.Memory(SmmuFixture.StreamTable + (8 * 64), SmmuFixture.Bypass);
        Assert.Equal(DmaResult.Ok, _smmu.Load(SmmuFixture.Data).Result);

        // Stream 16 is beyond a span of 2^4.
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(SmmuFixture.Data, _smmu.Other).Result);
        Assert.Equal((EventKind.BadStreamId, 16u), (_smmu.TakeEvents()[0].Kind, 16u));
        _smmu.Memory(Level1, SmmuFixture.StreamTable | 8);
        _smmu.Load(SmmuFixture.Data, _smmu.Other);
        Assert.Equal(EventKind.BadStreamId, Assert.Single(_smmu.TakeEvents()).Kind);
    }

    [Fact]
    public void An_EL2_stream_has_one_range_and_ignores_AP1()
    {
        _smmu.Cd(SmmuFixture.PlainCd | (1ul << 14));
        _smmu.Map1(Input, SmmuFixture.Data, flags: 0x400);
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context, 2ul << 30, 0, 0);
        Assert.Equal((DmaResult.Ok, 2ul), _smmu.Load(Input + 8));
    }

    // IHI 0070, STE.STRW, SMMU_CR2.E2H, CMD_TLBI_EL2_*: two ranges, ASIDs, and unprivileged accesses as EL1's, but apart from it.
    [Theory]
    [InlineData(0x22ul | (1ul << 48), Input, true)] // EL2_VA of this ASID
    [InlineData(0x22ul | (2ul << 48), Input, false)]
    [InlineData(0x23ul, Input, true)] // EL2_VAA
    [InlineData(0x21ul | (1ul << 48), 0ul, true)] // EL2_ASID
    [InlineData(0x20ul, 0ul, true)] // EL2_ALL
    [InlineData(0x30ul, 0ul, false)] // NSNH_ALL
    [InlineData(0x12ul | (1ul << 48), Input, false)] // NH_VA
    public void An_EL2_E2H_stream_has_ASIDs_and_goes_by_the_commands_of_EL2(ulong first, ulong second, bool goes)
    {
        const ulong Upper = 0xffff_ff80_0000_0000 | (Input & 0x7f_ffff_ffff);
        _smmu.Write32(0x20, 0);
        _smmu.Write32(0x2c, 3);
        _smmu.Write32(0x20, 0xd);
        ulong both = SmmuFixture.PlainCd & ~(1ul << 30) | (25ul << 16) | (2ul << 22);
        _smmu.Memory(SmmuFixture.Context, both, SmmuFixture.Stage1, SmmuFixture.Stage1, 0xff);
        _smmu.Map1(Input, SmmuFixture.Data, flags: 0xc40);
        _smmu.Map1(Input + 0x1000, SmmuFixture.Data, flags: 0xc00);
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context, 2ul << 30, 0, 0);
        Assert.Equal((DmaResult.Ok, 2ul), _smmu.Load(Input + 8));
        Assert.Equal((DmaResult.Ok, 2ul), _smmu.Load(Upper + 8));
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(Input + 0x1000).Result);
        Assert.Equal(EventKind.Permission, Assert.Single(_smmu.TakeEvents()).Kind);
        _smmu.Map1(Input, SmmuFixture.Data + 0x1000, flags: 0xc40);
        _smmu.Memory(SmmuFixture.Data + 0x1008, 0x99);
        _smmu.Command(first, second);
        Assert.Equal(goes ? 0x99ul : 2ul, _smmu.Load(Input + 8).Value);
    }
}
