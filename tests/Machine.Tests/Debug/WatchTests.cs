using System;
using System.Linq;
using GdbHost.Machine.Boards;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Debug.Watches;
using Xunit;

namespace GdbHost.Machine.Tests.Debug;

/// <summary>
/// What watchpoints and watches see, to the byte. Witness: DDI 0487 for the bytes that each instruction accesses (encodings from GNU as) and for
/// tagged addresses (TCR_EL1.TBI0).
/// </summary>
public sealed class WatchTests
{
    private const ulong Table = 0x4030_0000;
    private const ulong Tag = 0x5aUL << 56;
    private const uint BranchSelf = 0x1400_0000; // b .
    private const uint StoreX1AtX2 = 0xf900_0041; // str x1, [x2]
    private const uint LoadX1AtX2 = 0xf940_0041; // ldr x1, [x2]

    public static TheoryData<string, uint, bool, int, int> Accesses => new()
    {
        { "strb w1, [x2]", 0x3900_0041, true, 0, 1 },
        { "stp x1, x3, [x2]", 0xa900_0c41, true, 0, 16 },
        { "stp q0, q1, [x2]", 0xad00_0440, true, 0, 32 },
        { "ldp x1, x3, [x2]", 0xa940_0c41, false, 0, 16 },
        { "ldr q0, [x2]", 0x3dc0_0040, false, 0, 16 },
        { "dc zva, x2", 0xd50b_7422, true, 0, 64 },
        { "ldxr x1, [x2]", 0xc85f_7c41, false, 0, 8 },
        { "stxp w4, x1, x3, [x2]", 0xc824_0c41, true, 0, 16 },
        { "ldxp x1, x3, [x2]", 0xc87f_0c41, false, 0, 16 },
        { "st4 {v0.16b-v3.16b}, [x2]", 0x4c00_0040, true, 0, 64 },
        { "ld4 {v0.16b-v3.16b}, [x2]", 0x4c40_0040, false, 0, 64 },
        { "sttr x1, [x2] where EL0 may store", 0xf800_0841, true, 0x4000_0000, 8 },
        { "stlr w1, [x2]", 0x889f_fc41, true, 0, 4 },
        { "ldaxr w1, [x2]", 0x885f_fc41, false, 0, 4 },
        { "ldp x1, x3, [x2] across pages", 0xa940_0c41, false, 0x1000 - 8, 16 },
        { "stp x1, x3, [x2] across pages", 0xa900_0c41, true, 0x1000 - 8, 16 },
        { "str x1, [x2] unaligned across pages", 0xf900_0041, true, 0x1000 - 3, 8 },
    };

    [Theory]
    [MemberData(nameof(Accesses))]
    public void A_watchpoint_is_exact_to_the_byte(string what, uint word, bool isWrite, int offset, int bytes)
    {
        Assert.NotEmpty(what);
        ulong start = SmallGuest.Data + (ulong)offset;
        WatchAccess[] kinds = isWrite ? [WatchAccess.Write, WatchAccess.Any] : [WatchAccess.Read, WatchAccess.Any];
        foreach (WatchAccess kind in kinds)
        {
            foreach (int at in (int[])[-1, 0, bytes - 1, bytes])
            {
                using SmallGuest guest = Translated(word, BranchSelf);
                guest.Set("x2", start);
                guest.Port.AddWatchpoint(start + (ulong)at, 1, kind);
                MachineStop stop = guest.Run(instructions: 50);
                MachineStop expected = at >= 0 && at < bytes
                    ? new MachineStop(MachineStopKind.Watchpoint, 0, start + (ulong)at, kind)
                    : new MachineStop(MachineStopKind.InstructionLimit, 0);
                Assert.Equal(expected, stop);
            }
        }
    }

    [Theory]
    [InlineData(StoreX1AtX2, WatchAccess.Read)]
    [InlineData(LoadX1AtX2, WatchAccess.Write)]
    public void A_watchpoint_of_the_other_direction_does_not_hit(uint word, WatchAccess access)
    {
        using SmallGuest guest = Translated(word, BranchSelf);
        guest.Set("x2", SmallGuest.Data);
        guest.Port.AddWatchpoint(SmallGuest.Data, 8, access);
        Assert.Equal(MachineStopKind.InstructionLimit, guest.Run(instructions: 50).Kind);
    }

    /// <summary>The loop warms up first, so that the page is fast by the tagged address before it is watched.</summary>
    [Theory]
    [InlineData(ExecutionEngine.Interpreter)]
    [InlineData(ExecutionEngine.Translator)]
    public void A_tagged_address_hits_the_watchpoint_of_the_address_without_its_tag(ExecutionEngine engine)
    {
        const uint BranchBack = 0x17ff_ffff; // b .-4
        using SmallGuest guest = Translated(engine, StoreX1AtX2, BranchBack);
        guest.Set("x2", Tag | SmallGuest.Data);
        Assert.Equal(MachineStopKind.InstructionLimit, guest.Run(instructions: 10_000).Kind);
        guest.Port.AddWatchpoint(SmallGuest.Data + 7, 1, WatchAccess.Write);
        Assert.Equal(new MachineStop(MachineStopKind.Watchpoint, 0, SmallGuest.Data + 7, WatchAccess.Write), guest.Run(instructions: 10_000));
    }

    [Theory]
    [InlineData(ExecutionEngine.Interpreter)]
    [InlineData(ExecutionEngine.Translator)]
    public void A_watch_of_physical_memory_stops_behind_the_store_with_the_old_and_the_new_value(ExecutionEngine engine)
    {
        using SmallGuest guest = Translated(engine, 0xd503_201f, StoreX1AtX2, BranchSelf);
        guest.Set("x1", 0x1122_3344_5566_7788);
        guest.Set("x2", Tag | SmallGuest.Data);
        Assert.NotNull(guest.Port.Watches.Add(SmallGuest.Data + 2, 2, WatchedAccesses.Stores));
        MachineStop stop = guest.Run(instructions: 50);
        Assert.Equal(MachineStopKind.Event, stop.Kind);
        Assert.Equal($"watch 1: PA 0x{SmallGuest.Data + 2:x}: cpu0 write of 8 bytes, pc 0x{SmallGuest.Code + 4:x}: old 0x0, new 0x5566", stop.Explanation);
        Assert.Equal(SmallGuest.Code + 8, guest["pc"]);
        Assert.Equal(MachineStopKind.InstructionLimit, guest.Run(instructions: 50).Kind);
    }

    [Fact]
    public void A_watch_taken_away_lets_the_page_be_fast_again_and_stops_nobody()
    {
        using SmallGuest guest = Translated(StoreX1AtX2, BranchSelf);
        guest.Set("x2", SmallGuest.Data);
        guest.Port.Watches.Add(SmallGuest.Data, 8, WatchedAccesses.Stores);
        Assert.False(guest.Port.Watches.Remove(7));
        Assert.True(guest.Port.Watches.Remove(1));
        Assert.Empty(guest.Port.Watches.All);
        Assert.Equal(MachineStopKind.InstructionLimit, guest.Run(instructions: 50).Kind);
    }

    [Fact]
    public void A_watched_descriptor_tells_of_the_walk_with_stage_and_level()
    {
        using SmallGuest guest = Translated(LoadX1AtX2, BranchSelf);
        guest.Set("x2", SmallGuest.Data);
        guest.Port.Watches.Add(Table + 8, 8, WatchedAccesses.Walks);
        MachineStop stop = guest.Run(instructions: 50);
        Assert.Equal((MachineStopKind.Event, $"watch 1: PA 0x{Table + 8:x}: cpu0 walk stage 1 level 1: value 0x40000701"), (stop.Kind, stop.Explanation));
    }

    [Fact]
    public void There_are_no_more_watches_than_the_most()
    {
        using SmallGuest guest = new(BranchSelf);
        Assert.All(Enumerable.Range(0, MachineWatches.Most), _ => Assert.NotNull(guest.Port.Watches.Add(SmallGuest.Data, 1, WatchedAccesses.Stores)));
        Assert.Null(guest.Port.Watches.Add(SmallGuest.Data, 1, WatchedAccesses.Stores));
        Assert.True(guest.Port.Watches.Remove(null));
    }

    private static SmallGuest Translated(params uint[] words) => Translated(ExecutionEngine.Interpreter, words);

    /// <summary>
    /// The guest at EL1 with one GiB mapped onto itself by a block of level 1, and behind it again with EL0's permissions; Normal memory, tags in
    /// the lower half.
    /// </summary>
    private static SmallGuest Translated(ExecutionEngine engine, params uint[] words)
    {
        SmallGuest guest = new(new MachineConfiguration { El2 = false, MemoryBytes = 64 << 20, Engine = engine }, words);
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, Table + 8, BitConverter.GetBytes(0x4000_0701UL)));
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, Table + 16, BitConverter.GetBytes(0x4000_0741UL)));
        guest.Set("TTBR0_EL1", Table);
        guest.Set("MAIR_EL1", 0xff);
        guest.Set("TCR_EL1", 25 | (1UL << 23) | (2UL << 32) | (1UL << 37));
        guest.Set("CPACR_EL1", 3UL << 20);
        guest.Set("SCTLR_EL1", guest["SCTLR_EL1"] | 1);
        return guest;
    }
}
