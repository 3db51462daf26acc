using System;
using GdbHost.Machine.Debug;
using Xunit;

namespace GdbHost.Machine.Tests.Debug;

/// <summary>
/// What the guest sees does not depend on how its code was cut into blocks, so a breakpoint somewhere changes nothing.
/// Witness: ARCHITECTURE.md, "Time, turns and determinism"; IHI 0048 for the software-generated interrupt.
/// </summary>
public sealed class BlockShapeTests
{
    private const ulong Vectors = 0x4010_0000;
    private const ulong CurrentLevelIrq = 0x280;
    private const uint AddX0One = 0x9100_0400; // add x0, x0, #1
    private const uint AddX0Two = 0x9100_0800; // add x0, x0, #2
    private const uint BranchSelf = 0x1400_0000; // b .

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Interrupt_raised_by_a_store_is_taken_before_the_next_instruction(bool breakpointElsewhere)
    {
        using SmallGuest guest = new(
            0xb900_0141, // str w1, [x10]   GICD_CTLR
            0xb900_0161, // str w1, [x11]   GICC_CTLR
            0xb900_0182, // str w2, [x12]   GICC_PMR
            0xb900_01a3, // str w3, [x13]   GICD_SGIR: SGI 1 to this core
            AddX0One,
            AddX0One,
            BranchSelf);
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, Vectors + CurrentLevelIrq, BitConverter.GetBytes(BranchSelf)));
        guest.Set("VBAR_EL1", Vectors);
        guest.Set("cpsr", 0x5);
        guest.Set("x0", 0);
        guest.Set("x1", 1);
        guest.Set("x2", 0xff);
        guest.Set("x3", 0x0200_0001);
        guest.Set("x10", 0x0800_0000);
        guest.Set("x11", 0x0801_0000);
        guest.Set("x12", 0x0801_0004);
        guest.Set("x13", 0x0800_0f00);
        Guard(guest, breakpointElsewhere, offset: 20);
        guest.Run(instructions: 20);

        Assert.Equal(Vectors + CurrentLevelIrq, guest["pc"]);
        Assert.Equal(SmallGuest.Code + 16, guest["ELR_EL1"]);
        Assert.Equal(0UL, guest["x0"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Store_into_the_code_that_runs_changes_the_very_next_instruction(bool breakpointElsewhere)
    {
        using SmallGuest guest = new(AddX0One, 0xb900_00a4, AddX0One, BranchSelf); // the second: str w4, [x5]
        guest.Set("x0", 0);
        guest.Set("x4", AddX0Two);
        guest.Set("x5", SmallGuest.Code + 8);
        Guard(guest, breakpointElsewhere, offset: 8);
        guest.Run(instructions: 4);
        Assert.Equal(3UL, guest["x0"]);
    }

    /// <summary>A breakpoint that is never met, at the same place of another page: blocks begin there in every page.</summary>
    private static void Guard(SmallGuest guest, bool wanted, ulong offset)
    {
        if (wanted)
        {
            guest.Port.AddBreakpoint(SmallGuest.Data + offset);
        }
    }
}
