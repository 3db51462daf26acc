using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Mmu;
using GdbHost.Machine.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Mmu;

/// <summary>
/// What a walk says of itself. Right is DDI 0487 (VMSAv8-64 descriptor formats) and, for situation 1, the report:
/// stage 2 on a guest with 1 GiB, and the ECAM of the virt board at 0x4010000000.
/// </summary>
public sealed class WalkTraceTests
{
    private const ulong Stage1Table = 0x4800_0000;
    private const ulong Stage2Table = 0x4a00_0000;
    private const ulong Ecam = 0x40_1000_0000;
    private const ulong AccessFlag = 1UL << 10;
    private const ulong ReadWrite = 3UL << 6;
    private const ulong Normal = 15UL << 2;
    private const ulong Table = 3;
    private const ulong Block = 1;

    [Fact]
    public void Ipa_beyond_the_ipa_space_names_both_widths_and_T0SZ()
    {
        using TranslationMachine machine = Guest(t0sz: 32);
        var trace = new WalkTrace();

        Translation answer = machine.Translation.LookStage2(Ecam, AccessType.Read, trace);

        Assert.Equal(new Fault(FaultKind.Translation, Level: 0, Stage2: true, OnWalk: false) { Ipa = Ecam }, answer.Fault);
        Assert.Equal(new FaultReason.IpaBeyondT0sz(NeedsBits: 39, GivesBits: 32, T0sz: 32), trace.Reason);
        Assert.Equal(new StageRefused(Stage2: true, Ecam), Assert.Single(trace.Events));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(25)]
    public void Absent_ecam_names_entry_256_of_level_1(int t0sz)
    {
        using TranslationMachine machine = Guest(t0sz);
        var trace = new WalkTrace();

        Translation answer = machine.Translation.LookStage2(Ecam, AccessType.Read, trace);

        Assert.Equal(new Fault(FaultKind.Translation, Level: 1, Stage2: true, OnWalk: false) { Ipa = Ecam }, answer.Fault);
        Assert.Equal(new FaultReason.InvalidDescriptor(Index: 256, Stage2Table + (256 * 8)), trace.Reason);
        DescriptorRead read = Assert.IsType<DescriptorRead>(trace.Events[^1]);
        Assert.Equal((1, 256, DescriptorKind.Invalid), (read.Level, read.Index, read.Kind));
    }

    [Fact]
    public void Walk_of_both_stages_records_which_descriptor_each_stage_2_walk_served()
    {
        using TranslationMachine machine = Guest(t0sz: 25);
        EnableStage1(machine);
        machine.Write(Stage1Table, (Stage1Table + 0x1000) | Table);
        machine.Write(Stage1Table + 0x1008, 0x4020_0000 | AccessFlag | Block);
        var trace = new WalkTrace();

        Translation answer = machine.Translation.Look(0x20_1234, AccessType.Read, ExceptionLevel.El1, trace);

        Assert.False(answer.Fault.Happened);
        Assert.Equal(0x4020_1234UL, answer.Physical);
        IEnumerable<(bool Stage2, int Level, int Index, int? Serves)> reads = trace.Events.OfType<DescriptorRead>()
            .Select(static read => (read.Stage2, read.Level, read.Index, read.ServesStage1Level));
        Assert.Equal(
            [(true, 1, 1, 1), (false, 1, 0, null), (true, 1, 1, 2), (false, 2, 1, null), (true, 1, 1, null)],
            reads);
        Assert.Null(trace.Reason);
    }

    [Fact]
    public void Table_of_stage_1_that_stage_2_does_not_map_is_blamed_on_the_walk()
    {
        using TranslationMachine machine = Guest(t0sz: 25);
        EnableStage1(machine);
        machine.Registers[Sr.Ttbr0El1] = 0xc000_0000;
        machine.Translation.RegistersChanged();
        var trace = new WalkTrace();

        Translation answer = machine.Translation.Look(0x1000, AccessType.Read, ExceptionLevel.El1, trace);

        Assert.Equal(new Fault(FaultKind.Translation, Level: 1, Stage2: true, OnWalk: true) { Ipa = 0xc000_0000 }, answer.Fault);
        Assert.Equal(1, trace.Events[^1].ServesStage1Level);
    }

    [Fact]
    public void Refusals_before_the_first_descriptor_name_their_register_fields()
    {
        using TranslationMachine machine = Guest(t0sz: 25);
        EnableStage1(machine);
        Assert.Equal(new FaultReason.VaOutsideRanges(T0sz: 25, T1sz: 25), ReasonOf(machine, 0x80_0000_0000));

        machine.Set(Sr.TcrEl1, machine.Registers[Sr.TcrEl1] | 1 << 7);
        Assert.Equal(new FaultReason.TableWalkDisabled(RangeSelector.Low), ReasonOf(machine, 0x1000));

        machine.Set(Sr.TcrEl1, 25UL << 16);
        Assert.Equal(
            new FaultReason.SizeFieldReserved(RangeSelector.Low, Value: 0, Least: 16, Most: 39), ReasonOf(machine, 0x1000));

        Assert.Equal(
            new FaultReason.StartLevelInconsistent(Sl0: 0, T0sz: 18, Granule.Size4KiB), Stage2ReasonOf(machine, t0sz: 18));

        machine.Set(Sr.SctlrEl1, 0);
        Assert.Equal(new FaultReason.AddressTooWide(NeedsBits: 41, GivesBits: 40), ReasonOf(machine, 0x100_0000_0000));
    }

    [Fact]
    public void Refusals_at_a_leaf_name_their_bit()
    {
        using TranslationMachine machine = Guest(t0sz: 25);
        EnableStage1(machine);
        machine.Write(Stage1Table, 0x4000_0000 | Block);
        machine.Write(Stage1Table + 8, 0x4000_0000 | AccessFlag | (2UL << 6) | (1UL << 53) | Block);
        machine.Write(Stage1Table + 16, 0x200_0000_0000 | AccessFlag | Block);
        machine.Write(Stage1Table + 24, 0x40_0000_0000 | AccessFlag | Block);

        Assert.Equal(new FaultReason.AccessFlagClear(Stage1Table), ReasonOf(machine, 0));
        Assert.Equal(new FaultReason.PermissionDenied(PermissionSource.Ap), ReasonOf(machine, 0x4000_0000, AccessType.Write));
        Assert.Equal(new FaultReason.PermissionDenied(PermissionSource.Pxn), ReasonOf(machine, 0x4000_0000, AccessType.Fetch));
        Assert.Equal(
            new FaultReason.OutputTooWide(DescriptorKind.Block, 0x200_0000_0000, OutputBits: 40), ReasonOf(machine, 0x8000_0000));
        Assert.Equal(new FaultReason.InvalidDescriptor(256, Stage2Table + (256 * 8)), ReasonOf(machine, 0xc000_0000));
    }

    [Fact]
    public void Look_leaves_no_entry_in_the_tlb()
    {
        using TranslationMachine machine = Guest(t0sz: 25);
        Assert.False(machine.Translation.Look(0x4000_1000, AccessType.Read, ExceptionLevel.El1).Fault.Happened);

        Assert.Null(machine.Translation.Kept(0x4000_1000, AccessType.Read, ExceptionLevel.El1));
    }

    private static FaultReason? ReasonOf(TranslationMachine machine, ulong address, AccessType type = AccessType.Read)
    {
        var trace = new WalkTrace();
        Assert.True(machine.Translation.Look(address, type, ExceptionLevel.El1, trace).Fault.Happened);
        return trace.Reason;
    }

    private static FaultReason? Stage2ReasonOf(TranslationMachine machine, int t0sz)
    {
        var trace = new WalkTrace();
        machine.Set(Sr.VtcrEl2, (ulong)t0sz);
        Assert.True(machine.Translation.LookStage2(0x1000, AccessType.Read, trace).Fault.Happened);
        return trace.Reason;
    }

    /// <summary>Stage 2 with the guest's RAM in GiB blocks, 4 KiB granule, from level 1; stage 1 off.</summary>
    private static TranslationMachine Guest(int t0sz)
    {
        var machine = new TranslationMachine();
        machine.Write(Stage2Table + 8, 0x4000_0000 | AccessFlag | ReadWrite | Normal | Block);
        machine.Set(Sr.ScrEl3, 0x531);
        machine.Set(Sr.VtcrEl2, (2UL << 16) | (1UL << 6) | (ulong)t0sz);
        machine.Set(Sr.VttbrEl2, Stage2Table | (1UL << 48));
        machine.Set(Sr.HcrEl2, (1UL << 31) | 1);
        return machine;
    }

    private static void EnableStage1(TranslationMachine machine)
    {
        machine.Set(Sr.TcrEl1, (2UL << 32) | (2UL << 30) | (25UL << 16) | 25);
        machine.Set(Sr.Ttbr0El1, Stage1Table);
        machine.Set(Sr.SctlrEl1, 0x1005);
    }
}
