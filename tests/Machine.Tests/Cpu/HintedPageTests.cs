using System;
using System.Linq;
using GdbHost.Machine.Common;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>
/// A page that generated code has a hint to changes its frame, becomes read-only, goes, or gets code: the next access sees it. Witness: the
/// interpreter, which has no hints, and for the sums the loops' own arithmetic.
/// </summary>
public sealed unsafe class HintedPageTests
{
    private const ulong Page = PageTables.Page;
    private const int HintedNumber = 18;
    private const ulong Handler = TestCore.RamStart + (2 * Page);
    private const ulong Frame = TestCore.RamStart + (16 * Page);
    private const ulong Hinted = TestCore.RamStart + (HintedNumber * Page);

    private const ulong ReadOnly = 2 << 6;
    private const ulong OtherFrame = Page;
    private const ulong Valid = 1;

    /// <summary>Loads and stores by X29, then changes the descriptor at X2 by X8.</summary>
    private static readonly uint[] ChangedDescriptor =
    [
        0xf940_03a5, // LDR X5, [X29]
        0x8b05_00c6, // ADD X6, X6, X5
        0xf900_07a6, // STR X6, [X29, #8]
        0xf940_07ac, // LDR X12, [X29, #8]
        0x8b0c_01ad, // ADD X13, X13, X12
        0xca08_00e7, // EOR X7, X7, X8
        0xf900_0047, // STR X7, [X2]
        0xd503_3a9f, // DSB ISHST
        0xd508_8763, // TLBI VAAE1, X3
        0xd503_3b9f, // DSB ISH
        0xd503_3fdf, // ISB
        0x17ff_fff5, // B to the start
    ];

    /// <summary>Stores twice by X29, the second time W4, changes W4 and calls what it has stored.</summary>
    private static readonly uint[] StoredCode =
    [
        0xb900_13ae, // STR W14, [X29, #16]
        0xb900_03a4, // STR W4, [X29]
        0x0b0e_0084, // ADD W4, W4, W14
        0xd63f_03a0, // BLR X29
        0xd100_05ef, // SUB X15, X15, #1
        0xb5ff_ff6f, // CBNZ X15 to the start
        0x1400_0000, // B .
    ];

    /// <summary>Counts in X11 and goes on behind the instruction.</summary>
    private static readonly uint[] GoOnBehind =
    [
        0xd538_402a, // MRS X10, ELR_EL1
        0x9100_056b, // ADD X11, X11, #1
        0x9100_114a, // ADD X10, X10, #4
        0xd518_402a, // MSR ELR_EL1, X10
        0xd69f_03e0, // ERET
    ];

    [Theory]
    [InlineData(OtherFrame)]
    [InlineData(ReadOnly)]
    [InlineData(Valid)]
    [InlineData(OtherFrame | ReadOnly)]
    public void The_next_access_sees_a_changed_descriptor(ulong change)
    {
        const int Cuts = 300;
        using TestCore interpreted = Guest(null, ChangedDescriptor, change);
        using TestCore translated = Guest(1, ChangedDescriptor, change);
        Random random = new(5);
        for (int cut = 0; cut < Cuts; cut++)
        {
            ulong instructions = (ulong)random.Next(1, random.Next(3) == 0 ? 200 : 8);
            Assert.Equal(Go(interpreted, instructions), Go(translated, instructions));
        }

        Assert.Equal(change != OtherFrame, translated.State->X[11] != 0);
    }

    [Fact]
    public void Code_that_is_stored_through_a_hint_is_what_is_executed()
    {
        const uint AddToX0 = 0x9100_0000; // ADD X0, X0, #0
        const uint One = 1 << 10;
        const int Rounds = 60;
        foreach (int? translateAfter in new int?[] { null, 1 })
        {
            using TestCore core = Guest(translateAfter, StoredCode, 0);
            core.Write(Frame + 4, 0xd65f_03c0); // RET
            core.State->X[4] = AddToX0;
            core.State->X[14] = One;
            core.State->X[15] = Rounds;
            core.Cluster.Run(Rounds * 9);

            // The additions are 0, 1, 2, ...
            Assert.Equal((ulong)(Rounds * (Rounds - 1) / 2), core.State->X[0]);
        }
    }

    private static string Go(TestCore core, ulong instructions)
    {
        core.Cluster.Run(instructions);
        HashCode memory = default;
        memory.AddBytes(core.Read(Frame, (int)(3 * Page)));
        string registers = string.Join(' ', new ReadOnlySpan<ulong>(core.State->X, 16).ToArray().Select(static x => x.ToString("x")));
        return $"{core.State->Pc:x} {core.Cluster.Retired} {registers} {memory.ToHashCode():x}";
    }

    // Pages are where they are, but for the hinted one, which is the page of Frame.
    private static TestCore Guest(int? translateAfter, uint[] loop, ulong change)
    {
        TestCore core = new(translateAfter: translateAfter);
        core.Write(TestCore.RamStart, loop);
        core.Write(Handler + 0x200, GoOnBehind);
        ulong[] pages = new ulong[HintedNumber + 1];
        for (int page = 0; page < HintedNumber; page++)
        {
            pages[page] = (TestCore.RamStart + ((ulong)page * Page)) | PageTables.PageDescriptor;
        }

        pages[HintedNumber] = Frame | PageTables.PageDescriptor;
        PageTables.Write(core, pages);
        core.Write(Frame, 3, 0);
        core.Write(Frame + Page, 5, 0);
        core.Set("VBAR_EL1", Handler);
        core.Set("MAIR_EL1", 0xff00);
        core.Set("TTBR0_EL1", PageTables.Level1);
        core.Set("TCR_EL1", (2UL << 32) | (1 << 23) | 32);
        core.Set("SCTLR_EL1", core.Get("SCTLR_EL1") | 1);
        core.Enter(ExceptionLevel.El1);
        core.State->X[2] = PageTables.Level3 + (8 * HintedNumber);
        core.State->X[3] = Hinted >> 12;
        core.State->X[7] = pages[HintedNumber];
        core.State->X[8] = change;
        core.State->X[29] = Hinted;
        return core;
    }
}
