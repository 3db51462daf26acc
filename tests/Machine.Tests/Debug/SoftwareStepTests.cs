using System;
using GdbHost.Machine.Debug;
using Xunit;

namespace GdbHost.Machine.Tests.Debug;

/// <summary>Software step as a guest's kernel uses it. Witness: DDI 0487, Software Step exceptions (encodings from GNU as).</summary>
public sealed class SoftwareStepTests
{
    private const uint Eret = 0xd69f_03e0;
    private const uint UnlockDebug = 0xd510_109f; // msr oslar_el1, xzr
    private const uint Svc0 = 0xd400_0001;
    private const uint AddX0One = 0x9100_0400; // add x0, x0, #1
    private const uint LoadExclusive = 0xc85f_7c41; // ldxr x1, [x2]
    private const uint BranchSelf = 0x1400_0000; // b .
    private const ulong Vectors = 0x4010_0000;
    private const ulong LowerLevel = 0x400;
    private const ulong User = SmallGuest.Code + 8;
    private const ulong SpsrSs = 1UL << 21;

    [Fact]
    public void Each_return_with_SS_executes_one_instruction()
    {
        using SmallGuest guest = Stepping(AddX0One, AddX0One, AddX0One);
        guest.Set("x0", 0);
        for (ulong n = 1; n <= 3; n++)
        {
            guest.Run(instructions: 4);
            Assert.Equal(Vectors + LowerLevel, guest["pc"]);
            Assert.Equal(User + (n * 4), guest["ELR_EL1"]);
            Assert.Equal(n, guest["x0"]);
            Assert.Equal(0x32UL, guest["ESR_EL1"] >> 26);
            Assert.Equal(1UL, (guest["ESR_EL1"] >> 24) & 1); // ISV
            Assert.Equal(0UL, (guest["ESR_EL1"] >> 6) & 1); // EX
            Return(guest);
        }
    }

    [Fact]
    public void Load_exclusive_is_told_in_the_syndrome()
    {
        using SmallGuest guest = Stepping(LoadExclusive);
        guest.Set("x2", SmallGuest.Data);
        guest.Run(instructions: 4);
        Assert.Equal(0x32UL, guest["ESR_EL1"] >> 26);
        Assert.Equal(1UL, (guest["ESR_EL1"] >> 6) & 1);
    }

    [Fact]
    public void System_call_is_complete_when_the_kernel_sees_it()
    {
        using SmallGuest guest = Stepping(Svc0, AddX0One);
        guest.Run(instructions: 4);
        Assert.Equal(0x15UL, guest["ESR_EL1"] >> 26);
        Assert.Equal(User + 4, guest["ELR_EL1"]);
        Assert.Equal(0UL, guest["SPSR_EL1"] & SpsrSs);
    }

    [Fact]
    public void A_debugger_that_steps_outside_leaves_the_guest_its_own_step()
    {
        using SmallGuest guest = Stepping(AddX0One, AddX0One, AddX0One);
        guest.Set("x0", 0);
        guest.Run(instructions: 2);
        Assert.Equal(User, guest["pc"]);
        guest.Step();
        Assert.Equal((User + 4, 1UL), (guest["pc"], guest["x0"]));
        guest.Step();
        Assert.Equal((Vectors + LowerLevel, User + 4, 1UL), (guest["pc"], guest["ELR_EL1"], guest["x0"]));
        Assert.Equal(0x32UL, guest["ESR_EL1"] >> 26);
    }

    [Fact]
    public void Without_MDSCR_SS_nothing_steps()
    {
        using SmallGuest guest = Stepping(AddX0One, AddX0One, BranchSelf);
        guest.Set("MDSCR_EL1", 0);
        guest.Run(instructions: 10);
        Assert.Equal(User + 8, guest["pc"]);
    }

    /// <summary>A guest about to return to EL0 with software step on.</summary>
    private static SmallGuest Stepping(params uint[] user)
    {
        SmallGuest guest = new([UnlockDebug, Eret, .. user]);
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, Vectors + LowerLevel, BitConverter.GetBytes(BranchSelf)));
        guest.Set("VBAR_EL1", Vectors);
        guest.Set("MDSCR_EL1", 1);
        guest.Set("ELR_EL1", User);
        guest.Set("SPSR_EL1", SpsrSs);
        return guest;
    }

    /// <summary>What a debugger in the guest does: steps on from where the guest was.</summary>
    private static void Return(SmallGuest guest)
    {
        guest.Set("SPSR_EL1", guest["SPSR_EL1"] | SpsrSs);
        guest.Set("pc", SmallGuest.Code);
    }
}
