using System;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using Xunit;

namespace GdbHost.Machine.Tests.Debug;

/// <summary>
/// Running and stopping through the public door. Witness: DDI 0487 for what instructions do (encodings from GNU as),
/// ARCHITECTURE.md for time and stops.
/// </summary>
public sealed class RunAndStopTests
{
    private const uint AddX0One = 0x9100_0400; // add x0, x0, #1
    private const uint BranchBack4 = 0x17ff_ffff; // b .-4
    private const uint BranchSelf = 0x1400_0000; // b .
    private const uint StoreX1AtX2 = 0xf900_0041; // str x1, [x2]
    private const uint LoadX3AtX2 = 0xf940_0043; // ldr x3, [x2]
    private const uint StoreW4AtX5 = 0xb900_00a4; // str w4, [x5]
    private const uint AddX0Two = 0x9100_0800; // add x0, x0, #2
    private const uint Wfi = 0xd503_207f;
    private const uint BranchX1 = 0xd61f_0020; // br x1
    private const uint Udf = 0x0000_0000;

    [Fact]
    public void Instruction_limit_is_exact()
    {
        using SmallGuest guest = new(AddX0One, BranchBack4);
        guest.Set("x0", 0);
        MachineStop stop = guest.Run(instructions: 1001);
        Assert.Equal(MachineStopKind.InstructionLimit, stop.Kind);
        Assert.Equal(501UL, guest["x0"]);
        Assert.Equal(SmallGuest.Code + 4, guest["pc"]);
    }

    [Fact]
    public void Breakpoint_stops_before_its_instruction_and_leaves_memory_alone()
    {
        using SmallGuest guest = new(AddX0One, AddX0One, AddX0One, BranchSelf);
        guest.Set("x0", 0);
        ulong before = guest.ReadMemory(SmallGuest.Code + 8);
        guest.Port.AddBreakpoint(SmallGuest.Code + 8);
        MachineStop stop = guest.Run();
        Assert.Equal(MachineStopKind.Breakpoint, stop.Kind);
        Assert.Equal(SmallGuest.Code + 8, guest["pc"]);
        Assert.Equal(2UL, guest["x0"]);
        Assert.Equal(before, guest.ReadMemory(SmallGuest.Code + 8));
    }

    [Fact]
    public void Breakpoint_in_a_loop_hits_every_time_round()
    {
        using SmallGuest guest = new(AddX0One, BranchBack4);
        guest.Set("x0", 0);
        guest.Port.AddBreakpoint(SmallGuest.Code);
        for (ulong round = 0; round < 4; round++)
        {
            if (round > 0)
            {
                Assert.Equal(MachineStopKind.Breakpoint, guest.Run().Kind);
            }

            Assert.Equal(round, guest["x0"]);
        }
    }

    [Fact]
    public void Removed_breakpoint_no_longer_stops()
    {
        using SmallGuest guest = new(AddX0One, AddX0One, BranchSelf);
        guest.Port.AddBreakpoint(SmallGuest.Code + 4);
        Assert.Equal(MachineStopKind.Breakpoint, guest.Run().Kind);
        Assert.True(guest.Port.RemoveBreakpoint(SmallGuest.Code + 4));
        Assert.False(guest.Port.RemoveBreakpoint(SmallGuest.Code + 4));
        Assert.Equal(MachineStopKind.InstructionLimit, guest.Run(instructions: 100).Kind);
    }

    [Fact]
    public void Step_executes_one_instruction()
    {
        using SmallGuest guest = new(AddX0One, AddX0One, BranchSelf);
        guest.Set("x0", 0);
        Assert.Equal(MachineStopKind.Step, guest.Step().Kind);
        Assert.Equal(1UL, guest["x0"]);
        Assert.Equal(SmallGuest.Code + 4, guest["pc"]);
    }

    [Fact]
    public void Core_that_was_held_steps()
    {
        using SmallGuest guest = new(AddX0One, AddX0One, BranchSelf);
        Assert.Equal(MachineStopKind.Stuck, guest.Hold().Kind);
        Assert.Equal(MachineStopKind.Step, guest.Step().Kind);
        Assert.Equal(SmallGuest.Code + 4, guest["pc"]);
    }

    [Theory]
    [InlineData(WatchAccess.Write, 4)]
    [InlineData(WatchAccess.Read, 8)]
    [InlineData(WatchAccess.Any, 4)]
    public void Watchpoint_stops_before_the_access_of_its_kind(WatchAccess access, int offset)
    {
        using SmallGuest guest = new(AddX0One, StoreX1AtX2, LoadX3AtX2, BranchSelf);
        guest.Set("x1", 0x1234);
        guest.Set("x2", SmallGuest.Data);
        guest.Port.AddWatchpoint(SmallGuest.Data + 4, 1, access);
        MachineStop stop = guest.Run();
        Assert.Equal(new MachineStop(MachineStopKind.Watchpoint, 0, SmallGuest.Data + 4, access), stop);
        Assert.Equal(SmallGuest.Code + (ulong)offset, guest["pc"]);
    }

    [Fact]
    public void Step_leaves_a_watched_access_behind()
    {
        using SmallGuest guest = new(StoreX1AtX2, BranchSelf);
        guest.Set("x1", 0x1234);
        guest.Set("x2", SmallGuest.Data);
        guest.Port.AddWatchpoint(SmallGuest.Data, 8, WatchAccess.Write);
        Assert.Equal(MachineStopKind.Watchpoint, guest.Run().Kind);
        Assert.Equal(0UL, guest.ReadMemory(SmallGuest.Data));
        guest.Step();
        Assert.Equal(0x1234UL, guest.ReadMemory(SmallGuest.Data));
        Assert.Equal(SmallGuest.Code + 4, guest["pc"]);
    }

    [Fact]
    public void Continuing_from_a_watchpoint_makes_progress()
    {
        using SmallGuest guest = new(StoreX1AtX2, AddX0One, BranchSelf);
        guest.Set("x2", SmallGuest.Data);
        guest.Port.AddWatchpoint(SmallGuest.Data, 8, WatchAccess.Write);
        Assert.Equal(MachineStopKind.Watchpoint, guest.Run().Kind);
        Assert.Equal(MachineStopKind.InstructionLimit, guest.Run(instructions: 10).Kind);
        Assert.Equal(SmallGuest.Code + 8, guest["pc"]);
    }

    [Fact]
    public void Code_that_the_guest_changes_is_executed_as_changed()
    {
        // Round 1 adds 1, then the store turns the first instruction into "add x0, x0, #2".
        using SmallGuest guest = new(AddX0One, StoreW4AtX5, 0x17ff_fffe);
        guest.Set("x0", 0);
        guest.Set("x4", AddX0Two);
        guest.Set("x5", SmallGuest.Code);
        guest.Run(instructions: 6);
        Assert.Equal(3UL, guest["x0"]);
    }

    [Fact]
    public void Code_that_the_debugger_changes_is_executed_as_changed()
    {
        using SmallGuest guest = new(AddX0One, BranchBack4);
        guest.Set("x0", 0);
        guest.Run(instructions: 2);
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Current, SmallGuest.Code, BitConverter.GetBytes(AddX0Two)));
        guest.Run(instructions: 2);
        Assert.Equal(3UL, guest["x0"]);
    }

    [Fact]
    public void A_core_that_nothing_will_wake_is_stuck()
    {
        using SmallGuest guest = new(Wfi, BranchBack4);
        Assert.Equal(MachineStopKind.Stuck, guest.Run().Kind);
    }

    [Fact]
    public void Endless_exceptions_let_time_pass_and_the_debugger_in()
    {
        // VBAR_EL1 is 0 after reset: flash, which is empty, so the vector faults again and again.
        using SmallGuest guest = new(Udf);
        ulong before = guest.Port.VirtualNanoseconds;
        Assert.Equal(MachineStopKind.InstructionLimit, guest.Run(instructions: 100_000).Kind);
        Assert.True(guest.Port.VirtualNanoseconds >= before + 100_000);
        Assert.Equal(1UL, (guest["cpsr"] >> 2) & 3);
    }

    [Fact]
    public void Branch_to_a_tagged_address_drops_the_tag_where_TBI_ignores_it()
    {
        const ulong Tbi0 = 1UL << 37;
        using SmallGuest guest = new(BranchX1, BranchSelf);
        guest.Set("TCR_EL1", Tbi0);
        guest.Set("x1", 0xaa00_0000_0000_0000 | (SmallGuest.Code + 4));
        guest.Run(instructions: 3);
        Assert.Equal(SmallGuest.Code + 4, guest["pc"]);
    }

    [Fact]
    public void Two_machines_in_one_process_do_not_disturb_each_other()
    {
        using SmallGuest one = new(AddX0One, BranchBack4);
        using SmallGuest two = new(AddX0Two, BranchBack4);
        one.Set("x0", 0);
        two.Set("x0", 0);
        one.Run(instructions: 10);
        two.Run(instructions: 10);
        one.Run(instructions: 10);
        Assert.Equal(10UL, one["x0"]);
        Assert.Equal(10UL, two["x0"]);
    }

    [Fact]
    public void Looking_at_everything_changes_nothing()
    {
        using SmallGuest guest = new(AddX0One, StoreX1AtX2, 0x17ff_fffe);
        guest.Set("x2", SmallGuest.Data);
        guest.Run(instructions: 100);
        ulong[] before = Everything(guest);
        LookAtEverything(guest.Port);
        Assert.Equal(before, Everything(guest));
    }

    [Fact]
    public void Debugger_sees_the_stack_pointers_of_all_levels_that_exist()
    {
        using SmallGuest guest = new(new MachineConfiguration { MemoryBytes = 64 << 20 }, BranchSelf);
        guest.Set("SP_EL1", 0x1110);
        guest.Set("sp", 0x2220);
        Assert.Equal(0x1110UL, guest["SP_EL1"]);
        Assert.Equal(0x2220UL, guest["SP_EL2"]);
    }

    [Fact]
    public void Cores_beyond_the_first_wait_for_psci()
    {
        using SmallGuest guest = new(
            new MachineConfiguration { El2 = false, Cpus = 4, MemoryBytes = 64 << 20 }, AddX0One, BranchBack4);
        guest.Run(instructions: 1000);
        Assert.Contains("PSCI", guest.Port.DescribeCore(3), StringComparison.Ordinal);
        Assert.DoesNotContain("PSCI", guest.Port.DescribeCore(0), StringComparison.Ordinal);
    }

    private static ulong[] Everything(SmallGuest guest)
    {
        string[] clocks = ["CNTPCT_EL0", "CNTVCT_EL0"];
        return
        [
            guest.Port.Instructions,
            guest.Port.VirtualNanoseconds,
            .. guest.Port.Registers.Where(r => !clocks.Contains(r.Name)).Select(r => ReadOrZero(guest.Port, r)),
            guest.ReadMemory(SmallGuest.Data),
        ];
    }

    private static ulong ReadOrZero(MachineDebugPort port, MachineRegister register)
    {
        byte[] bytes = new byte[16];
        return port.TryReadRegister(0, register, bytes) ? BitConverter.ToUInt64(bytes) : 0;
    }

    private static void LookAtEverything(MachineDebugPort port)
    {
        byte[] page = new byte[4096];
        foreach (MemorySpace space in Enum.GetValues<MemorySpace>())
        {
            foreach (MapEntry entry in port.MemoryMap)
            {
                _ = port.ReadMemory(0, space, entry.Start, page);
            }

            if (space != MemorySpace.Physical)
            {
                _ = port.Explain(0, space, SmallGuest.Code, TranslationAccess.Execute);
            }
        }
    }
}
