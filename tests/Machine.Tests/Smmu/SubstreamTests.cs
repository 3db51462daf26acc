using System;
using GdbHost.Machine.Smmu.Events;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// Requests with a PASID, from a real endpoint. Witness: IHI 0070, sections 3.9 (PASIDs), 5.2 (STE.S1DSS, S1Fmt, S1CDMax), 7.3 (Event records) and
/// 13.7 (PCIe permission attribute interpretation); PCI Express Base Specification, PASID Extended Capability; Linux, pci_regs.h, for its layout.
/// </summary>
public sealed class SubstreamTests : IDisposable
{
    private const ulong Input = 0x12_3456_7000;
    private const ulong Other = 0x4048_0000;
    private const ulong FourSubstreams = 2ul << 59;

    private readonly SmmuFixture _smmu = SmmuFixture.WithExerciser();
    private readonly ExerciserDriver _device;

    public SubstreamTests()
    {
        _device = _smmu.Plain;
        _device.EnablePasid();
        _smmu.Memory(SmmuFixture.Data, 0x1111);
        _smmu.Memory(SmmuFixture.Data + 0x1000, 0x2222);
    }

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void The_capability_says_20_bits_with_execute_and_privilege()
    {
        int at = _device.Find(0x1b);
        Assert.Equal(0x1406u, _device.Config(at + 4) & 0xffff);
        Assert.Equal(7u, _device.Config(at + 4) >> 16);
    }

    [Theory]
    [InlineData(0u, false, false, 1u)] // PASID Enable
    [InlineData(1u, true, false, 1u)] // Execute Permission Enable
    [InlineData(1u, false, true, 1u)] // Privileged Mode Enable
    [InlineData(7u, true, true, 0u)]
    public void A_prefix_leaves_the_function_only_as_far_as_software_has_enabled_it(uint control, bool execute, bool privileged, uint result)
    {
        _device.EnablePasid(control);
        _smmu.Write32(0x20, 0);
        Assert.Equal(result, _device.Do(ExerciserDriver.Read, SmmuFixture.Data, pasid: ExerciserDriver.Pasid(1, execute, privileged)));
        Assert.Equal(0u, _device.Do(ExerciserDriver.Read, SmmuFixture.Data, attributes: ExerciserDriver.Unruly, pasid: ExerciserDriver.Pasid(1, execute, privileged)));
    }

    [Fact]
    public void Each_PASID_has_tables_of_its_own()
    {
        UseSubstreams();
        Assert.Equal((0u, 0x1111ul), Load(1));
        Assert.Equal((0u, 0x2222ul), Load(2));
        Assert.Equal(5u, Load(3).Result);
        EventRecord happened = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.BadCd, 3u), (happened.Kind, happened.Substream));
    }

    [Fact]
    public void A_fault_says_whose_substream_it_was()
    {
        UseSubstreams();
        _device.Do(ExerciserDriver.Write, Input + 0x5000, pasid: ExerciserDriver.Pasid(2, privileged: true));
        EventRecord happened = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.Translation, 2u, true, false), (happened.Kind, happened.Substream, happened.IsPrivileged, happened.IsRead));
    }

    // C_BAD_SUBSTREAMID has no SSV: section 7.3.9.
    [Theory]
    [InlineData(SmmuFixture.OnlyStage1, FourSubstreams, 4u)] // not below 2^S1CDMax
    [InlineData(SmmuFixture.OnlyStage1, 0ul, 1u)] // S1CDMax = 0
    [InlineData(SmmuFixture.OnlyStage2, FourSubstreams, 1u)] // no stage 1
    [InlineData(SmmuFixture.Bypass, FourSubstreams, 1u)]
    [InlineData(SmmuFixture.OnlyStage1, FourSubstreams, 0xf_ffffu)]
    public void A_substream_that_cannot_be_is_C_BAD_SUBSTREAMID(ulong configuration, ulong substreams, uint pasid)
    {
        _smmu.Cd();
        _smmu.Ste(_device.Stream, configuration | SmmuFixture.Context | substreams, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
        Assert.Equal(5u, Load(pasid).Result);
        Assert.Equal(0x08ul | ((ulong)pasid << 12) | ((ulong)_device.Stream << 32), _smmu.Memory(SmmuFixture.Events));
    }

    [Fact]
    public void Substream_0_is_taken_where_S1DSS_uses_it_for_requests_without()
    {
        UseSubstreams(s1dss: 2);
        Assert.Equal((0u, 0x1111ul), Load(null));
        Assert.Equal(5u, Load(0).Result);
        Assert.Equal((EventKind.StreamDisabled, 0u), (_smmu.TakeEvents()[0].Kind, 0u));
        Assert.Equal((0u, 0x2222ul), Load(2));
    }

    // S1DSS = 0b11 and S1Fmt = 0b11 are reserved, and behave as 0b00: section 5.2.
    [Fact]
    public void Reserved_S1DSS_terminates_and_reserved_S1Fmt_is_linear()
    {
        UseSubstreams(s1dss: 3, format: 3);
        Assert.Equal(5u, Load(null).Result);
        Assert.Equal(EventKind.StreamDisabled, Assert.Single(_smmu.TakeEvents()).Kind);
        Assert.Equal((0u, 0x2222ul), Load(2));
    }

    [Fact]
    public void A_stage_2_stream_takes_requests_without_a_PASID_past_stage_1_where_S1DSS_says_so()
    {
        _smmu.UseBothStages(_device.Stream, word1: 1);
        _smmu.Memory(SmmuFixture.StreamTable + (_device.Stream * 64ul), SmmuFixture.Nested | SmmuFixture.Context | FourSubstreams);
        _smmu.Command(0x03 | ((ulong)_device.Stream << 32), 1);
        _smmu.Map2(0x20_0000_0000, SmmuFixture.Data);
        Assert.Equal((0u, 0x1111ul), (_device.Do(ExerciserDriver.Read, 0x20_0000_0000), _device.Data));
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    public void A_first_level_descriptor_that_is_invalid_or_too_wide_has_no_substreams(ulong format)
    {
        const ulong Level1 = 0x4041_0000;
        int leaf = format == 1 ? 6 : 10;
        _smmu.Memory(Level1, SmmuFixture.Context | 1);
        _smmu.Memory(Level1 + 8, (1ul << 44) | 1);
        _smmu.Ste(_device.Stream, SmmuFixture.OnlyStage1 | Level1 | (13ul << 59) | (format << 4), 0, 0, 0);
        Load(1u << leaf);
        Load(2u << leaf);
        Assert.Equal([EventKind.BadSubstreamId, EventKind.BadSubstreamId], _smmu.TakeEvents().ConvertAll(static e => e.Kind));
    }

    [Fact]
    public void Privilege_and_execution_come_from_the_prefix()
    {
        UseSubstreams();

        // Privileged alone, not to be executed by it.
        _smmu.Map1(Input + 0x2000, SmmuFixture.Data, flags: 0x400 | (1ul << 53));
        Assert.Equal(5u, Load(1, Input + 0x2000).Result);
        Assert.Equal(0u, _device.Do(ExerciserDriver.Read, Input + 0x2000, pasid: ExerciserDriver.Pasid(1, privileged: true)));
        Assert.Equal(5u, _device.Do(ExerciserDriver.Read, Input + 0x2000, pasid: ExerciserDriver.Pasid(1, execute: true, privileged: true)));
        Assert.Equal([(false, false), (true, true)], _smmu.TakeEvents().ConvertAll(static e => (e.IsPrivileged, e.IsInstruction)));

        // A write is of data.
        Assert.Equal(0u, _device.Do(ExerciserDriver.Write, Input + 0x2000, pasid: ExerciserDriver.Pasid(1, execute: true, privileged: true)));
    }

    // STE.PRIVCFG and STE.INSTCFG, which SMMU_IDR1.ATTR_PERMS_OVR says are there; 0b01 is reserved, as 0b00.
    [Theory]
    [InlineData(0ul, 5u, false, false)]
    [InlineData(1ul << 48, 5u, false, false)]
    [InlineData(3ul << 48, 0u, true, false)] // privileged
    [InlineData((3ul << 48) | (3ul << 50), 5u, true, true)] // privileged fetch
    public void The_entry_overrides_privilege_and_execution(ulong d1, uint result, bool privileged, bool instruction)
    {
        _smmu.Cd();
        _smmu.Ste(_device.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context, d1, 0, 0);
        _smmu.Map1(Input, SmmuFixture.Data, flags: 0x400 | (1ul << 53));
        Assert.Equal(1u, _smmu.Read32(4) >> 26 & 1);
        Assert.Equal(result, _device.Do(ExerciserDriver.Read, Input));
        Assert.Equal(result == 0 ? [] : [(privileged, instruction)], _smmu.TakeEvents().ConvertAll(static e => (e.IsPrivileged, e.IsInstruction)));
    }

    // Section 13.1.2: RnW is 0 for an atomic operation, but where it may write and not read.
    [Theory]
    [InlineData(0x440ul, true)] // S2AP = read
    [InlineData(0x480ul, false)] // S2AP = write
    public void An_atomic_operation_that_may_not_read_or_write_says_which(ulong flags, bool written)
    {
        _smmu.Ste(_device.Stream, SmmuFixture.OnlyStage2, 0, SmmuFixture.PlainS2, SmmuFixture.Stage2);
        _smmu.Map2(0x20_0000_0000, SmmuFixture.Data, flags);
        Assert.Equal(5u, _device.Do(ExerciserDriver.FetchAdd, 0x20_0000_0000));
        EventRecord happened = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.Permission, !written), (happened.Kind, happened.IsRead));
    }

    private void UseSubstreams(ulong s1dss = 0, ulong format = 0)
    {
        _smmu.Cd();
        _smmu.Cd(at: SmmuFixture.Context + 64);
        _smmu.Memory(SmmuFixture.Context + 128, SmmuFixture.PlainCd + (1ul << 48), Other, 0, 0xff);

        // nG: of this ASID alone.
        _smmu.Map1(Input, SmmuFixture.Data, flags: 0xc40);
        foreach (int shift in (ReadOnlySpan<int>)[30, 21])
        {
            // The second tables share all but the last level.
            ulong at = (shift == 30 ? Other : Other + 0x1000) + ((Input >> shift & 511) * 8);
            _smmu.Memory(at, (shift == 30 ? Other + 0x1000 : Other + 0x2000) | 3);
        }

        _smmu.Memory(Other + 0x2000 + ((Input >> 12 & 511) * 8), (SmmuFixture.Data + 0x1000) | 0xc43);
        _smmu.Ste(_device.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context | FourSubstreams | (format << 4), s1dss, 0, 0);
    }

    private (uint Result, ulong Data) Load(uint? pasid) =>
        (_device.Do(ExerciserDriver.Read, Input, pasid: pasid is uint p ? ExerciserDriver.Pasid(p) : 0), _device.Data);

    private (uint Result, ulong Data) Load(uint pasid, ulong address) => (_device.Do(ExerciserDriver.Read, address, pasid: ExerciserDriver.Pasid(pasid)), _device.Data);
}
