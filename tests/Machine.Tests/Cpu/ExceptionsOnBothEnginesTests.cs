using System;
using GdbHost.Machine.Common;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// Exceptions, interrupt masks and cache maintenance in generated code. Witness: the interpreter, whose boots are compared with
/// QEMU's; the runs are cut and interrupted at the same random counts.
/// </summary>
public sealed unsafe class ExceptionsOnBothEnginesTests
{
    private const ulong Vectors = TestCore.RamStart + 0x800;
    private const uint Eret = 0xd69f_03e0;
    private const int CountRegister = 4;
    private const ulong Uct = 1 << 15;
    private const ulong Dze = 1 << 14;
    private const ulong Tid2 = 1 << 17;
    private const ulong Tdz = 1 << 28;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Calls_returns_and_interrupts_come_at_the_same_instruction(int seed, bool stepping)
    {
        const int Cuts = 4000;
        using TestCore interpreted = Guest(null);
        using TestCore translated = Guest(4);
        Random random = new(seed);
        for (int cut = 0; cut < Cuts; cut++)
        {
            bool asserted = random.Next(3) == 0;
            ulong masks = (ulong)random.Next(16) << 6;
            bool step = stepping && random.Next(8) == 0;
            ulong instructions = (ulong)random.Next(1, random.Next(2) == 0 ? 300 : 12);
            Assert.Equal(Go(interpreted, instructions, asserted, masks, step), Go(translated, instructions, asserted, masks, step));
        }

        Assert.InRange(translated.State->X[CountRegister], 100UL, ulong.MaxValue);
        Assert.InRange(translated.State->X[0], 100UL, ulong.MaxValue);
    }

    [Fact]
    public void Cache_maintenance_that_EL2_traps_is_trapped_in_generated_code_too()
    {
        const ulong TrapToCoherency = 1 << 23;
        using TestCore core = Guest(4);
        core.Cluster.Run(1000);
        Assert.Equal(0UL, core.Get("ESR_EL2"));
        core.Set("VBAR_EL2", Vectors);
        core.Set("HCR_EL2", core.Get("HCR_EL2") | TrapToCoherency);
        core.Cluster.Run(40);
        Assert.Equal(0x18UL, core.Get("ESR_EL2") >> 26);
    }

    /// <summary>DDI 0487, CTR_EL0 and DCZID_EL0: SCTLR_EL1.UCT and DZE, HCR_EL2.TID2 and TDZ; the values are Cortex-A53's (DDI 0500).</summary>
    [Theory]
    [InlineData(0, 0, 0, 0x18, 0x14)]
    [InlineData(0, Uct | Dze, 0, 0, 4)]
    [InlineData(0, Uct | Dze, Tid2 | Tdz, 0x18, 0x14)]
    [InlineData(0, Uct, Tid2, 0x18, 0x14)]
    [InlineData(1, 0, 0, 0, 4)]
    [InlineData(1, Uct | Dze, Tid2, 0x18, 4)]
    [InlineData(1, 0, Tdz, 0, 0x14)]
    [InlineData(2, 0, Tid2 | Tdz, 0, 4)]
    public void Cache_type_and_zero_block_registers_trap_and_tell_of_traps_in_generated_code_too(
        int level, ulong sctlr, ulong hcr, ulong trapped, ulong zeroBlock)
    {
        const ulong CacheType = 0x8444_8004;
        foreach (int? translateAfter in new int?[] { null, 1 })
        {
            using TestCore core = new(translateAfter: translateAfter);
            core.Write(
                TestCore.RamStart,
                0xd53b_00e1, // MRS X1, DCZID_EL0
                0xd53b_0020, // MRS X0, CTR_EL0
                0x17ff_fffe); // B to the start
            core.Set("HCR_EL2", core.Get("HCR_EL2") | hcr);
            Map(core);
            core.Set("SCTLR_EL1", core.Get("SCTLR_EL1") | sctlr | 1);
            core.Set("VBAR_EL1", Vectors);
            core.Set("VBAR_EL2", Vectors);
            for (int again = 0; again < 3; again++)
            {
                core.Enter((ExceptionLevel)level);
                core.State->X[0] = 0;
                core.State->X[1] = 0;
                core.Cluster.Run(2);
                Assert.Equal(zeroBlock, core.State->X[1]);
                Assert.Equal(trapped == 0 ? CacheType : 0, core.State->X[0]);
                Assert.Equal(trapped, Math.Max(core.Get("ESR_EL1"), core.Get("ESR_EL2")) >> 26);
            }
        }
    }

    [Fact]
    public void Exception_of_a_word_without_flags_saves_the_flags_before_it()
    {
        using TestCore interpreted = Guest(null);
        using TestCore translated = Guest(4);
        foreach (TestCore core in new[] { interpreted, translated })
        {
            core.Write(
                TestCore.RamStart,
                0xab00_00e7, // ADDS X7, X7, X0
                0x89ce_751e, // unallocated, in the group of loads and stores
                0x17ff_fffe); // B to the start
            core.Write(
                Vectors + 0x400,
                0xd538_4022, // MRS X2, ELR_EL1
                0xd538_4003, // MRS X3, SPSR_EL1
                0x9100_1042, // ADD X2, X2, #4
                0xd518_4022, // MSR ELR_EL1, X2
                Eret);
            core.State->X[0] = 0x4000_0000_0000_0001;
        }

        for (int cut = 0; cut < 100; cut++)
        {
            Assert.Equal(Go(interpreted, 7, false, 0, false), Go(translated, 7, false, 0, false));
        }
    }

    /// <summary>Stage 1 of EL1: RAM where it is, as one block of Normal memory, read-only so that EL0 and EL1 may execute it.</summary>
    private static void Map(TestCore core)
    {
        const ulong Table = TestCore.RamStart + 0x1_0000;
        const uint ReadOnlyBlock = (1 << 10) | (3 << 8) | (3 << 6) | (1 << 2) | 1;
        core.Write(Table + 8, (uint)TestCore.RamStart | ReadOnlyBlock, 0);
        core.Set("MAIR_EL1", 0xff00);
        core.Set("TTBR0_EL1", Table);
        core.Set("TCR_EL1", (2UL << 32) | (1 << 23) | 32);
    }

    private static string Go(TestCore core, ulong instructions, bool irq, ulong masks, bool step)
    {
        core.Core.System.Inputs.Irq.Set(irq);
        core.State->X[6] = masks;
        core.Set("MDSCR_EL1", step ? 1UL : 0);
        core.Cluster.Run(instructions);
        string registers = string.Join(' ', new ReadOnlySpan<ulong>(core.State->X, 10).ToArray());
        return $"{core.State->Pc:x} {core.State->Spsr:x} {core.Cluster.Retired} {core.Clock.Now} {core.Get("ESR_EL1"):x} {core.Get("ELR_EL1"):x} {registers}";
    }

    // At EL0: counts, calls, adds. The handler opens the interrupt masks and does what X6 says to them; X4 counts interrupts.
    private static TestCore Guest(int? translateAfter)
    {
        TestCore core = new(translateAfter: translateAfter);
        core.Write(
            TestCore.RamStart,
            0x9100_0400, // ADD X0, X0, #1
            0xf940_80a8, // LDR X8, [X5, #0x100]
            0xd400_0001, // SVC #0
            0xab00_00e7, // ADDS X7, X7, X0
            0x17ff_fffc); // B to the start
        core.Write(
            Vectors + 0x400,
            0xd538_4022, // MRS X2, ELR_EL1
            0xd538_4003, // MRS X3, SPSR_EL1
            0xd503_42ff, // MSR DAIFClr, #2
            0xf940_80a8, // LDR X8, [X5, #0x100]
            0xd50b_7e25, // DC CIVAC, X5
            0xd503_4fdf, // MSR DAIFSet, #15
            0xd53b_4221, // MRS X1, DAIF
            0xd50b_7525, // IC IVAU, X5
            0xd51b_4226, // MSR DAIF, X6
            0xd503_42df, // MSR DAIFSet, #2
            0x9ac0_4d29, // CRC32X W9, W9, X0
            0xd518_4022, // MSR ELR_EL1, X2
            0xd518_4003, // MSR SPSR_EL1, X3
            Eret);
        core.Write(Vectors + 0x280, 0x9100_0484, Eret); // ADD X4, X4, #1
        core.Write(Vectors + 0x480, 0x9100_0484, Eret);
        core.Set("VBAR_EL1", Vectors);
        core.Enter(ExceptionLevel.El0, daif: 0);
        core.State->X[5] = TestCore.RamStart;
        return core;
    }
}
