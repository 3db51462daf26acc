using System;
using System.Linq;
using GdbHost.Machine.Pcie;
using GdbHost.Machine.Smmu.Events;
using GdbHost.Machine.Snapshots;
using GdbHost.Machine.Tests.Devices;
using Xunit;

namespace GdbHost.Machine.Tests.Smmu;

/// <summary>
/// The stall model, driven by an exerciser that may be made to wait. Witness: IHI 0070, sections 3.12 (Fault models, recording and
/// reporting), 4.7.1 (CMD_RESUME), 4.7.2 (CMD_STALL_TERM), 5.5 (Fault configuration), 6.3.9.6 (SMMUEN), 7.2.1 (Recording of events) and 16.4
/// (System integration); Linux, arm-smmu-v3.h, for where STAG, Stall, Ac and Ab are.
/// </summary>
public sealed class StallTests : IDisposable
{
    private const ulong Input = 0x12_3456_7000;
    private const ulong Intermediate = 0x20_0000_0000;
    private const ulong Stalls = SmmuFixture.PlainCd | (1ul << 44);
    private const uint Busy = 1;
    private const uint Waiting = 4;
    private const uint Done = 2;

    private readonly SmmuFixture _smmu = SmmuFixture.WithBothExercisers();
    private readonly ExerciserDriver _plain;
    private readonly ExerciserDriver _patient;

    public StallTests()
    {
        _plain = _smmu.Plain;
        _patient = _smmu.Patient;
        _smmu.Memory(SmmuFixture.Data, 0x1122_3344_5566_7788);
        _smmu.Cd(Stalls);
        _smmu.Ste(_plain.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context, 0, 0, 0);
        _smmu.Ste(_patient.Stream, SmmuFixture.OnlyStage1 | SmmuFixture.Context, 0, 0, 0);
    }

    public void Dispose() => _smmu.Dispose();

    [Fact]
    public void A_fault_stalls_with_an_event_and_a_retry_goes_through_what_is_mapped_by_then()
    {
        _patient.Start(ExerciserDriver.Read, Input);
        Assert.Equal(Busy | Waiting, _patient.Status);
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.Translation, _patient.Stream, Input, true), (fault.Kind, fault.Stream, fault.Input, fault.StallTag is not null));
        _smmu.Map1(Input, SmmuFixture.Data);
        Resume(fault, 1);
        Assert.Equal((Done, 0x1122_3344_5566_7788ul), (_patient.Status, _patient.Data));
        Assert.Empty(_smmu.TakeEvents());
    }

    [Fact]
    public void The_record_has_Stall_in_bit_95_and_STAG_in_bits_79_to_64()
    {
        _patient.Start(ExerciserDriver.Read, Input);
        ulong word = _smmu.Memory(SmmuFixture.Events + 8);
        Assert.Equal((1ul, (ulong)_smmu.Smmu.Stalls.Newest), (word >> 31 & 1, word & 0xffff));
    }

    // Ac = 0: Ab says whether it aborts, or completes with RAZ/WI.
    [Theory]
    [InlineData(2u, 5u, ulong.MaxValue)]
    [InlineData(0u, 0u, 0ul)]
    public void A_stalled_read_is_terminated_with_an_abort_or_reads_as_zero(uint action, uint result, ulong data)
    {
        _smmu.Pci.Write(_patient.Registers + 0x8000, 0xdddd, 8);
        _patient.Start(ExerciserDriver.Read, Input);
        Resume(Assert.Single(_smmu.TakeEvents()), action);
        Assert.Equal((Done | (result << 8), data), (_patient.Status, _patient.Data));
    }

    [Fact]
    public void A_discarded_write_writes_nothing_and_succeeds()
    {
        _smmu.Map1(Input, SmmuFixture.Data, flags: 0x4c0);
        _patient.Start(ExerciserDriver.Write, Input);
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        Assert.Equal(EventKind.Permission, fault.Kind);
        Resume(fault, 0);
        Assert.Equal((Done, 0x1122_3344_5566_7788ul), (_patient.Status, _smmu.Memory(SmmuFixture.Data)));
    }

    [Fact]
    public void A_retry_that_faults_again_stalls_again_with_another_tag()
    {
        _patient.Start(ExerciserDriver.Read, Input);
        EventRecord first = Assert.Single(_smmu.TakeEvents());
        Resume(first, 1);
        EventRecord second = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.Translation, true), (second.Kind, second.StallTag != first.StallTag));

        // The first tag is nobody's now.
        Resume(first, 2);
        Assert.Equal(Busy | Waiting, _patient.Status);
    }

    [Fact]
    public void CMD_RESUME_needs_both_the_tag_and_the_stream()
    {
        _patient.Start(ExerciserDriver.Read, Input);
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        _smmu.Command(0x44 | (2ul << 12) | ((ulong)_plain.Stream << 32), (ulong)fault.StallTag!);
        _smmu.Command(0x44 | (2ul << 12) | ((ulong)_patient.Stream << 32), (ulong)fault.StallTag! + 1);
        _smmu.Pci.RunEvents();
        Assert.Equal((Busy | Waiting, 0u), (_patient.Status, _smmu.Read32(0x60)));
    }

    // Section 16.4: streams of PCI Express endpoints must not be stalled; 3.12: the fault is then reported with Stall == 0, and aborted.
    [Fact]
    public void An_endpoint_of_PCI_Express_is_not_stalled()
    {
        Assert.Equal(5u, _plain.Do(ExerciserDriver.Read, Input));
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventKind.Translation, null), (fault.Kind, fault.StallTag));
        Assert.Empty(_smmu.Smmu.Stalls.Waiting);
    }

    // Section 5.5: with S, R is ignored; A has no effect on what stalls.
    [Fact]
    public void A_stall_is_recorded_whatever_R_says()
    {
        _smmu.Cd(Stalls & ~(1ul << 45));
        _smmu.Command(0x06 | ((ulong)_patient.Stream << 32));
        _patient.Start(ExerciserDriver.Read, Input);
        Assert.NotNull(Assert.Single(_smmu.TakeEvents()).StallTag);
    }

    // Section 5.5: ARS = 0b010 and 0b000.
    [Theory]
    [InlineData(1ul << 45, 1)]
    [InlineData(0ul, 0)]
    public void Without_A_and_S_a_faulting_read_gives_zero_and_a_write_is_ignored(ulong r, int events)
    {
        _smmu.Cd((SmmuFixture.PlainCd & ~((1ul << 46) | (1ul << 45))) | r);
        _smmu.Command(0x06 | ((ulong)_plain.Stream << 32));
        _smmu.Pci.Write(_plain.Registers + 0x8000, 0xdddd, 8);
        Assert.Equal((0u, 0ul), (_plain.Do(ExerciserDriver.Read, Input), _plain.Data));
        Assert.Equal(0u, _plain.Do(ExerciserDriver.Write, Input));
        Assert.Equal(events * 2, _smmu.TakeEvents().Count);
    }

    // Section 3.12.5: the stage at which it faults decides.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stage_2_stalls_where_S2S_says_so(bool s2s)
    {
        _smmu.UseBothStages(_patient.Stream, stage2: SmmuFixture.PlainS2 | (s2s ? 1ul << 57 : 0));
        _smmu.Map1(Input, Intermediate);
        _patient.Start(ExerciserDriver.Read, Input);
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((true, EventClass.Input, Intermediate, s2s), (fault.Stage2, fault.Class, fault.Second, fault.StallTag is not null));
        Assert.Equal(s2s ? Busy | Waiting : Done | (5u << 8), _patient.Status);
        if (s2s)
        {
            _smmu.Map2(Intermediate, SmmuFixture.Data);
            Resume(fault, 1);
            Assert.Equal((Done, 0x1122_3344_5566_7788ul), (_patient.Status, _patient.Data));
        }
    }

    // Section 3.12: a stage 2 fault of the fetch of a CD may stall, and the retry fetches it again.
    [Fact]
    public void A_descriptor_that_stage_2_does_not_map_stalls_too()
    {
        _smmu.UseBothStages(_patient.Stream, stage2: SmmuFixture.PlainS2 | (1ul << 57));
        _smmu.Map2(SmmuFixture.Context, 0, flags: 0);
        _smmu.Memory(LeafOf(SmmuFixture.Context), 0);
        _smmu.Command(0x28 | (3ul << 32));
        _smmu.Map1(Input, Intermediate);
        _smmu.Map2(Intermediate, SmmuFixture.Data);
        _patient.Start(ExerciserDriver.Read, Input);
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((EventClass.ContextDescriptor, SmmuFixture.Context, true), (fault.Class, fault.Second, fault.StallTag is not null));
        _smmu.Map2(SmmuFixture.Context, SmmuFixture.Context);
        Resume(fault, 1);
        Assert.Equal((Done, 0x1122_3344_5566_7788ul), (_patient.Status, _patient.Data));
    }

    [Fact]
    public void CMD_STALL_TERM_aborts_what_is_stalled_of_its_stream()
    {
        _patient.Start(ExerciserDriver.Read, Input);
        _smmu.Command(0x45 | ((ulong)_plain.Stream << 32));
        _smmu.Pci.RunEvents();
        Assert.Equal(Busy | Waiting, _patient.Status);
        _smmu.Command(0x45 | ((ulong)_patient.Stream << 32));
        _smmu.Pci.RunEvents();
        Assert.Equal(Done | (5u << 8), _patient.Status);
    }

    [Fact]
    public void Turning_translation_off_aborts_all_that_is_stalled()
    {
        _patient.Start(ExerciserDriver.Read, Input);
        _smmu.Write32(0x20, 0xc);
        _smmu.Pci.RunEvents();
        Assert.Equal((Done | (5u << 8), 0), (_patient.Status, _smmu.Smmu.Stalls.Waiting.Count));
    }

    // Sections 7.2.1 and 7.4: a stall's record is not lost, causes no overflow, and is written when the queue is writable.
    [Fact]
    public void A_full_event_queue_delays_the_record_of_a_stall()
    {
        for (int i = 0; i < 16; i++)
        {
            _plain.Do(ExerciserDriver.Read, Input);
        }

        _patient.Start(ExerciserDriver.Read, Input + 0x1000);
        Assert.Equal((0x10u, Busy | Waiting), (_smmu.Read32(0xa8), _patient.Status));
        Assert.Equal(16, _smmu.TakeEvents().Count);
        _smmu.Pci.RunEvents();
        EventRecord late = Assert.Single(_smmu.TakeEvents());
        Assert.Equal((Input + 0x1000, true), (late.Input, late.StallTag is not null));
    }

    [Fact]
    public void While_the_event_queue_is_off_a_stalled_transaction_waits_and_may_find_a_mapping_then()
    {
        _smmu.Write32(0x20, 0x9);
        _patient.Start(ExerciserDriver.Read, Input);
        _smmu.Map1(Input, SmmuFixture.Data);
        _smmu.Write32(0x20, 0xd);
        _smmu.Pci.RunEvents();
        Assert.Equal((Done, 0x1122_3344_5566_7788ul), (_patient.Status, _patient.Data));
        Assert.Empty(_smmu.TakeEvents());
    }

    [Fact]
    public void Only_the_stalled_request_of_a_transfer_is_sent_again()
    {
        _smmu.Map1(Input, SmmuFixture.Data);
        _smmu.Map1(Input + 0x2000, SmmuFixture.Data + 0x2000);
        _smmu.Memory(SmmuFixture.Data + 0x1000, 5);
        _smmu.Memory(SmmuFixture.Data + 0x2000, 6);
        _patient.Start(ExerciserDriver.Read, Input, length: 0x3000);
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        Assert.Equal(Input + 0x1000, fault.Input);
        _smmu.Map1(Input + 0x1000, SmmuFixture.Data + 0x1000);
        Resume(fault, 1);
        Assert.Equal(
            [0x1122_3344_5566_7788ul, 5ul, 6ul],
            Enumerable.Range(0, 3).Select(i => _smmu.Pci.Read(_patient.Registers + 0x8000 + ((ulong)i << 12), 8)));
    }

    [Fact]
    public void Atomic_operations_and_messages_stall_as_well()
    {
        _smmu.Pci.Write(_patient.Registers + 0x20, 3, 8);
        _patient.Start(ExerciserDriver.FetchAdd, Input);
        _smmu.Map1(Input, SmmuFixture.Data);
        Resume(Assert.Single(_smmu.TakeEvents()), 1);
        Assert.Equal((0x1122_3344_5566_7788ul, 0x1122_3344_5566_778bul), (_smmu.Pci.Read(_patient.Registers + 0x48, 8), _smmu.Memory(SmmuFixture.Data)));
        _patient.Start(ExerciserDriver.Message, Input + 0x1000);
        _smmu.Map1(Input + 0x1000, 0x0802_0000);
        _smmu.Pci.Write(_patient.Registers + 0x20, 80);
        Resume(Assert.Single(_smmu.TakeEvents()), 2);
        Assert.Equal(Done | (5u << 8), _patient.Status);
    }

    [Fact]
    public void A_function_that_is_reset_takes_its_request_with_it_and_the_tag_stays_taken()
    {
        _patient.Start(ExerciserDriver.Write, Input);
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        _smmu.Pci.Named("s").FunctionReset();
        Assert.Single(_smmu.Smmu.Stalls.Waiting);
        _smmu.Map1(Input, SmmuFixture.Data);
        Resume(fault, 1);
        Assert.Equal((0x1122_3344_5566_7788ul, 0), (_smmu.Memory(SmmuFixture.Data), _smmu.Smmu.Stalls.Waiting.Count));
    }

    [Fact]
    public void A_function_that_is_taken_out_takes_its_request_with_it()
    {
        _patient.Start(ExerciserDriver.Read, Input);
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        PciFunction function = _smmu.Pci.Named("s");
        _smmu.Machine.Pcie!.Unplug(function);
        Resume(fault, 1);
        Assert.Empty(_smmu.Smmu.Stalls.Waiting);
    }

    [Fact]
    public void When_there_is_no_room_for_another_the_next_ends_with_an_abort()
    {
        for (int i = 0; i < 64; i++)
        {
            _patient.Start(ExerciserDriver.Read, Input);
            _smmu.Pci.Named("s").FunctionReset();
            _patient.SetConfig(0x10, (uint)_patient.Registers);
            _patient.SetConfig(0x04, 6, 2);
            _smmu.TakeEvents();
        }

        Assert.Equal(5u, _patient.Do(ExerciserDriver.Read, Input));
        Assert.Null(Assert.Single(_smmu.TakeEvents()).StallTag);
        Assert.Equal(64u, _smmu.Read32(0x14) >> 16);
    }

    [Fact]
    public void A_stall_goes_through_a_snapshot()
    {
        _patient.Start(ExerciserDriver.Read, Input);
        EventRecord fault = Assert.Single(_smmu.TakeEvents());
        byte[] smmu = SnapshotWriter.BytesOf(_smmu.Smmu);
        byte[] pcie = SnapshotWriter.BytesOf(_smmu.Machine.Pcie!);
        Resume(fault, 2);
        DeviceFixture.Restore(_smmu.Smmu, smmu);
        DeviceFixture.Restore(_smmu.Machine.Pcie!, pcie);
        Assert.Equal(Busy | Waiting, _patient.Status);
        _smmu.Map1(Input, SmmuFixture.Data);
        Resume(fault, 1);
        Assert.Equal((Done, 0x1122_3344_5566_7788ul), (_patient.Status, _patient.Data));
    }

    private ulong LeafOf(ulong input)
    {
        ulong table = SmmuFixture.Stage2;
        foreach (int shift in (ReadOnlySpan<int>)[30, 21])
        {
            table = _smmu.Memory(table + ((input >> shift & 511) * 8)) & ~0xffful;
        }

        return table + ((input >> 12 & 511) * 8);
    }

    private void Resume(EventRecord fault, uint action)
    {
        _smmu.Command(0x44 | ((ulong)action << 12) | ((ulong)fault.Stream << 32), (ulong)fault.StallTag!);
        _smmu.Pci.RunEvents();
    }
}
