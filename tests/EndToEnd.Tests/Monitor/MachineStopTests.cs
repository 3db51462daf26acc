using System;
using GdbHost.EndToEnd.Tests.Harness;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using Xunit;
using static GdbHost.EndToEnd.Tests.Harness.WordsGuest;

namespace GdbHost.EndToEnd.Tests.Monitor;

/// <summary>
/// "monitor break" on small programs. Who is right: DDI 0487 (MSR, Exception entry), Arm DEN 0022 (SYSTEM_RESET), and by hand the count of
/// instructions at which each program does what is waited for.
/// </summary>
public sealed class MachineStopTests
{
    private const ulong Limit = 10_000_000;

    // 1: X1 = 0. Then rounds of three: MSR TPIDR_EL2, X1; ADD X1, X1, #1; B.
    private static readonly uint[] Counting = [MoveWide(1, 0), Write(3, 4, 13, 0, 2, 1), Add(1, 1), Branch(-2)];

    [Theory]
    [InlineData(ExecutionEngine.Interpreter)]
    [InlineData(ExecutionEngine.Translator)]
    public void Write_of_a_register_that_generated_code_stores_by_itself_stops_at_its_instruction(ExecutionEngine engine)
    {
        using MachineTarget target = Target(Counting, engine: engine, limit: Limit);
        Assert.Contains("behind writes of TPIDR_EL2", TargetRun.Ask(target, "break write-sysreg tpidr_el2 value 100000"), StringComparison.Ordinal);
        TargetStop stop = TargetRun.Run(target);

        Assert.Equal(StopKind.Event, stop.Kind);
        const ulong Before = 1 + (3 * 100_000);
        Assert.EndsWith($": cpu0 EL2 pc 0x40080004 wrote 0x186a0 to TPIDR_EL2, before 0x1869f, after {Before} instructions, {Before} ns", stop.Explanation, StringComparison.Ordinal);
        Assert.Equal(Before + 1, target.Instructions);
    }

    [Theory]
    [InlineData("value 0x1000 mask 0xfff", 4096UL)]
    [InlineData("pc 0x40080004 value 7", 7UL)]
    [InlineData("", 0UL)]
    public void Conditions_choose_the_write(string conditions, ulong value)
    {
        using MachineTarget target = Target(Counting, limit: Limit);
        TargetRun.Ask(target, $"break write-sysreg TPIDR_EL2 {conditions}");
        TargetStop stop = TargetRun.Run(target);
        if (value == 4096)
        {
            // Zero has the same low bits.
            Assert.Contains("wrote 0x0 to", stop.Explanation, StringComparison.Ordinal);
            stop = TargetRun.Run(target);
        }

        Assert.Contains($"wrote 0x{value:x} to TPIDR_EL2", stop.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vmid 1")]
    [InlineData("pc 0x0-0xffff")]
    [InlineData("value 0xffffffffffff")]
    public void Conditions_that_never_hold_let_the_run_be_what_it_is_without_them(string conditions)
    {
        using MachineTarget plain = Target(Counting, limit: 1_000_000);
        TargetRun.Run(plain);
        using MachineTarget watched = Target(Counting, limit: 1_000_000);
        TargetRun.Ask(watched, $"break write-sysreg TPIDR_EL2 {conditions}");

        Assert.Equal(StopKind.InstructionLimit, TargetRun.Run(watched).Kind);
        Assert.Equal(plain.State, watched.State);
    }

    // Generated code that was made before the stop was asked for must not go on without it, and stops no more once it is off.
    [Fact]
    public void Stop_is_armed_and_taken_away_in_the_middle_of_a_run()
    {
        using MachineTarget target = Target(Counting, limit: Limit);
        TargetRun.Ask(target, "break write-sysreg TPIDR_EL2 value 100000");
        TargetRun.Run(target);
        TargetRun.Ask(target, "break write-sysreg TPIDR_EL2 value 200000");
        Assert.Contains("wrote 0x30d40", TargetRun.Run(target).Explanation, StringComparison.Ordinal);
        TargetRun.Ask(target, "break off");

        Assert.Equal(StopKind.InstructionLimit, TargetRun.Run(target).Kind);
    }

    [Theory]
    [InlineData(ExecutionEngine.Interpreter)]
    [InlineData(ExecutionEngine.Translator)]
    public void Several_registers_stop_and_are_listed_and_taken_away_one_by_one(ExecutionEngine engine)
    {
        // 1: X1 = 0. Then rounds: MSR TPIDR_EL2, X1; MSR TPIDR_EL0, X1; ADD X1, X1, #1; B.
        uint[] both = [MoveWide(1, 0), Write(3, 4, 13, 0, 2, 1), Write(3, 3, 13, 0, 2, 1), Add(1, 1), Branch(-3)];
        using MachineTarget target = Target(both, engine: engine, limit: Limit);
        TargetRun.Ask(target, "break write-sysreg TPIDR_EL2 value 1000");
        TargetRun.Ask(target, "break write-sysreg tpidr_el0 value 1000");
        Assert.Equal("break: write-sysreg TPIDR_EL0 value 1000\nbreak: write-sysreg TPIDR_EL2 value 1000\n", TargetRun.Ask(target, "break write-sysreg list"));
        Assert.Contains("wrote 0x3e8 to TPIDR_EL2", TargetRun.Run(target).Explanation, StringComparison.Ordinal);
        Assert.Contains("wrote 0x3e8 to TPIDR_EL0", TargetRun.Run(target).Explanation, StringComparison.Ordinal);

        TargetRun.Ask(target, "break write-sysreg TPIDR_EL2 value 2000");
        TargetRun.Ask(target, "break write-sysreg TPIDR_EL0 value 2000");
        Assert.Contains("no stop at writes of TPIDR_EL2", TargetRun.Ask(target, "break write-sysreg tpidr_el2 off"), StringComparison.Ordinal);
        Assert.StartsWith("There is no stop at writes of \"TPIDR_EL2\"", TargetRun.Ask(target, "break write-sysreg TPIDR_EL2 off"), StringComparison.Ordinal);
        Assert.Contains("wrote 0x7d0 to TPIDR_EL0", TargetRun.Run(target).Explanation, StringComparison.Ordinal);
        TargetRun.Ask(target, "break write-sysreg TPIDR_EL0 off");
        Assert.Equal("break: no stops at writes of system registers\n", TargetRun.Ask(target, "break write-sysreg list"));
        Assert.Equal(StopKind.InstructionLimit, TargetRun.Run(target).Kind);
    }

    // MSR DAIFSet, #2 and TLBI VMALLS12E1 (DDI 0487, MSR (immediate), SYS).
    [Theory]
    [InlineData(0xd503_42dfu, "DAIF", "wrote 0x3c0 to DAIF")]
    [InlineData(0xd50c_87dfu, "tlbi vmalls12e1", "executed TLBI VMALLS12E1")]
    public void Other_instructions_that_write_registers_stop_too(uint word, string name, string words)
    {
        using MachineTarget target = Target([word, BranchToItself], limit: Limit);
        TargetRun.Ask(target, $"break write-sysreg {name}");

        Assert.Contains(words, TargetRun.Run(target).Explanation, StringComparison.Ordinal);
        Assert.Equal(1UL, target.Instructions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reset_stops_before_it_is_done_and_is_done_afterwards(bool reboots)
    {
        // X1 counts nothing before the reset; X0 = 0x84000009, SYSTEM_RESET.
        using MachineTarget target = Target([MoveWide(0, 9), MoveKeep(0, 0x8400, 16), Smc, BranchToItself], limit: Limit, ending: new GuestEnding { OnReset = reboots ? ResetAction.Reboot : ResetAction.End });
        TargetRun.Ask(target, "break reset");
        TargetStop stop = TargetRun.Run(target);

        Assert.Equal(StopKind.Event, stop.Kind);
        Assert.Contains("the guest has asked for a reset: cpu0 EL2", stop.Explanation, StringComparison.Ordinal);
        Assert.Contains("pc 0x4008000c", stop.Explanation, StringComparison.Ordinal);
        if (reboots)
        {
            // It runs into the next one.
            Assert.Equal(StopKind.Event, TargetRun.Run(target).Kind);
            Assert.Equal(6UL, target.Instructions);
        }
        else
        {
            Assert.Equal(StopKind.Reset, TargetRun.Run(target).Kind);
        }
    }

    // SYSTEM_OFF in the same instruction as a stop: the wish is not forgotten.
    [Fact]
    public void Guest_that_has_switched_itself_off_at_a_stop_is_off_when_it_goes_on()
    {
        using MachineTarget target = Target([MoveWide(0, 8), MoveKeep(0, 0x8400, 16), Smc, BranchToItself], limit: Limit);
        TargetRun.Ask(target, "break psci SYSTEM_OFF");
        Assert.Contains("SMC 0x84000008 (SYSTEM_OFF)", TargetRun.Run(target).Explanation, StringComparison.Ordinal);

        Assert.Equal(StopKind.PowerOff, TargetRun.Run(target).Kind);
    }

    // PSCI_VERSION by EL2 itself, then by EL1 as guest 5 behind a stage 2 of one block: VTTBR_EL2, VTCR_EL2, HCR_EL2.VM (DDI 0487).
    [Theory]
    [InlineData("break psci", "break\": SMC 0x84000000 (PSCI_VERSION) x1=0x0 answered 65537")]
    [InlineData("break psci vmid 5", "break\": VMID 5 SMC 0x84000000 (PSCI_VERSION) x1=0x5000040090000 answered 65537")]
    [InlineData("break psci PSCI_VERSION vmid 5", "break\": VMID 5 SMC")]
    [InlineData("break psci vmid 5 PSCI_VERSION", "break\": VMID 5 SMC")]
    [InlineData("break psci CPU_ON vmid 5", null)]
    [InlineData("break psci vmid 6", null)]
    public void Call_of_PSCI_stops_where_the_guest_that_makes_it_is_meant(string line, string? words)
    {
        const uint StoreEntry1 = 0xf900_0422; // str x2, [x1, #8]
        const uint ReturnToEl1 = 0xd69f_03e0; // eret
        uint[] code =
        [
            MoveWide(0, 0), MoveKeep(0, 0x8400, 16), MoveWide(1, 0), Smc,
            MoveKeep(1, 0x4009, 16), MoveWide(2, 0x07fd), MoveKeep(2, 0x4000, 16), StoreEntry1, MoveKeep(1, 5, 48), Write(3, 4, 2, 1, 0, 1),
            MoveWide(2, 0x0059), MoveKeep(2, 2, 16), Write(3, 4, 2, 1, 2, 2), MoveWide(2, 1), MoveKeep(2, 0x8000, 16), Write(3, 4, 1, 1, 0, 2),
            MoveWide(2, 0x3c5), Write(3, 4, 4, 0, 0, 2), MoveWide(2, 22 * 4), MoveKeep(2, 0x4008, 16), Write(3, 4, 4, 0, 1, 2), ReturnToEl1,
            MoveWide(0, 0), MoveKeep(0, 0x8400, 16), Smc, BranchToItself,
        ];
        using MachineTarget target = Target(code, limit: Limit);
        Assert.StartsWith("break: the machine stops after each ", TargetRun.Ask(target, line), StringComparison.Ordinal);
        TargetStop stop = TargetRun.Run(target);
        Assert.Equal(words is null ? StopKind.InstructionLimit : StopKind.Event, stop.Kind);
        Assert.Contains(words ?? "", stop.Explanation ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Machine_that_nothing_will_wake_stops_once()
    {
        using MachineTarget target = Target([WaitForInterrupt, Branch(-1)], limit: Limit);
        TargetRun.Ask(target, "break wfi-idle");
        TargetStop stop = TargetRun.Run(target);

        Assert.Equal(StopKind.Event, stop.Kind);
        Assert.Contains("nothing in the machine will ever wake one", stop.Explanation, StringComparison.Ordinal);
        Assert.Contains("it waits for ever, or for input", TargetRun.Ask(target, "why hang"), StringComparison.Ordinal);
    }

    // CNTP_CVAL_EL0 = 62500 ticks of 16 ns: due after 1,000,000 ns, in 999,996 ns when the core begins to wait; CNTP_CTL_EL0 = 1.
    // The GIC is off, so that the timer wakes nobody: behind it nothing is left.
    [Theory]
    [InlineData("500000", @"the machine's next event is in 9999\d\d ns")]
    [InlineData("5000000", "nothing in the machine will ever wake one")]
    public void Machine_that_waits_for_a_timer_stops_if_that_is_long_enough(string least, string words)
    {
        uint[] code = [MoveWide(1, 62500), Write(3, 3, 14, 2, 2, 1), MoveWide(2, 1), Write(3, 3, 14, 2, 1, 2), WaitForInterrupt, Branch(-1)];
        using MachineTarget target = Target(code, limit: 1000);
        TargetRun.Ask(target, $"break wfi-idle {least}");

        Assert.Matches(words, TargetRun.Run(target).Explanation);
    }

    [Theory]
    [InlineData("break undef", true)]
    [InlineData("break trap undef to el1", true)]
    [InlineData("break trap undef pc 0x40080004 to el1", true)]
    [InlineData("break trap undef", false)]
    [InlineData("break undef to el2", false)]
    [InlineData("break undef pc 0x40080000", false)]
    public void Exception_that_EL1_takes_stops_where_it_is_meant(string line, bool stops)
    {
        using MachineTarget target = Target([MoveWide(1, 0), Undefined], el2: false, limit: 100);
        TargetRun.Ask(target, line);
        TargetStop stop = TargetRun.Run(target);

        Assert.Equal(stops ? StopKind.Event : StopKind.InstructionLimit, stop.Kind);
        if (stops)
        {
            Assert.Contains("cpu0 EL1->EL1 pc 0x40080004 unknown reason", stop.Explanation, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("break write-sysreg")]
    [InlineData("break write-sysreg list all")]
    [InlineData("break write-sysreg TPIDR_EL2 off now")]
    [InlineData("break write-sysreg TPIDR_EL2 value")]
    [InlineData("break write-sysreg TPIDR_EL2 mask 1")]
    [InlineData("break write-sysreg TPIDR_EL2 ipa 1")]
    [InlineData("break undef vmid 1-2")]
    [InlineData("break trap hvc to el4")]
    [InlineData("break irq")]
    [InlineData("break irq 27 vmid")]
    [InlineData("break wfi-idle soon")]
    [InlineData("break reset now")]
    [InlineData("break psci CPU_ON 1")]
    [InlineData("break psci vmid")]
    [InlineData("break psci vmid 1 vmid 2")]
    [InlineData("break psci vmid 0x10000")]
    [InlineData("break pci 00:01.0 vmid")]
    public void Wrong_arguments_get_the_usage_line(string line)
    {
        using MachineTarget target = Target([BranchToItself]);
        Assert.StartsWith("usage: monitor break ", Assert.Single(TargetRun.Ask(target, line).TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("break write-sysreg VTTBR_EL3", "There is no register \"VTTBR_EL3\" that can be written; near it are VTTBR_EL2, ")]
    [InlineData("break write-sysreg MIDR_EL1", "There is no register \"MIDR_EL1\" that can be written; near it are ")]
    [InlineData("break psci CPU_OM", "There is no call \"CPU_OM\"; give its number or one of ")]
    public void Mistake_is_answered_with_what_there_is(string line, string answer)
    {
        using MachineTarget target = Target([BranchToItself]);
        Assert.StartsWith(answer, TargetRun.Ask(target, line), StringComparison.Ordinal);
        Assert.Contains("\"status\":\"failed\"", TargetRun.Ask(target, line + " --json"), StringComparison.Ordinal);
    }
}
