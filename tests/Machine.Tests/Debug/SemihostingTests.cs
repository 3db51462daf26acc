using System;
using System.Text;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using Xunit;

namespace GdbHost.Machine.Tests.Debug;

/// <summary>Semihosting calls without host files. Witness: Arm, Semihosting for AArch32 and AArch64 (encodings from GNU as).</summary>
public sealed class SemihostingTests
{
    private const uint Call = 0xd45e_0000; // hlt #0xf000
    private const uint BranchSelf = 0x1400_0000; // b .
    private const ulong ApplicationExit = 0x20026;

    [Theory]
    [InlineData(0x18)]
    [InlineData(0x20)]
    public void Exit_stops_the_machine_with_the_guests_status(ulong operation)
    {
        using SmallGuest guest = WithSemihosting(true);
        Put(guest, BitConverter.GetBytes(ApplicationExit), BitConverter.GetBytes(42UL));
        guest.Set("x0", operation);
        guest.Set("x1", SmallGuest.Data);
        Assert.Equal(new MachineStop(MachineStopKind.Exit, 0, ExitCode: 42), guest.Run());
    }

    [Fact]
    public void Exit_for_another_reason_is_a_failure()
    {
        using SmallGuest guest = WithSemihosting(true);
        Put(guest, BitConverter.GetBytes(0x20023UL), BitConverter.GetBytes(0UL));
        guest.Set("x0", 0x18);
        guest.Set("x1", SmallGuest.Data);
        Assert.Equal(1, guest.Run().ExitCode);
    }

    [Fact]
    public void Write0_prints_up_to_the_zero_byte()
    {
        using SmallGuest guest = WithSemihosting(true);
        Put(guest, Encoding.ASCII.GetBytes("hello\0not this"));
        guest.Set("x0", 0x04);
        guest.Set("x1", SmallGuest.Data);
        guest.Run(instructions: 2);
        Assert.Equal("hello", Encoding.ASCII.GetString([.. guest.Output]));
    }

    [Fact]
    public void Unknown_operation_answers_minus_one_and_goes_on()
    {
        using SmallGuest guest = WithSemihosting(true);
        guest.Set("x0", 0x99);
        guest.Run(instructions: 3);
        Assert.Equal(ulong.MaxValue, guest["x0"]);
        Assert.Equal(SmallGuest.Code + 4, guest["pc"]);
    }

    [Fact]
    public void Without_semihosting_the_call_is_UNDEFINED()
    {
        using SmallGuest guest = WithSemihosting(false);
        guest.Run(instructions: 1);
        Assert.Equal(0UL, guest["ESR_EL1"] >> 26);
        Assert.Equal(SmallGuest.Code, guest["ELR_EL1"]);
    }

    private static SmallGuest WithSemihosting(bool on) =>
        new(new MachineConfiguration { El2 = false, MemoryBytes = 64 << 20, Semihosting = on }, Call, BranchSelf);

    private static void Put(SmallGuest guest, params byte[][] parts)
    {
        ulong at = SmallGuest.Data;
        foreach (byte[] part in parts)
        {
            Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, at, part));
            at += (ulong)part.Length;
        }
    }
}
