using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// An instruction that does not set the flags stands between a comparison and the one that reads it. Witness: DDI 0487, which says of each
/// that PSTATE.NZCV stays; an engine that keeps flags in the host's must not lose them to what the host calculates with.
/// </summary>
public sealed unsafe class FlagsAcrossFormsTests
{
    private const int Rounds = 40;
    private const int Length = 5;

    /// <summary>EQ to LE.</summary>
    private const int Conditions = 14;

    private static readonly ulong[] Operands = [0, 1, 5, long.MaxValue, 1UL << 63, ulong.MaxValue];

    [Theory]
    [InlineData("CRC32B W9, W9, W0", 0x1ac0_4129)]
    [InlineData("CRC32H W9, W9, W0", 0x1ac0_4529)]
    [InlineData("CRC32W W9, W9, W0", 0x1ac0_4929)]
    [InlineData("CRC32X W9, W9, X0", 0x9ac0_4d29)]
    [InlineData("CRC32CX W9, W9, X0", 0x9ac0_5d29)]
    [InlineData("RBIT X9, X0", 0xdac0_0009)]
    [InlineData("REV16 X9, X0", 0xdac0_0409)]
    [InlineData("CLZ X9, X0", 0xdac0_1009)]
    [InlineData("CLS X9, X0", 0xdac0_1409)]
    [InlineData("UDIV X9, X9, X0", 0x9ac0_0929)]
    [InlineData("SDIV X9, X9, X0", 0x9ac0_0d29)]
    [InlineData("LSLV X9, X9, X0", 0x9ac0_2129)]
    [InlineData("UMULH X9, X9, X0", 0x9bc0_7d29)]
    [InlineData("MSUB X9, X9, X0, X9", 0x9b00_a529)]
    [InlineData("EXTR X9, X9, X0, #7", 0x93c0_1d29)]
    [InlineData("BFM X9, X0, #3, #5", 0xb343_1409)]
    [InlineData("MRS X9, CTR_EL0", 0xd53b_0029)]
    [InlineData("MRS X9, DCZID_EL0", 0xd53b_00e9)]
    [InlineData("LDTR X9, [X5]", 0xf840_08a9)]
    [InlineData("STTR X9, [X5]", 0xf800_08a9)]
    [InlineData("CNT V0.8B, V1.8B", 0x0e20_5820)]
    [InlineData("SQADD V0.4S, V0.4S, V1.4S", 0x4ea1_0c00)]
    [InlineData("FCVTZS X9, D0", 0x9e78_0009)]
    [InlineData("LSL X9, X0, #7", 0xd379_e009)]
    [InlineData("LSR W9, W0, #7", 0x5307_7c09)]
    [InlineData("ASR X9, X0, #63", 0x937f_fc09)]
    [InlineData("SXTB X9, W0", 0x9340_1c09)]
    [InlineData("CSINC X9, X0, X9, EQ", 0x9a89_0409)]
    [InlineData("ADRP X9, page + 1", 0xb000_0009)]
    public void Flags_of_a_comparison_outlive(string between, uint word)
    {
        Assert.NotEmpty(between);
        foreach (int? translateAfter in (int?[])[null, 0])
        {
            using TestCore core = new(translateAfter: translateAfter);
            core.Write(
                TestCore.RamStart,
                0xea1f_001c, // ANDS X28, X0, XZR: Z
                word,
                0x1a9f_11a3, // CSEL W3, W13, WZR, NE
                0xcb03_0084, // SUB X4, X4, X3
                0x17ff_fffc); // B to the start
            core.State->X[13] = 1;
            core.State->X[0] = 0x1234_5678_9abc_def3;
            core.State->X[5] = TestCore.RamStart + 0x1000;
            core.Cluster.Run(Rounds * Length);

            Assert.Equal((0UL, 0UL, TestCore.RamStart), (core.State->X[3], core.State->X[4], core.State->Pc));
        }
    }

    /// <summary>All conditions behind a comparison, with instructions between that let the host keep the flags, and with one that does not.</summary>
    [Theory]
    [InlineData("LSL X16, X0, #7", 0xd379_e010)]
    [InlineData("AND X16, X0, X1", 0x8a01_0010)]
    [InlineData("LDR X16, [X17]", 0xf940_0230)]
    public void Every_condition_is_found_behind(string between, uint word)
    {
        Assert.NotEmpty(between);
        foreach (int? translateAfter in (int?[])[null, 0])
        {
            foreach ((ulong a, ulong b) in from a in Operands from b in Operands select (a, b))
            {
                using TestCore core = new(translateAfter: translateAfter);
                IEnumerable<uint> sets = Enumerable.Range(0, Conditions).Select(condition => 0x9a9f_07e0 | ((uint)condition ^ 1) << 12 | (uint)(condition + 2));
                core.Write(
                    TestCore.RamStart,
                    [0xeb01_001f /* CMP X0, X1 */, word, .. sets /* CSET */, 0x17ff_fff0 /* B to the start */]);
                core.State->X[0] = a;
                core.State->X[1] = b;
                core.State->X[17] = TestCore.RamStart + 0x1000;
                core.Cluster.Run((Conditions + 3) * 20);

                for (int condition = 0; condition < Conditions; condition++)
                {
                    Assert.Equal(Holds(condition, a, b) ? 1UL : 0, core.State->X[condition + 2]);
                }
            }
        }
    }

    // ConditionHolds() of DDI 0487 after SUBS, in terms of the operands: EQ, CS, MI, VS, HI, GE, GT, and the opposite of each.
    private static bool Holds(int condition, ulong a, ulong b)
    {
        bool holds = (condition >> 1) switch
        {
            0 => a == b,
            1 => a >= b,
            2 => (long)(a - b) < 0,
            3 => (Int128)(long)a - (long)b != (long)(a - b),
            4 => a > b,
            5 => (long)a >= (long)b,
            _ => (long)a > (long)b,
        };
        return holds != ((condition & 1) != 0);
    }
}
