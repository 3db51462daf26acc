using System;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Pcie.Dma;
using GdbHost.Machine.Smmu.Events;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>When events are recorded, and what is in them. Witness: IHI 0070, Event records, Faults, Event queue.</summary>
public sealed class EventTests : IDisposable
{
    private const ulong Input = 0x12_3456_7000;
    private const ulong Intermediate = 0x20_0000_0000;

    private readonly SmmuFixture _smmu = new();

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void A_stream_outside_the_table_is_recorded_if_RECINVSID_says_so()
    {
        _smmu.Write32(0x20, 0);
        _smmu.Write32(0x88, 3);
        _smmu.Write32(0x20, 0xd);
        Assert.Equal((EventKind.BadStreamId, SmmuFixture.Stream), KindAndStream());
        _smmu.Write32(0x20, 0);
        _smmu.Write32(0x2c, 0);
        _smmu.Write32(0x20, 0xd);
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(Input).Result);
        Assert.Empty(_smmu.TakeEvents());
    }

    [Fact]
    public void An_observer_is_told_of_an_event_that_the_queue_does_not_take()
    {
        List<(EventKind, uint)> told = [];
        _smmu.Smmu.Recorder.Observer = e => told.Add((e.Kind, e.Stream));
        _smmu.Write32(0x20, 0);
        _smmu.Write32(0x88, 3);
        _smmu.Write32(0x2c, 0);
        _smmu.Write32(0x20, 0xd);
        _smmu.Load(Input);
        Assert.Equal([(EventKind.BadStreamId, SmmuFixture.Stream)], told);
        Assert.Empty(_smmu.TakeEvents());
    }

    [Fact]
    public void A_table_that_is_not_memory_gives_the_address_of_the_entry()
    {
        _smmu.Write32(0x20, 0);
        _smmu.Write64(0x80, 0x0900_0000);
        _smmu.Write32(0x20, 0xd);
        _smmu.Load(Input);
        EventRecord happened = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.SteFetch, 0x0900_0200ul), (happened.Kind, happened.Second));
    }

    [Theory]
    [InlineData(0ul, 0ul, 0ul)] // V
    [InlineData(SmmuFixture.OnlyStage1 | (20ul << 59), 0ul, 0ul)] // S1CDMax
    [InlineData(SmmuFixture.OnlyStage1, 2ul << 28, 0ul)] // EATS = split-stage without stage 2
    [InlineData(SmmuFixture.Nested, 2ul << 28, SmmuFixture.PlainS2 | (1ul << 57))] // the same with S2S
    [InlineData(SmmuFixture.OnlyStage2, 1ul << 28, SmmuFixture.PlainS2 | (1ul << 57))] // EATS = full with S2S
    [InlineData(SmmuFixture.OnlyStage1, 1ul << 30, 0ul)] // STRW
    [InlineData(SmmuFixture.OnlyStage2, 0ul, SmmuFixture.PlainS2 & ~(1ul << 51))] // S2AA64
    [InlineData(SmmuFixture.OnlyStage2, 0ul, SmmuFixture.PlainS2 | (2ul << 46))] // S2TG
    [InlineData(SmmuFixture.OnlyStage2, 0ul, SmmuFixture.PlainS2 | (63ul << 32))] // S2T0SZ
    [InlineData(SmmuFixture.Nested, 0ul, SmmuFixture.PlainS2 | (1ul << 56))] // S2HA
    public void An_invalid_or_illegal_entry_is_C_BAD_STE(ulong d0, ulong d1, ulong d2)
    {
        _smmu.Ste(SmmuFixture.Stream, d0 | ((d0 & 2) != 0 ? SmmuFixture.Context : 0), d1, d2, SmmuFixture.Stage2);
        Assert.Equal((EventKind.BadSte, SmmuFixture.Stream), KindAndStream());
    }

    [Theory]
    [InlineData(SmmuFixture.PlainCd & ~(1ul << 31))] // V
    [InlineData(SmmuFixture.PlainCd & ~(1ul << 41))] // AA64
    [InlineData(SmmuFixture.PlainCd | (1ul << 43))] // HA
    [InlineData(SmmuFixture.PlainCd | 63)] // T0SZ
    [InlineData(SmmuFixture.PlainCd | (2ul << 6))] // TG0
    [InlineData(SmmuFixture.PlainCd & ~(1ul << 30))] // T1SZ, in use without EPD1
    public void An_invalid_or_illegal_descriptor_is_C_BAD_CD(ulong d0)
    {
        _smmu.Cd(d0);
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context, 0, 0, 0);
        Assert.Equal((EventKind.BadCd, SmmuFixture.Stream), KindAndStream());
    }

    [Fact]
    public void CD_S_is_illegal_where_STE_S1STALLD_is_set()
    {
        _smmu.Cd(SmmuFixture.PlainCd | (1ul << 44));
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context, 1ul << 27, 0, 0);
        Assert.Equal((EventKind.BadCd, SmmuFixture.Stream), KindAndStream());
    }

    [Fact]
    public void A_descriptor_that_is_not_memory_gives_its_address()
    {
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage1 | 0x0900_0000, 0, 0, 0);
        _smmu.Load(Input);
        EventRecord happened = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.CdFetch, 0x0900_0000ul), (happened.Kind, happened.Second));
    }

    [Fact]
    public void Stage_1_faults_say_address_direction_and_kind()
    {
        _smmu.UseStage1();
        _smmu.Load(Input + 0x18);
        _smmu.Store(Input + 0x20, 1);
        _smmu.Map1(Input, SmmuFixture.Data, flags: 0x40);
        _smmu.Load(Input);
        _smmu.Map1(Input + 0x1000, SmmuFixture.Data, flags: 0x4c0);
        _smmu.Store(Input + 0x1000, 1);
        _smmu.Map1(Input + 0x2000, SmmuFixture.Data, flags: 0x400);
        _smmu.Load(Input + 0x2000);
        _smmu.Map1(Input + 0x3000, 1ul << 40);
        _smmu.Load(Input + 0x3000);
        Assert.Equal(
            [
                (EventKind.Translation, Input + 0x18, true), (EventKind.Translation, Input + 0x20, false), (EventKind.Access, Input, true),
                (EventKind.Permission, Input + 0x1000, false), (EventKind.Permission, Input + 0x2000, true), (EventKind.AddressSize, Input + 0x3000, true),
            ],
            _smmu.TakeEvents().Select(static e => (e.Kind, e.Input, e.IsRead)));
    }

    [Fact]
    public void Faults_are_silent_without_CD_R_but_not_external_aborts()
    {
        _smmu.Cd(SmmuFixture.PlainCd & ~(1ul << 45));
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context, 0, 0, 0);
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(Input).Result);
        Assert.Empty(_smmu.TakeEvents());
        _smmu.Memory(SmmuFixture.Stage1 + ((Input >> 30) * 8), 0x7f_0000_0000 | 3);
        _smmu.Load(Input);
        EventRecord happened = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.WalkExternalAbort, 0x7f_0000_0000 + ((Input >> 21 & 511) * 8)), (happened.Kind, happened.Second));
    }

    [Fact]
    public void Stage_2_faults_say_what_was_being_accessed()
    {
        _smmu.Cd();
        _smmu.Ste(SmmuFixture.Stream, SmmuFixture.Nested | SmmuFixture.Context, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
        _smmu.Load(Input);
        _smmu.Map2(SmmuFixture.Context, SmmuFixture.Context);
        _smmu.Load(Input);
        for (ulong page = 0; page < 0x40; page++)
        {
            _smmu.Map2(SmmuFixture.Stage1 + (page << 12), SmmuFixture.Stage1 + (page << 12));
            _smmu.Map2(0x4070_0000 + (page << 12), 0x4070_0000 + (page << 12));
        }

        _smmu.Map1(Input, Intermediate);
        _smmu.Load(Input + 8);
        Assert.Equal(
            [
                (EventClass.ContextDescriptor, SmmuFixture.Context), (EventClass.TableDescriptor, SmmuFixture.Stage1), (EventClass.Input, Intermediate),
            ],
            _smmu.TakeEvents().Select(static e => (e.Class, e.Second)));
    }

    [Fact]
    public void A_full_queue_overflows_once_until_that_is_acknowledged()
    {
        _smmu.UseStage1();
        for (int i = 0; i < 20; i++)
        {
            _smmu.Load(Input);
        }

        Assert.Equal(0x8000_0010u, _smmu.Read32(0xa8));
        Assert.Equal(16, _smmu.TakeEvents().Count);
        _smmu.Load(Input);
        Assert.Equal(0x8000_0011u, _smmu.Read32(0xa8));
        for (int i = 0; i < 20; i++)
        {
            _smmu.Load(Input);
        }

        Assert.Equal(0u, _smmu.Read32(0xa8));
    }

    [Fact]
    public void The_first_event_interrupts_and_a_queue_that_is_no_memory_is_a_global_error()
    {
        const int EventQueueId = 106;
        const int GlobalErrorId = 109;
        foreach (uint register in (ReadOnlySpan<uint>)[0xc18])
        {
            _smmu.Pci.Write(0x0800_0000 + register, 0xaaaa_aaaa);
        }

        _smmu.UseStage1();
        _smmu.Load(Input);
        Assert.True(_smmu.Pci.IsPending(EventQueueId));
        _smmu.Pci.ClearPending(EventQueueId);
        _smmu.Load(Input);
        Assert.False(_smmu.Pci.IsPending(EventQueueId));
        _smmu.Write32(0x20, 0x9);
        _smmu.Write64(0xa0, 0x0900_0004);
        _smmu.Write32(0x20, 0xd);
        _smmu.Load(Input);
        Assert.Equal((4u, true), (_smmu.Read32(0x60), _smmu.Pci.IsPending(GlobalErrorId)));
    }

    private (EventKind Kind, uint Stream) KindAndStream()
    {
        Assert.Equal(DmaResult.TranslationFault, _smmu.Load(Input).Result);
        EventRecord happened = Assert.Single(_smmu.TakeEvents());
        return (happened.Kind, happened.Stream);
    }
}
