using System;
using System.IO;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu.Monitoring;
using GdbHost.Machine.Debug;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Tests.Cpu;
using GdbHost.Machine.Tests.Debug;
using Xunit;

namespace GdbHost.Machine.Tests.Monitoring;

/// <summary>
/// What the PMU counts. Witness: DDI 0487, The Performance Monitors Extension (CountEvents, CheckForPMUOverflow, the
/// definitions of the common events); encodings of instructions from GNU as.
/// </summary>
public sealed unsafe class PmuTests
{
    private const ulong Code = 0x4000_1000;
    private const ulong Vectors = 0x4000_8000;
    private const uint Nop = 0xd503_201f;
    private const uint Udf = 0;
    private const uint Svc0 = 0xd400_0001;
    private const uint Eret = 0xd69f_03e0;
    private const uint BranchSelf = 0x1400_0000;

    private const ulong InstRetired = 0x08;
    private const ulong ExcTaken = 0x09;
    private const ulong ExcReturn = 0x0a;
    private const ulong CidWrite = 0x0b;
    private const ulong Cycles = 0x11;
    private const ulong Chain = 0x1e;
    private const ulong P = 1UL << 31;
    private const ulong U = 1UL << 30;
    private const ulong Nsk = 1UL << 29;
    private const ulong Nsh = 1UL << 27;
    private const ulong M = 1UL << 26;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Instructions_and_cycles_between_two_reads_are_counted_whatever_the_slices(int slice)
    {
        using TestCore core = Counting(InstRetired, Cycles);
        core.Write(Code, Read(1, 0), Read(2, 1), Nop, Nop, Nop, Nop, Read(3, 0), Read(4, 1), Mrs(5, "PMCCNTR_EL0"), Nop, Mrs(6, "PMCCNTR_EL0"), BranchSelf);
        for (int done = 0; done < 40; done += slice)
        {
            core.Cluster.Run((ulong)slice);
        }

        Assert.Equal((6UL, 6UL, 2UL), (X(core, 3) - X(core, 1), X(core, 4) - X(core, 2), X(core, 6) - X(core, 5)));
    }

    [Fact]
    public void An_instruction_that_is_not_completed_takes_a_cycle_and_does_not_retire()
    {
        using TestCore core = Counting(InstRetired, Cycles, ExcTaken, ExcReturn);

        // At the vector: skip the instruction and return.
        core.Write(Vectors + 0x200, Mrs(9, "ELR_EL1"), 0x9100_1129, Msr("ELR_EL1", 9), Eret);
        core.Write(Code, Read(1, 0), Read(2, 1), Udf, Read(3, 0), Read(4, 1), Read(5, 2), Read(6, 3), BranchSelf);
        core.Cluster.Run(40);
        Assert.Equal((6UL, 7UL), (X(core, 3) - X(core, 1), X(core, 4) - X(core, 2)));
        Assert.Equal((1UL, 1UL), (X(core, 5), X(core, 6)));
    }

    [Fact]
    public void Filters_by_P_and_U_tell_EL1_from_EL0()
    {
        using TestCore core = Counting(InstRetired | P, InstRetired | U, ExcTaken | P, ExcTaken | U, ExcReturn | P, ExcReturn | U);
        DropToEl0(core, Nop, Nop, Nop, Svc0);
        core.Cluster.Run(60);

        // At EL0 three NOPs and the SVC; at EL1 NOP, ERET and the read before.
        Assert.Equal(4UL, X(core, 1));
        Assert.Equal(2UL + 1, X(core, 2));
        Assert.Equal((1UL, 0UL, 0UL, 1UL), (X(core, 3), X(core, 4), X(core, 5), X(core, 6)));
    }

    [Theory]
    [InlineData(0UL, false)]
    [InlineData(Nsh, true)]
    [InlineData(Nsh | P | U, true)]
    public void EL2_is_counted_with_NSH_alone(ulong filter, bool counted)
    {
        using TestCore core = Counting(InstRetired | filter);
        core.Enter(ExceptionLevel.El2);
        core.State->Pc = Code;
        core.Write(Code, Nop, Nop, Nop, Read(1, 0), BranchSelf);
        core.Cluster.Run(20);
        Assert.Equal(counted ? 3UL : 0, X(core, 1));
    }

    [Theory]
    [InlineData(3, P, false, 0UL, 0UL)]
    [InlineData(3, P | M, false, 0UL, 0UL)]
    [InlineData(3, P | M, false, 1UL << 17, 3UL)]
    [InlineData(3, P, false, 1UL << 17, 0UL)]
    [InlineData(1, 0UL, false, 0UL, 0UL)]
    [InlineData(1, 0UL, false, 1UL << 17, 3UL)]
    [InlineData(1, Nsk, true, 0UL, 0UL)]
    [InlineData(1, P | Nsk, true, 0UL, 3UL)]
    public void Secure_state_needs_SPME_and_EL3_needs_M_as_P(int level, ulong filter, bool nonSecure, ulong mdcrEl3, ulong counted)
    {
        using TestCore core = new(el2: true, el3: true);
        core.Set("SCR_EL3", nonSecure ? 0x431UL : 0x430UL);
        core.Set("MDCR_EL3", mdcrEl3);
        core.Set("PMEVTYPER0_EL0", InstRetired | filter);
        core.Set("PMCNTENSET_EL0", 1);
        core.Set("PMCR_EL0", 1);
        core.Enter((ExceptionLevel)level);
        core.State->Pc = Code;
        core.Write(Code, Nop, Nop, Nop, Read(1, 0), BranchSelf);
        core.Cluster.Run(20);
        Assert.Equal(counted, X(core, 1));
    }

    [Fact]
    public void Counters_from_HPMN_on_are_EL2s()
    {
        using TestCore core = Counting(InstRetired, InstRetired, InstRetired, InstRetired);
        core.Set("MDCR_EL2", 2);
        Assert.Equal(2UL, (core.Get("PMCR_EL0") >> 11) & 31);
        core.Msr("PMCNTENSET_EL0", 0xffff_ffff);
        Assert.Equal(0x8000_0003UL, core.Get("PMCNTENSET_EL0"));
        core.Msr("PMEVCNTR3_EL0", 5);
        core.Msr("PMCR_EL0", 3);
        core.State->Pc = Code;
        core.Write(Code, Nop, Nop, BranchSelf);
        core.Cluster.Run(2);
        Assert.Equal((2UL, 0UL), (core.Get("PMEVCNTR1_EL0"), core.Get("PMEVCNTR2_EL0")));

        // HPME enables them without PMCR_EL0.E.
        core.Set("PMCR_EL0", 0);
        core.Set("MDCR_EL2", 2 | (1 << 7));
        core.Write(Code + 8, Nop, Nop, Nop, BranchSelf);
        core.Cluster.Run(3);
        core.Enter(ExceptionLevel.El2);
        Assert.Equal(6UL, (core.Get("PMCR_EL0") >> 11) & 31);
        Assert.Equal((2UL, 3UL), (core.Get("PMEVCNTR1_EL0"), core.Get("PMEVCNTR2_EL0")));
    }

    [Fact]
    public void A_chained_counter_counts_overflows_and_each_sets_its_flag()
    {
        using TestCore core = Counting(InstRetired, Chain, Cycles, Chain);
        core.Set("PMEVCNTR0_EL0", 0xffff_fffe);
        core.Set("PMEVCNTR1_EL0", 0xffff_ffff);
        core.Set("PMEVCNTR2_EL0", 0xffff_fff0);
        core.Write(Code, [.. Enumerable.Repeat(Nop, 10), BranchSelf]);
        core.Cluster.Run(2);
        Assert.Equal((0UL, 0UL, 0xffff_fff2UL, 3UL),
            (core.Get("PMEVCNTR0_EL0"), core.Get("PMEVCNTR1_EL0"), core.Get("PMEVCNTR2_EL0"), core.Get("PMOVSSET_EL0")));
        core.Cluster.Run(14);
        Assert.Equal((0UL, 1UL, 7UL), (core.Get("PMEVCNTR2_EL0"), core.Get("PMEVCNTR3_EL0"), core.Get("PMOVSCLR_EL0")));
        core.Set("PMOVSCLR_EL0", 5);
        Assert.Equal(2UL, core.Get("PMOVSSET_EL0"));
    }

    [Theory]
    [InlineData(0x41UL, 0xffff_fff0UL, 0x1_0000_0010UL, false)] // LC: overflow at 64 bits
    [InlineData(0x41UL, 0xffff_ffff_ffff_fff0UL, 0x10UL, true)]
    [InlineData(0x01UL, 0xffff_fff0UL, 0x1_0000_0010UL, true)]
    [InlineData(0x09UL, 5UL, 5UL, false)] // D: 32 cycles are no 64
    [InlineData(0x49UL, 5UL, 37UL, false)] // LC overrides D
    public void Cycle_counter_overflows_by_LC_and_is_divided_by_D(ulong control, ulong from, ulong to, bool overflows)
    {
        using TestCore core = Counting();
        core.Write(Code, BranchSelf);
        core.Set("PMCNTENSET_EL0", 0x8000_0000);
        core.Set("PMCCNTR_EL0", from);
        core.Set("PMCR_EL0", control);
        core.Cluster.Run(32);
        Assert.Equal((to, overflows ? 0x8000_0000UL : 0), (core.Get("PMCCNTR_EL0"), core.Get("PMOVSSET_EL0")));
    }

    [Fact]
    public void Divided_cycles_are_kept_until_there_are_64()
    {
        using TestCore core = Counting();
        core.Write(Code, BranchSelf);
        core.Set("PMCNTENSET_EL0", 0x8000_0000);
        core.Set("PMCR_EL0", 9);
        for (int k = 0; k < 10; k++)
        {
            core.Cluster.Run(32);
            core.Set("PMINTENCLR_EL1", 0);
        }

        Assert.Equal(5UL, core.Get("PMCCNTR_EL0"));
    }

    [Fact]
    public void Software_increments_and_writes_of_the_context_ID_are_events()
    {
        using TestCore core = Counting(0, CidWrite);
        core.Write(Code, Msr("PMSWINC_EL0", 7), Msr("PMSWINC_EL0", 7), Msr("CONTEXTIDR_EL1", 7), BranchSelf);
        core.State->X[7] = 1;
        core.Cluster.Run(10);
        Assert.Equal((2UL, 1UL), (core.Get("PMEVCNTR0_EL0"), core.Get("PMEVCNTR1_EL0")));
    }

    [Fact]
    public void PMCEID_says_what_is_counted()
    {
        using TestCore core = new();
        Assert.Equal(0x4002_0f01UL, core.Get("PMCEID0_EL0"));
        Assert.Equal(0UL, core.Get("PMCEID1_EL0"));
        Assert.Equal(6UL, (core.Get("PMCR_EL0") >> 11) & 31);
    }

    [Theory]
    [InlineData(InstRetired, 7)]
    [InlineData(Cycles, 7)]
    [InlineData(InstRetired, 100)]
    public void Overflow_interrupt_is_taken_before_the_very_next_instruction(ulong type, int after)
    {
        using SmallGuest guest = new([.. Enumerable.Repeat(0x9100_0400u, 120), BranchSelf]);
        EnableInterrupt(guest);
        guest.Set("x0", 0);
        guest.Set("PMEVTYPER0_EL0", type);
        guest.Set("PMEVCNTR0_EL0", 0x1_0000_0000 - (ulong)after);
        guest.Set("PMINTENSET_EL1", 1);
        guest.Set("PMCNTENSET_EL0", 1);
        guest.Set("PMCR_EL0", 1);
        guest.Run(instructions: 200);
        Assert.Equal((ulong)after, guest["x0"]);
        Assert.Equal(SmallGuest.Code + ((ulong)after * 4), guest["ELR_EL1"]);
        Assert.Equal(1UL, guest["PMOVSSET_EL0"]);
    }

    [Fact]
    public void Faults_do_not_bring_an_overflow_of_instructions_forward()
    {
        // Two loads of an address without memory; the vector returns behind them.
        using SmallGuest guest = new([0xf940_0021, 0xf940_0021, .. Enumerable.Repeat(0x9100_0400u, 40), BranchSelf]);
        EnableInterrupt(guest);
        uint[] skip = [Mrs(9, "ELR_EL1"), 0x9100_1129, Msr("ELR_EL1", 9), Eret];
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, Interrupt - 0x80, [.. skip.SelectMany(BitConverter.GetBytes)]));
        guest.Set("x0", 0);
        guest.Set("x1", 0x3000_0000_0000);
        guest.Set("PMEVTYPER0_EL0", InstRetired);
        guest.Set("PMEVCNTR0_EL0", 0x1_0000_0000 - 20);
        guest.Set("PMINTENSET_EL1", 1);
        guest.Set("PMCNTENSET_EL0", 1);
        guest.Set("PMCR_EL0", 1);
        guest.Run(instructions: 100);
        Assert.Equal(20UL - 8, guest["x0"]);
    }

    [Fact]
    public void Overflow_comes_in_the_turn_of_its_own_core_at_the_instruction()
    {
        using TestCore core = new(el2: false, cores: 2);
        core.Write(Code, BranchSelf);
        Line line = new();
        GdbHost.Machine.Cpu.Core second = core.Cluster.Cores[1];
        second.System.Performance.Output = line;
        line.Now = () => (core.Clock.Now, second.State->X[0]);
        core.Write(Vectors, 0x9100_0400, 0x17ff_ffff); // add x0, x0, #1; b .-4
        core.State->Pc = Code;
        second.State->Pc = Vectors;
        Set(second, "PMEVTYPER0_EL0", InstRetired);
        Set(second, "PMEVCNTR0_EL0", 0x1_0000_0000 - 30_001);
        Set(second, "PMINTENSET_EL1", 1);
        Set(second, "PMCNTENSET_EL0", 1);
        Set(second, "PMCR_EL0", 1);
        core.Cluster.Run(120_000);
        Assert.Equal((30_001UL, 15_001UL), line.Raised);
    }

    /// <summary>What a snapshot needs: the core that takes over has executed less than the one that was saved.</summary>
    [Fact]
    public void Saved_counters_go_on_in_a_core_that_is_younger()
    {
        using TestCore old = Counting(InstRetired, Cycles);
        old.Write(Code, BranchSelf);
        old.Cluster.Run(1000);
        using TestCore young = Counting(InstRetired, Cycles);
        young.Write(Code, BranchSelf);
        young.Clock.Now = old.Clock.Now;
        for (int r = 0; r < (int)Sr.Count; r++)
        {
            young.Regs[(Sr)r] = old.Regs[(Sr)r];
        }

        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        old.Core.System.Performance.Save(new StateWriter(writer));
        stream.Position = 0;
        using BinaryReader reader = new(stream);
        young.Core.System.Performance.Restore(new StateReader(reader));
        young.Cluster.Run(5);
        Set(young.Core, "PMCNTENCLR_EL0", 1);
        young.Cluster.Run(7);
        Assert.Equal((1005UL, 1012UL), (young.Get("PMEVCNTR0_EL0"), young.Get("PMEVCNTR1_EL0")));
    }

    [Fact]
    public void Saved_counters_go_on_where_they_were()
    {
        using TestCore core = Counting(InstRetired, Cycles);
        core.Write(Code, BranchSelf);
        core.Cluster.Run(10);
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        PerformanceMonitors monitors = core.Core.System.Performance;
        monitors.Save(new StateWriter(writer));
        stream.Position = 0;
        ulong[] registers = [.. Enumerable.Range(0, (int)Sr.Count).Select(r => core.Regs[(Sr)r])];
        core.Cluster.Run(500);
        for (int r = 0; r < registers.Length; r++)
        {
            core.Regs[(Sr)r] = registers[r];
        }

        core.Clock.Now -= 500;
        using BinaryReader reader = new(stream);
        monitors.Restore(new StateReader(reader));
        Assert.Equal((10UL, 10UL), (core.Get("PMEVCNTR0_EL0"), core.Get("PMEVCNTR1_EL0")));
        core.Cluster.Run(5);
        Assert.Equal((15UL, 15UL), (core.Get("PMEVCNTR0_EL0"), core.Get("PMEVCNTR1_EL0")));
    }

    private const ulong Interrupt = 0x4010_0280;

    private static void EnableInterrupt(SmallGuest guest)
    {
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, Interrupt, BitConverter.GetBytes(BranchSelf)));
        guest.Set("VBAR_EL1", 0x4010_0000);
        guest.Set("cpsr", 0x3c5);
        uint[] program =
        [
            0xb900_0141, // str w1, [x10]   GICD_CTLR
            0xb901_0142, // str w2, [x10, #0x100]   GICD_ISENABLER0: PPI 23
            0xb900_0161, // str w1, [x11]   GICC_CTLR
            0xb900_0563, // str w3, [x11, #4]   GICC_PMR
        ];
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, SmallGuest.Data, [.. program.SelectMany(BitConverter.GetBytes)]));
        guest.Set("x1", 1);
        guest.Set("x2", 1 << 23);
        guest.Set("x3", 0xff);
        guest.Set("x10", 0x0800_0000);
        guest.Set("x11", 0x0801_0000);
        guest.Set("pc", SmallGuest.Data);
        guest.Run(instructions: 4);
        guest.Set("cpsr", 0x5);
        guest.Set("pc", SmallGuest.Code);
    }

    /// <summary>A core at EL1 whose counters count these events, about to run from <see cref="Code"/>.</summary>
    private static TestCore Counting(params ulong[] types)
    {
        TestCore core = new();
        core.Set("VBAR_EL1", Vectors);
        core.Enter(ExceptionLevel.El1);
        core.State->Pc = Code;
        for (int n = 0; n < types.Length; n++)
        {
            core.Set($"PMEVTYPER{n}_EL0", types[n]);
        }

        core.Set("PMCNTENSET_EL0", 0x8000_0000 | ((1UL << types.Length) - 1));
        core.Set("PMCR_EL0", 1);
        return core;
    }

    /// <summary>Goes to EL0, and from the exception on, at EL1, reads counters 0 to 5 into X1 to X6.</summary>
    private static void DropToEl0(TestCore core, params uint[] user)
    {
        core.Set("SPSR_EL1", 0x3c0);
        core.Set("ELR_EL1", Code + 8);
        core.Write(Code, [Nop, Eret, .. user]);
        core.Write(Vectors + 0x400, Read(1, 0), Read(2, 1), Read(3, 2), Read(4, 3), Read(5, 4), Read(6, 5), BranchSelf);
    }

    private static void Set(GdbHost.Machine.Cpu.Core core, string name, ulong value) =>
        Assert.True(core.System.SystemRegisters.TryWrite(SysRegTable.Find(name)!, value));

    private static ulong X(TestCore core, int register) => core.State->X[register];

    private static uint Read(int register, int counter) => Mrs(register, $"PMEVCNTR{counter}_EL0");

    private static uint Mrs(int register, string name) => 0xd520_0000 | ((uint)SysRegTable.Find(name)!.Id.Packed << 5) | (uint)register;

    private static uint Msr(string name, int register) => 0xd500_0000 | ((uint)SysRegTable.Find(name)!.Id.Packed << 5) | (uint)register;

    /// <summary>An interrupt line that notes when it was first raised.</summary>
    private sealed class Line : GdbHost.Machine.Bus.IInterruptLine
    {
        public Func<(ulong, ulong)>? Now { get; set; }

        public (ulong Time, ulong X0) Raised { get; private set; }

        public void Set(bool asserted)
        {
            if (asserted && Raised == default)
            {
                Raised = Now!();
            }
        }
    }
}
