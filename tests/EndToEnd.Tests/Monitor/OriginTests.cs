using System;
using System.Text.RegularExpressions;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using Xunit;
using static GdbHost.EndToEnd.Tests.Harness.WordsGuest;

namespace GdbHost.EndToEnd.Tests.Monitor;

/// <summary>
/// Who set the value that a translation failed by. Who is right: each program, instruction by instruction, and DDI 0487 (VTCR_EL2, HPFAR_EL2, the
/// descriptor formats).
/// </summary>
public sealed class OriginTests
{
    private const uint Isb = 0xd503_3fdf;
    private const uint Eret = 0xd69f_03e0;

    // At EL2: VTCR_EL2 = T0SZ 32, SL0 1, 4 KiB; VTTBR_EL2 = 0x40100000, VMID 3; a block at level 1 index 1 (0x40000000); HCR_EL2 = RW, VM;
    // then to EL1, whose first instruction reads IPA 0x80000000 (level 1 index 2), which has no entry.
    private static readonly uint[] Hypervisor =
    [
        MoveWide(2, 0x3560), MoveKeep(2, 0x8000, 16), Write(3, 4, 2, 1, 2, 2),
        MoveWide(3, 0x4010, 16), MoveWide(4, 3, 48), 0xaa040063, Write(3, 4, 2, 1, 0, 3), // ORR X3, X3, X4
        MoveWide(0, 0x4010, 16), MoveWide(1, 0x7fd), MoveKeep(1, 0x4000, 16), 0xf900_0401, // STR X1, [X0, #8]
        MoveWide(5, 0x8000, 16), MoveKeep(5, 1, 0), Write(3, 4, 1, 1, 0, 5),
        MoveWide(6, 0x3c5), Write(3, 4, 4, 0, 0, 6), // SPSR_EL2: EL1h
        0x1000_00e7, Write(3, 4, 4, 0, 1, 7), // ADR X7, .+28; ELR_EL2
        MoveWide(8, 0x4020, 16), Write(3, 4, 12, 0, 0, 8), Isb, Eret, // VBAR_EL2 = 0x40200000, where nothing is
        0, MoveWide(9, 0x8000, 16), 0xf940_012a, BranchToItself, // LDR X10, [X9]
    ];

    [Theory]
    [InlineData(ExecutionEngine.Interpreter)]
    [InlineData(ExecutionEngine.Translator)]
    public void Writer_of_the_table_base_is_named_with_its_count(ExecutionEngine engine)
    {
        using MachineTarget target = Target(Hypervisor, engine: engine, limit: 1000);
        TargetRun.Ask(target, "break stage2");
        Assert.Equal(StopKind.Event, TargetRun.Run(target).Kind);
        string why = TargetRun.Ask(target, "why");

        Assert.Contains("wrong: stage 2 translation fault at level 1: the level 1 descriptor for IPA 0x80000000 is invalid", why, StringComparison.Ordinal);
        Assert.Contains("set by: cpu0 EL2 pc 0x40080018 wrote 0x3000040100000 to VTTBR_EL2, before 0x0, after 6 instructions, 6 ns", why, StringComparison.Ordinal);
        Assert.Contains("descriptor set by: not known; \"monitor watch 0x40100010 8 w dma\" at the start of the same run", why, StringComparison.Ordinal);
        Assert.Contains("\"set-by\":{\"register\":\"VTTBR_EL2\",\"value\":\"0x3000040100000\"", TargetRun.Ask(target, "why --json"), StringComparison.Ordinal);
    }

    // What is stored to index 1 of the table has a clear access flag here: the fetch of EL1 fails already.
    [Fact]
    public void Writer_of_the_descriptor_is_named_by_a_watch_that_has_seen_it()
    {
        uint[] code = [.. Hypervisor];
        code[8] = MoveWide(1, 0x3fd);
        using MachineTarget target = Target(code, limit: 1000);
        TargetRun.Ask(target, "break stage2");
        TargetRun.Ask(target, "watch 0x40100008 8 w dma");
        Assert.Contains("old 0x0, new 0x400003fd", TargetRun.Run(target).Explanation, StringComparison.Ordinal);
        Assert.Equal(StopKind.Event, TargetRun.Run(target).Kind);

        string why = TargetRun.Ask(target, "why");
        Assert.Contains("stage 2 access flag fault at level 1", why, StringComparison.Ordinal);
        Assert.Matches(@"descriptor set by: watch 1: PA 0x40100008: cpu0 write of 8 bytes, pc 0x40080028: old 0x0, new 0x400003fd", why);
        TargetRun.Ask(target, "watch off");
        Assert.Contains("descriptor set by: not known", TargetRun.Ask(target, "why"), StringComparison.Ordinal);
    }

    // A debugger's own write is no guest's, and a snapshot does not say who wrote what it holds.
    [Fact]
    public void Write_of_a_debugger_is_told_apart()
    {
        using MachineTarget target = Target(Hypervisor, limit: 1000);
        TargetRun.Ask(target, "break stage2");
        TargetRun.Run(target);
        RegisterDescription vttbr = Assert.Single(target.Registers, static r => r.Name == "VTTBR_EL2");
        Assert.Null(target.WriteRegister(0, vttbr, BitConverter.GetBytes(0x4010_0000UL)));

        Assert.Matches(new Regex(@"set by: a debugger, while cpu0 stood at EL2 pc 0x40200400 wrote 0x40100000 to VTTBR_EL2, before 0x3000040100000"), TargetRun.Ask(target, "why"));
    }

    [Fact]
    public void Nothing_is_known_of_before_a_reset()
    {
        using MachineTarget target = Target(Hypervisor, limit: 1000);
        TargetRun.Ask(target, "break stage2");
        TargetRun.Run(target);
        Assert.NotNull(target.Inspection.LastWrite(0, "VTTBR_EL2"));
        target.Restart();

        Assert.Null(target.Inspection.LastWrite(0, "VTTBR_EL2"));
    }
}
