using System;
using System.Linq;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Debug;
using GdbHost.Machine.SysRegs;
using GdbHost.Machine.Tests.Cpu;
using GdbHost.Machine.Tests.Debug;
using Xunit;

namespace GdbHost.Machine.Tests.Monitoring;

/// <summary>
/// Self-hosted breakpoints and watchpoints where QEMU 7.2 cannot be asked: contexts, VMIDs, reserved values, priorities,
/// tags, and how they get on with the external debugger. Witness: DDI 0487, AArch64 Self-hosted Debug (pseudocode
/// AArch64.BreakpointValueMatch, AArch64.StateMatch; Synchronous exception prioritization).
/// </summary>
public sealed unsafe class GuestDebugTests
{
    private const ulong Code = 0x4000_1000;
    private const ulong Data = 0x4000_4000;
    private const ulong Vectors = 0x4000_8000;
    private const ulong VectorsOfEl2 = 0x4000_9000;
    private const uint Nop = 0xd503_201f;
    private const uint AddX0One = 0x9100_0400;
    private const uint Eret = 0xd69f_03e0;
    private const uint BranchSelf = 0x1400_0000;
    private const uint StrX2 = 0xf900_0022; // str x2, [x1]
    private const ulong Mde = 1 << 15;
    private const ulong Kde = 1 << 13;
    private const ulong Everywhere = 0x21e7;
    private const ulong Watch = 0x3ffe | 1; // BAS all, LSC both, PAC both, HMC, E

    [Theory]
    [InlineData(2, 0x77UL, 0x77UL, true)] // context ID
    [InlineData(2, 0x77UL, 0x78UL, false)]
    [InlineData(8, 0x5_0000_0000UL, 0x77UL, true)] // VMID
    [InlineData(8, 0x6_0000_0000UL, 0x77UL, false)]
    [InlineData(10, 0x5_0000_0077UL, 0x77UL, true)] // both
    [InlineData(10, 0x6_0000_0077UL, 0x77UL, false)]
    [InlineData(10, 0x5_0000_0078UL, 0x77UL, false)]
    [InlineData(3, 0x77UL, 0x77UL, false)] // linked: no exception of its own
    [InlineData(6, 0x77UL, 0x77UL, false)] // Armv8.1
    public void A_breakpoint_on_a_context_matches_the_first_instruction_of_it(int type, ulong value, ulong context, bool matches)
    {
        using TestCore core = AtEl1(Mde);
        core.Set("VTTBR_EL2", 5UL << 48);
        core.Set("DBGBVR4_EL1", value);
        core.Set("DBGBCR4_EL1", Everywhere | ((ulong)type << 20));
        core.Set("SPSR_EL1", 0);
        core.Set("ELR_EL1", Code + 0x10);
        core.State->X[7] = context;
        core.Write(Code, Msr("CONTEXTIDR_EL1", 7), Eret, 0, 0, AddX0One, BranchSelf);
        core.Cluster.Run(10);
        Assert.Equal(matches ? 0xc2000022UL : 0, core.Get("ESR_EL1"));
        Assert.Equal(matches ? 0UL : 1, core.State->X[0]);
        Assert.Equal(Code + 0x10, core.Get("ELR_EL1"));
    }

    [Fact]
    public void With_KDE_a_context_matches_as_soon_as_PSTATE_D_is_clear()
    {
        using TestCore core = AtEl1(Mde | Kde);
        core.Set("DBGBVR5_EL1", 9);
        core.Set("DBGBCR5_EL1", Everywhere | (2 << 20));
        core.State->X[7] = 9;
        core.Write(Code, Msr("CONTEXTIDR_EL1", 7), AddX0One, 0xd503_48ff, AddX0One, BranchSelf); // msr daifclr, #8
        core.Cluster.Run(10);
        Assert.Equal((0xc600_0022UL, Code + 12, 1UL), (core.Get("ESR_EL1"), core.Get("ELR_EL1"), core.State->X[0]));
    }

    [Theory]
    [InlineData(9, 0x5_0000_0000UL, true)]
    [InlineData(9, 0x4_0000_0000UL, false)]
    [InlineData(11, 0x5_0000_0077UL, true)]
    [InlineData(11, 0x5_0000_0078UL, false)]
    public void Address_and_data_can_be_linked_to_a_VMID(int type, ulong value, bool matches)
    {
        using TestCore core = AtEl1(Mde | Kde, daif: 0x1c0);
        core.Set("VTTBR_EL2", 5UL << 48);
        core.Set("CONTEXTIDR_EL1", 0x77);
        core.Set("DBGBVR5_EL1", value);
        core.Set("DBGBCR5_EL1", Everywhere | ((ulong)type << 20));
        core.Set("DBGWVR0_EL1", Data);
        core.Set("DBGWCR0_EL1", Watch | (1 << 20) | (5 << 16));
        core.State->X[1] = Data;
        core.Write(Code, StrX2, BranchSelf);
        core.Cluster.Run(10);
        Assert.Equal(matches ? 0xd600_0062UL : 0, core.Get("ESR_EL1"));
    }

    [Theory]
    [InlineData(0x01e1UL)] // PMC 0
    [InlineData(0xc1e7UL)] // SSC 3 without HMC
    [InlineData(0x21e1UL)] // HMC, PMC 0
    [InlineData(0x21e5UL)] // HMC, PMC 2
    [InlineData(0xe1e7UL)] // HMC, SSC 3, PMC 3
    [InlineData(0x41e7UL)] // SSC 1 without EL3
    [InlineData(0x4021e7UL)] // BT 4: address mismatch
    public void Reserved_settings_disable(ulong control)
    {
        using TestCore core = AtEl1(Mde | Kde, daif: 0x1c0);
        core.Set("DBGBVR0_EL1", Code);
        core.Set("DBGBCR0_EL1", control);
        core.Write(Code, AddX0One, BranchSelf);
        core.Cluster.Run(4);
        Assert.Equal((0UL, 1UL), (core.Get("ESR_EL1"), core.State->X[0]));
    }

    [Fact]
    public void A_fetch_fault_comes_before_a_breakpoint_and_a_breakpoint_before_the_illegal_state()
    {
        using TestCore core = AtEl1(Mde | Kde, daif: 0x1c0);
        core.Set("DBGBVR0_EL1", 0x3000_0000);
        core.Set("DBGBCR0_EL1", Everywhere);
        core.State->Pc = 0x3000_0000;
        core.Cluster.Run(2);
        Assert.Equal(0x21UL, core.Get("ESR_EL1") >> 26);

        core.Set("DBGBVR0_EL1", Code);
        core.Write(Code, Nop);
        foreach ((ulong pc, ulong ec) in ((ulong, ulong)[])[(Code, 0x31), (Code + 4, 0x0e), (0x3000_0000, 0x21)])
        {
            core.Enter(ExceptionLevel.El1, daif: 0x1c0);
            core.State->Pc = pc;
            core.State->IllegalState = true;
            core.Core.RequestAttention();
            core.Cluster.Run(2);
            Assert.Equal((ec, pc), (core.Get("ESR_EL1") >> 26, core.Get("ELR_EL1")));
        }
    }

    [Fact]
    public void A_tag_that_translation_ignores_is_ignored_by_watchpoints_too()
    {
        using TestCore core = AtEl1(Mde | Kde, daif: 0x1c0);
        core.Set("TCR_EL1", 1UL << 37); // TBI0
        core.Set("DBGWVR0_EL1", Data);
        core.Set("DBGWCR0_EL1", Watch);
        core.State->X[1] = Data + 16 + (0x5aUL << 56);
        core.State->X[3] = Data + (0x5aUL << 56);
        core.Write(Code, StrX2, 0xf900_0062, BranchSelf); // str x2, [x3]
        core.Cluster.Run(4);
        Assert.Equal((0xd600_0062UL, Code + 4, Data), (core.Get("ESR_EL1"), core.Get("ELR_EL1"), core.Get("FAR_EL1") & 0xff_ffff_ffff_ffff));
    }

    [Theory]
    [InlineData(0xd508_7621, true)] // dc ivac, x1
    [InlineData(0xd50b_7a21, false)] // dc cvac, x1
    [InlineData(0xd50b_7e21, false)] // dc civac, x1
    public void Of_cache_maintenance_DC_IVAC_is_a_store_of_its_line(uint word, bool matches)
    {
        using TestCore core = AtEl1(Mde | Kde, daif: 0x1c0);
        core.Set("DBGWVR0_EL1", Data + 0x38);
        core.Set("DBGWCR0_EL1", Watch);
        core.State->X[1] = Data + 4;
        core.Write(Code, word, BranchSelf);
        core.Cluster.Run(4);

        // CM and WnR.
        Assert.Equal(matches ? 0xd600_0162UL : 0, core.Get("ESR_EL1"));
        Assert.Equal(matches ? Data + 0x38 : 0, core.Get("FAR_EL1"));
    }

    [Fact]
    public void Breakpoint_in_a_loop_is_met_each_time_and_no_more_once_it_is_disabled()
    {
        using TestCore core = AtEl1(Mde, daif: 0x3c0);
        core.Set("SPSR_EL1", 0);
        core.Set("ELR_EL1", Code + 0x10);
        core.Set("DBGBVR2_EL1", Code + 0x14);
        core.Set("DBGBCR2_EL1", Everywhere);

        // EL0 loops; the vector counts in X5, goes past the breakpoint twice, and disables it then.
        core.Write(Code, Eret, 0, 0, 0, AddX0One, AddX0One, 0x17ff_fffe);
        core.Write(
            Vectors + 0x400,
            0x9100_04a5, // add x5, x5, #1
            Mrs(9, "ELR_EL1"),
            0x9100_1129, // add x9, x9, #4
            Msr("ELR_EL1", 9),
            0xf100_0cbf, // cmp x5, #3
            0x5400_0041, // b.ne eret
            Msr("DBGBCR2_EL1", 31),
            Eret);
        core.Cluster.Run(300);
        Assert.Equal(3UL, core.State->X[5]);
        Assert.True(core.State->X[0] > 100);
    }

    [Fact]
    public void Breakpoints_are_each_cores_own()
    {
        using TestCore core = new(cores: 2);
        core.Write(Code, Nop, AddX0One, BranchSelf);
        core.Write(Vectors + 0x200, BranchSelf);
        foreach (Core each in core.Cluster.Cores)
        {
            each.State->SetLevel(ExceptionLevel.El1, spSel: true);
            each.State->Daif = 0x1c0;
            each.State->Pc = Code;
            Set(each, "VBAR_EL1", Vectors);
            each.Calls.WriteSystemRegister(TestCore.Of(0xd510_109f)); // msr oslar_el1, xzr
            each.State->Pc = Code;
            Set(each, "MDSCR_EL1", Mde | Kde);
        }

        Core second = core.Cluster.Cores[1];
        Set(second, "DBGBVR0_EL1", Code + 4);
        Set(second, "DBGBCR0_EL1", Everywhere);
        core.Cluster.Run(50_000);
        Assert.Equal((1UL, 0UL), (core.State->X[0], second.State->X[0]));
        Assert.Equal((Code + 8, Vectors + 0x200), (core.State->Pc, second.State->Pc));
    }

    [Fact]
    public void The_debugger_stops_first_and_the_guest_has_its_exception_when_it_goes_on()
    {
        using SmallGuest guest = new(0xd510_109f, Nop, AddX0One, BranchSelf);
        Assert.True(guest.Port.TryWriteMemory(0, MemorySpace.Physical, 0x4010_0200, BitConverter.GetBytes(BranchSelf)));
        guest.Run(instructions: 1);
        guest.Set("VBAR_EL1", 0x4010_0000);
        guest.Set("cpsr", 0x1c5);
        guest.Set("x0", 0);
        guest.Set("DBGBVR0_EL1", SmallGuest.Code + 8);
        guest.Set("DBGBCR0_EL1", 0x1e7);
        guest.Set("MDSCR_EL1", Mde | Kde);
        guest.Port.AddBreakpoint(SmallGuest.Code + 8);
        MachineStop stop = guest.Run(instructions: 10);
        Assert.Equal((MachineStopKind.Breakpoint, SmallGuest.Code + 8), (stop.Kind, guest["pc"]));
        guest.Run(instructions: 10);
        Assert.Equal((0x4010_0200UL, SmallGuest.Code + 8, 0xc600_0022UL), (guest["pc"], guest["ELR_EL1"], guest["ESR_EL1"]));
        Assert.Equal(0UL, guest["x0"]);

        // Taken away outside, it is still the guest's.
        Assert.True(guest.Port.RemoveBreakpoint(SmallGuest.Code + 8));
        guest.Set("pc", SmallGuest.Code + 4);
        guest.Set("cpsr", 0x1c5);
        guest.Set("ESR_EL1", 0);
        guest.Run(instructions: 10);
        Assert.Equal(0xc600_0022UL, guest["ESR_EL1"]);
    }

    [Fact]
    public void A_stop_at_the_debuggers_watchpoint_costs_the_guest_no_time()
    {
        ulong[] times = [.. ((bool[])[false, true]).Select(watched =>
        {
            using SmallGuest guest = new(Nop, StrX2, Nop, BranchSelf);
            guest.Set("x1", SmallGuest.Data);
            if (watched)
            {
                guest.Port.AddWatchpoint(SmallGuest.Data, 8, WatchAccess.Write);
                Assert.Equal(MachineStopKind.Watchpoint, guest.Run(instructions: 10).Kind);
                Assert.Equal(SmallGuest.Code + 4, guest["pc"]);
                guest.Step();
                guest.Step();
            }
            else
            {
                guest.Run(instructions: 3);
            }

            Assert.Equal(SmallGuest.Code + 12, guest["pc"]);
            return guest.Port.VirtualNanoseconds;
        })];
        Assert.Equal(times[0], times[1]);
    }

    /// <summary>A core about to run <see cref="Code"/> at EL1, unlocked; its vectors stand still.</summary>
    private static TestCore AtEl1(ulong mdscr, uint daif = 0x3c0)
    {
        TestCore core = new();
        core.Enter(ExceptionLevel.El2);
        core.Set("VBAR_EL1", Vectors);
        core.Set("VBAR_EL2", VectorsOfEl2);
        for (ulong vector = 0; vector < 0x800; vector += 0x80)
        {
            core.Write(Vectors + vector, BranchSelf);
            core.Write(VectorsOfEl2 + vector, BranchSelf);
        }

        core.Msr("OSLAR_EL1", 0);
        core.Set("MDSCR_EL1", mdscr);
        core.Enter(ExceptionLevel.El1, daif);
        core.State->Pc = Code;
        core.State->X[0] = 0;
        core.Core.RequestAttention();
        return core;
    }

    private static void Set(Core core, string name, ulong value) =>
        Assert.True(core.System.SystemRegisters.TryWrite(SysRegTable.Find(name)!, value));

    private static uint Mrs(int register, string name) => 0xd520_0000 | ((uint)SysRegTable.Find(name)!.Id.Packed << 5) | (uint)register;

    private static uint Msr(string name, int register) => 0xd500_0000 | ((uint)SysRegTable.Find(name)!.Id.Packed << 5) | (uint)register;
}
