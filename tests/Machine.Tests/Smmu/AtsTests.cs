using System;
using GdbHost.Machine.Smmu.Events;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// ATS with an endpoint that keeps translations. Witness: IHI 0070, sections 3.9.1 (ATS Interface), 4.5.1 (CMD_ATC_INV), 5.2 (STE.EATS), 7.1 (Command
/// queue errors), 7.3.6 and 7.3.8 (events) and 13.6, 13.7 (ATS attributes and permissions); PCI Express Base Specification, Translation Completion
/// Data Entry; Linux, arm-smmu-v3.c, for what a driver does at CERROR_ATC_INV_SYNC.
/// </summary>
public sealed class AtsTests : IDisposable
{
    private const ulong Input = 0x12_3456_7000;
    private const ulong Intermediate = 0x20_0000_0000;
    private const ulong Full = 1ul << 28;
    private const ulong Split = 2ul << 28;
    private const ulong Minute = 60_000_000_000;
    private const uint Checked = 0x1d;

    private readonly SmmuFixture _smmu = SmmuFixture.WithExerciser();
    private readonly ExerciserDriver _device;

    public AtsTests()
    {
        _device = _smmu.Plain;
        _device.EnableAts();
        _device.EnablePasid();
        _smmu.Memory(SmmuFixture.Data, 0x1111);
        _smmu.Memory(SmmuFixture.Data + 0x1000, 0x2222);
        _smmu.Write32(0x20, Checked);
    }

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void A_translation_request_gets_the_physical_address_with_its_permissions()
    {
        UseStage1();
        Assert.Equal((0u, SmmuFixture.Data | 3), Ask(Input));
        _smmu.Map1(Input + 0x1000, SmmuFixture.Data, flags: 0x4c0);
        Assert.Equal((0u, SmmuFixture.Data | 1), Ask(Input + 0x1000));
        Assert.Empty(_smmu.TakeEvents());
    }

    [Fact]
    public void The_size_of_a_block_is_in_the_completion()
    {
        UseStage1();

        // 2 MiB at level 2: S, and address bits 20 to 12 all ones but the last.
        _smmu.Memory(Level2Of(Input + 0x20_0000), 0x4080_0000 | 0x441);
        Assert.Equal((0u, 0x4080_0000ul | 0xf_f000 | 0x800 | 3), Ask((Input + 0x20_0000) & ~0x1f_fffful));
    }

    // Table of section 3.9.1.2.
    [Theory]
    [InlineData(SmmuFixture.OnlyStage1, 0ul, 6u, EventKind.BadTranslationRequest)] // EATS = 0b00
    [InlineData(SmmuFixture.OnlyStage1, 3ul << 28, 6u, EventKind.BadTranslationRequest)] // reserved, as 0b00
    [InlineData(SmmuFixture.Bypass, Full, 6u, EventKind.BadTranslationRequest)]
    [InlineData(SmmuFixture.Abort, Full, 6u, null)]
    [InlineData(0ul, Full, 7u, null)] // C_BAD_STE
    [InlineData(SmmuFixture.OnlyStage1 | (2ul << 59), Full, 7u, null)] // F_STREAM_DISABLED
    public void A_translation_request_that_is_refused_has_the_status_that_the_reason_asks_for(ulong d0, ulong d1, uint result, object? expected)
    {
        _smmu.Cd();
        _smmu.Ste(_device.Stream, d0 | ((d0 & 2) != 0 ? SmmuFixture.Context : 0), d1, 0, 0);
        Assert.Equal((result, 0ul), Ask(Input));
        Assert.Equal(expected is EventKind kind ? [kind] : [], _smmu.TakeEvents().ConvertAll(static e => e.Kind));
    }

    [Fact]
    public void With_the_SMMU_off_translation_requests_and_translated_requests_are_refused()
    {
        _smmu.Write32(0x20, 0xc);
        Assert.Equal(6u, Ask(Input).Result);
        Assert.Equal(5u, _device.Do(ExerciserDriver.Read, SmmuFixture.Data, attributes: ExerciserDriver.Translated));
        Assert.Equal([EventKind.BadTranslationRequest, EventKind.TranslationForbidden], _smmu.TakeEvents().ConvertAll(static e => e.Kind));
        Assert.Equal(0u, _device.Do(ExerciserDriver.Read, SmmuFixture.Data));
    }

    [Fact]
    public void An_external_abort_of_the_walk_is_a_completer_abort_and_a_fault_is_a_success_without_permissions()
    {
        UseStage1();
        Assert.Equal((0u, 0ul), Ask(Input + 0x10_0000));
        _smmu.Memory(SmmuFixture.Stage1 + (8 * (Input >> 30) + 8), 0x7f_0000_0003);
        Assert.Equal((7u, 0ul), Ask(Input + (1ul << 30)));
        Assert.Empty(_smmu.TakeEvents());
    }

    // The examples of section 13.7, as far as they do not need dirty state.
    [Theory]
    [InlineData(0xc0ul, false, false, 1ul)] // User-RO, Priv-RO: R
    [InlineData(0x40ul, false, false, 3ul)] // User-RW: R and W
    [InlineData(0x00ul, false, false, 0ul)] // User-none, Priv-RW
    [InlineData(0x00ul, false, true, 0x13ul)] // the same as privileged: R, W and Priv
    [InlineData(0xc0ul, true, false, 0x9ul)] // XN = 0: R and Exe
    [InlineData(0xc0ul | (1ul << 54), true, false, 1ul)] // UXN
    [InlineData(0x80ul, true, false, 0ul)] // User-X, Priv-RO: execute alone gives nothing
    public void Permissions_are_those_of_the_page_for_who_asks(ulong flags, bool execute, bool privileged, ulong granted)
    {
        UseStage1(substreams: true);
        _smmu.Map1(Input, SmmuFixture.Data, 0x400 | flags);
        (uint result, ulong entry) = Ask(Input, pasid: ExerciserDriver.Pasid(1, execute, privileged));
        Assert.Equal((0u, granted), (result, entry & 0x1f));
    }

    [Fact]
    public void Requests_by_the_cache_are_translated_once_and_stay_so_until_invalidated()
    {
        UseStage1();
        Assert.Equal(0x1111ul, ByCache(Input));
        _smmu.Map1(Input, SmmuFixture.Data + 0x1000);
        _smmu.Command(0x12 | (1ul << 48), Input);
        Assert.Equal(0x1111ul, ByCache(Input));
        Invalidate(Input + 0x1000);
        Assert.Equal(0x1111ul, ByCache(Input));
        Invalidate(Input);
        Assert.Equal(0x2222ul, ByCache(Input));
        Assert.Equal((2u, 0u), (_device.Register(0x68), _smmu.Read32(0x60)));
    }

    [Theory]
    [InlineData(0x40ul, 52ul, true)] // all addresses, without a PASID
    [InlineData(0x40ul, 1ul, true)] // two pages
    [InlineData(0x40ul | (1ul << 11) | (1ul << 12), 52ul, false)] // of PASID 1
    public void An_invalidation_is_of_a_span_and_of_a_PASID_or_none(ulong first, ulong size, bool goes)
    {
        UseStage1();
        ByCache(Input);
        _smmu.Command(first | ((ulong)_device.Stream << 32), (Input & ~0x1ffful) | size);
        Assert.Equal(goes ? "" : "kept", string.Concat(_smmu.Pci.Named("x").KeptTranslations!.Count == 0 ? "" : "kept"));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void Global_is_for_every_PASID(bool global, int left)
    {
        UseStage1(substreams: true);
        Ask(Input, pasid: ExerciserDriver.Pasid(1));
        _smmu.Command(0x40 | (1ul << 11) | (global ? 1ul << 9 : 0) | (2ul << 12) | ((ulong)_device.Stream << 32), 52);
        Assert.Equal(left, _smmu.Pci.Named("x").KeptTranslations!.Count);
    }

    // Section 3.9.1.3.
    [Theory]
    [InlineData(SmmuFixture.OnlyStage1, Full, 0u, null)]
    [InlineData(SmmuFixture.OnlyStage1, 0ul, 5u, EventKind.TranslationForbidden)]
    [InlineData(SmmuFixture.Bypass, Full, 5u, EventKind.TranslationForbidden)]
    [InlineData(SmmuFixture.Abort, Full, 5u, null)]
    [InlineData(0ul, Full, 5u, null)]
    public void Translated_requests_are_checked_where_ATSCHK_is_set(ulong d0, ulong d1, uint result, object? expected)
    {
        _smmu.Ste(_device.Stream, d0 | ((d0 & 2) != 0 ? SmmuFixture.Context : 0), d1, 0, 0);
        Assert.Equal(result, _device.Do(ExerciserDriver.Read, SmmuFixture.Data, attributes: ExerciserDriver.Translated));
        Assert.Equal(expected is EventKind kind ? [kind] : [], _smmu.TakeEvents().ConvertAll(static e => e.Kind));
        _smmu.Write32(0x20, 0xd);
        Assert.Equal(0u, _device.Do(ExerciserDriver.Read, SmmuFixture.Data, attributes: ExerciserDriver.Translated));
        Assert.Equal(5u, _device.Do(ExerciserDriver.Read, 1ul << 40, attributes: ExerciserDriver.Translated));
        Assert.Empty(_smmu.TakeEvents());
    }

    // Section 13.6.3.
    [Fact]
    public void Split_stage_ATS_answers_with_IPAs_that_stage_2_translates()
    {
        _smmu.UseBothStages(_device.Stream, Split);
        _smmu.Map1(Input, Intermediate);
        _smmu.Map2(Intermediate, SmmuFixture.Data);
        Assert.Equal((0u, Intermediate | 3), Ask(Input));
        Assert.Equal(0x1111ul, ByCache(Input));
        Assert.Equal(5u, _device.Do(ExerciserDriver.Read, Intermediate + 0x1000, attributes: ExerciserDriver.Translated));
        EventRecord happened = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.Translation, true, Intermediate + 0x1000), (happened.Kind, happened.Stage2, happened.Second));

        // Without ATSCHK it is as 0b00.
        _smmu.Write32(0x20, 0xd);
        Assert.Equal(6u, Ask(Input).Result);
    }

    [Fact]
    public void Full_ATS_of_both_stages_answers_with_physical_addresses_and_the_permissions_of_both()
    {
        _smmu.UseBothStages(_device.Stream, Full);
        _smmu.Map1(Input, Intermediate);
        _smmu.Map2(Intermediate, SmmuFixture.Data, flags: 0x440);
        Assert.Equal((0u, SmmuFixture.Data | 1), Ask(Input));
    }

    // Section 13.6.4.
    [Fact]
    public void What_skips_stage_1_by_S1DSS_gets_an_identity_mapping()
    {
        _smmu.Cd();
        _smmu.Ste(_device.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context | (2ul << 59), Full | 1, 0, 0);
        Assert.Equal((0u, SmmuFixture.Data | 3), Ask(SmmuFixture.Data));
    }

    [Fact]
    public void CMD_SYNC_waits_for_an_answer_that_comes_late()
    {
        UseStage1();
        ByCache(Input);
        _device.Set(0x64, 1);
        _smmu.Command(0x40 | ((ulong)_device.Stream << 32), 52);
        _smmu.Command(0x46);
        uint sync = _smmu.Read32(0x98) - 1;
        Assert.Equal(sync, _smmu.Read32(0x9c));
        _smmu.Pci.RunEvents();
        Assert.Equal((sync + 1, 0u, 0), (_smmu.Read32(0x9c), _smmu.Read32(0x60), _smmu.Pci.Named("x").KeptTranslations!.Count));
    }

    // Section 3.9.1.4, 4.7.3: RD stays at the CMD_SYNC; it is done when it is tried again.
    [Fact]
    public void An_answer_that_never_comes_is_CERROR_ATC_INV_SYNC_after_a_minute()
    {
        UseStage1();
        _device.Set(0x64, 2);
        ulong before = _smmu.Machine.Clock.Now;
        _smmu.Command(0x40 | ((ulong)_device.Stream << 32), 52);
        _smmu.Command(0x46);
        uint sync = _smmu.Read32(0x98) - 1;
        _smmu.Pci.RunEvents();
        Assert.Equal((sync | (3u << 24), 1u), (_smmu.Read32(0x9c), _smmu.Read32(0x60)));
        Assert.True(_smmu.Machine.Clock.Now - before >= Minute);
        _smmu.Write32(0x64, 1);
        Assert.Equal((sync + 1, 1u), (_smmu.Read32(0x9c), _smmu.Read32(0x60)));
    }

    [Fact]
    public void A_function_without_ATS_answers_Unsupported_Request_which_is_no_error_and_nobody_answers_nothing()
    {
        _smmu.Command(0x40 | (8ul << 32), 52);
        _smmu.Command(0x46);
        Assert.Equal(_smmu.Read32(0x98), _smmu.Read32(0x9c));
        _smmu.Command(0x40 | (0x88ul << 32), 52);
        _smmu.Command(0x46);
        _smmu.Pci.RunEvents();
        Assert.Equal(3u, _smmu.Read32(0x9c) >> 24);
    }

    [Fact]
    public void CMD_ATC_INV_is_ignored_while_the_SMMU_is_off_and_too_large_a_size_is_illegal()
    {
        _device.Set(0x64, 2);
        _smmu.Write32(0x20, 0xc);
        _smmu.Command(0x40 | ((ulong)_device.Stream << 32), 52);
        _smmu.Command(0x46);
        Assert.Equal((_smmu.Read32(0x98), 0u), (_smmu.Read32(0x9c), _device.Register(0x68)));
        _smmu.Command(0x40, 53);
        Assert.Equal(1u, _smmu.Read32(0x9c) >> 24);
    }

    // Section 3.12: a request of a kind that is not supported; which, is ours to choose: the Address Type that PCI Express reserves.
    [Fact]
    public void A_reserved_address_type_is_F_UUT_also_while_the_SMMU_is_off()
    {
        _smmu.Write32(0x20, 0xc);
        Assert.Equal(5u, _device.Do(ExerciserDriver.Write, SmmuFixture.Data + 8, attributes: ExerciserDriver.Translated | ExerciserDriver.TranslationRequest));
        Assert.Equal([0x01ul | ((ulong)_device.Stream << 32), 1ul, SmmuFixture.Data + 8], [_smmu.Memory(SmmuFixture.Events), _smmu.Memory(SmmuFixture.Events + 8), _smmu.Memory(SmmuFixture.Events + 16)]);
    }

    [Fact]
    public void A_hint_is_E_PAGE_REQUEST()
    {
        _device.Do(ExerciserDriver.HintPage, Input + 0x123, length: 3, pasid: ExerciserDriver.Pasid(5, privileged: true));

        // Section 7.3.19: Span in bits 115 to 108, pR and pW in 103 and 102.
        Assert.Equal(
            [0x24ul | (1ul << 11) | (5ul << 12) | ((ulong)_device.Stream << 32), (3ul << 44) | (1ul << 39) | (1ul << 38), Input],
            [_smmu.Memory(SmmuFixture.Events), _smmu.Memory(SmmuFixture.Events + 8), _smmu.Memory(SmmuFixture.Events + 16)]);
    }

    [Fact]
    public void Nothing_of_ATS_leaves_a_function_that_software_has_not_enabled()
    {
        UseStage1();
        _device.SetConfig(_device.Find(0x0f) + 6, 0, 2);
        Assert.Equal(1u, Ask(Input).Result);
        Assert.Equal(1u, _device.Do(ExerciserDriver.Read, Input, attributes: ExerciserDriver.TranslationRequest));
        Assert.Equal(0u, _device.Do(ExerciserDriver.Read, Input, attributes: ExerciserDriver.TranslationRequest | ExerciserDriver.Unruly));
        Assert.Equal(SmmuFixture.Data | 3, _device.Data);
    }

    private void UseStage1(bool substreams = false)
    {
        _smmu.Cd();
        _smmu.Cd(at: SmmuFixture.Context + 64);
        _smmu.Ste(_device.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context | (substreams ? 1ul << 59 : 0), Full, 0, 0);
        _smmu.Map1(Input, SmmuFixture.Data);
    }

    private (uint Result, ulong Entry) Ask(ulong address, uint pasid = 0) => (_device.Do(ExerciserDriver.AskTranslation, address, pasid: pasid), _device.Translation);

    private ulong ByCache(ulong address)
    {
        Assert.Equal(0u, _device.Do(ExerciserDriver.Read, address, attributes: ExerciserDriver.ByCache));
        return _device.Data;
    }

    private void Invalidate(ulong address)
    {
        _smmu.Command(0x40 | ((ulong)_device.Stream << 32), address);
        _smmu.Command(0x46);
    }

    private ulong Level2Of(ulong input)
    {
        ulong table = _smmu.Memory(SmmuFixture.Stage1 + ((input >> 30 & 511) * 8)) & ~0xffful;
        return table + ((input >> 21 & 511) * 8);
    }
}
