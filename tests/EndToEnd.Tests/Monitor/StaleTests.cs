using System;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Target;
using Xunit;
using static GdbHost.EndToEnd.Tests.Harness.WordsGuest;

namespace GdbHost.EndToEnd.Tests.Monitor;

/// <summary>
/// "monitor tlb stale" on a hypervisor and a kernel that forget their maintenance. Who is right: DDI 0487 (TLB maintenance instructions: what each
/// removes, and the operands).
/// </summary>
public sealed class StaleTests
{
    private const uint Nop = 0xd503_201f;
    private const uint Isb = 0xd503_3fdf;
    private const uint Eret = 0xd69f_03e0;

    /// <summary>STR X1, [X0].</summary>
    private const uint Store = 0xf900_0001;

    /// <summary>TLBI VMALLS12E1, TLBI VMALLE1 and TLBI ALLE2.</summary>
    private const uint AllOfGuest = 0xd50c_87df;
    private const uint AllOfStage1 = 0xd508_871f;
    private const uint AllOfEl2 = 0xd50c_871f;

    // Stage 2 maps 1 GiB at 0x40000000 by level 1 index 1, and index 2 (IPA 0x80000000) to 0x40000000 too. The guest loads from there and calls EL2,
    // whose vector takes the entry of index 2 away.
    [Theory]
    [InlineData(Nop, true)]
    [InlineData(AllOfGuest, false)]
    public void Entry_of_stage_2_that_a_hypervisor_forgets_is_named(uint maintenance, bool stale)
    {
        uint[] code = new uint[0x500];
        uint[] begin =
        [
            MoveWide(2, 0x3560), MoveKeep(2, 0x8000, 16), Write(3, 4, 2, 1, 2, 2), // VTCR_EL2: T0SZ 32, SL0 1
            MoveWide(3, 0x4010, 16), MoveKeep(3, 3, 48), Write(3, 4, 2, 1, 0, 3), // VTTBR_EL2: VMID 3
            MoveWide(0, 0x4010, 16), MoveWide(1, 0x7fd), MoveKeep(1, 0x4000, 16), Add(0, 8), Store, Add(0, 8), Store,
            MoveWide(5, 0x8000, 16), MoveKeep(5, 1, 0), Write(3, 4, 1, 1, 0, 5), // HCR_EL2: RW, VM
            MoveWide(6, 0x3c5), Write(3, 4, 4, 0, 0, 6),
            MoveWide(7, 0x4008, 16), MoveKeep(7, 0x1000, 0), Write(3, 4, 4, 0, 1, 7), // ELR_EL2 = 0x40081000
            MoveWide(8, 0x4008, 16), MoveKeep(8, 0x0800, 0), Write(3, 4, 12, 0, 0, 8), // VBAR_EL2 = 0x40080800
            Isb, Eret,
        ];
        begin.CopyTo(code, 0);
        uint[] vector = [MoveWide(1, 0), MoveWide(0, 0x4010, 16), Add(0, 16), Store, maintenance, Isb, BranchToItself];
        vector.CopyTo(code, (0x800 + 0x400) / 4);
        uint[] guest = [MoveWide(9, 0x8000, 16), 0xf940_012a, Hvc]; // LDR X10, [X9]
        guest.CopyTo(code, 0x1000 / 4);
        using MachineTarget target = Target(code, limit: 100);
        TargetRun.Run(target);
        string text = TargetRun.Ask(target, "tlb stale");

        if (stale)
        {
            Assert.Contains(
                "EL1&0 VMID 3 global 0x000080000000 1048576 KiB -> IPA 0x0080000000 PA 0x0040000000", text.Replace("ASID 0", "global", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Contains("stale: the tables of stage 2 say something else now, and TLBI IPAS2E1IS, 0x80000, then TLBI VMALLE1IS has not been done since", text, StringComparison.Ordinal);
        }

        Assert.Contains(stale ? " 1 stale" : " 0 stale", text, StringComparison.Ordinal);
    }

    // Stage 1 of EL2, or of EL1: level 1 index 1 maps 1 GiB at 0x40000000, index 2 leads there too and is taken away after a load.
    [Theory]
    [InlineData(true, Nop, "TLBI VAE2IS, 0x80000")]
    [InlineData(true, AllOfEl2, null)]
    [InlineData(false, Nop, "TLBI VA")]
    [InlineData(false, AllOfStage1, null)]
    public void Entry_of_stage_1_that_a_kernel_forgets_is_named(bool el2, uint maintenance, string? missing)
    {
        int op1 = el2 ? 4 : 0;
        uint[] code =
        [
            MoveWide(2, 0x4444), Write(3, op1, 10, 2, 0, 2), // MAIR_ELx: Normal Non-cacheable
            MoveWide(3, 0x4010, 16), Write(3, op1, 2, 0, 0, 3), // TTBR0_ELx
            MoveWide(4, 0x19), MoveKeep(4, el2 ? 0x8080u : 0x0080u, 16), Write(3, op1, 2, 0, 2, 4), // TCR_ELx: T0SZ 25; EPD1 at EL1
            MoveWide(0, 0x4010, 16), MoveWide(1, 0x0701), MoveKeep(1, 0x4000, 16), Add(0, 8), Store, Add(0, 8), Store,
            MoveWide(5, 0x30c5, 16), MoveKeep(5, 0x0831, 0), Write(3, op1, 1, 0, 0, 5), Isb, // SCTLR_ELx.M
            MoveWide(9, 0x8000, 16), 0xf940_012a, MoveWide(1, 0), Store, maintenance, Isb, BranchToItself,
        ];
        using MachineTarget target = Target(code, el2, limit: 100);
        TargetRun.Run(target);
        string text = TargetRun.Ask(target, "tlb stale");

        if (missing is not null)
        {
            Assert.Contains($"stale: the tables of stage 1 say something else now, and {missing}", text, StringComparison.Ordinal);
        }

        Assert.Contains(missing is null ? " 0 stale" : " 1 stale", text, StringComparison.Ordinal);
    }
}
