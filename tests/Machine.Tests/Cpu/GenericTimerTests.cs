using System;
using System.Collections.Generic;
using GdbHost.Machine.Bus;
using GdbHost.Machine.Common;
using GdbHost.Machine.Cpu;
using GdbHost.Machine.Cpu.Privileged;
using GdbHost.Machine.SysRegs;
using Xunit;

namespace GdbHost.Machine.Tests.Cpu;

/// <summary>The generic timer. Witness: DDI 0487 (The Generic Timer in AArch64 state); 62.5 MHz is QEMU's virt board.</summary>
public sealed class GenericTimerTests
{
    private const ulong NanosecondsPerTick = 16;

    [Fact]
    public void Counters_follow_virtual_time_and_CNTVOFF()
    {
        using TestCore core = new();
        core.Clock.Now = 1600;
        core.Set("CNTVOFF_EL2", 30);
        Assert.Equal((62_500_000UL, 100UL, 70UL), (core.Get("CNTFRQ_EL0"), core.Get("CNTPCT_EL0"), core.Get("CNTVCT_EL0")));
    }

    /// <summary>One instruction takes one nanosecond (README.md): a counter says which instruction it is read by, wherever runs are cut.</summary>
    [Theory]
    [InlineData((int)ExceptionLevel.El1, false)]
    [InlineData((int)ExceptionLevel.El1, true)]
    [InlineData((int)ExceptionLevel.El2, true)]
    public unsafe void Counters_are_read_at_the_time_of_the_instruction_by_either_engine(int level, bool el2)
    {
        const ulong Offset = 30;
        const ulong Length = 6;
        foreach (int? translateAfter in (int?[])[null, 1])
        {
            using TestCore core = new(el2, translateAfter: translateAfter);
            core.Write(
                TestCore.RamStart,
                0xd53b_e041, // MRS X1, CNTVCT_EL0
                0x8b01_0063, // ADD X3, X3, X1
                0xb500_0049, // CBNZ X9, past the CNTPCT: X9 is 0
                0xd53b_e022, // MRS X2, CNTPCT_EL0
                0xca02_0084, // EOR X4, X4, X2
                0x17ff_fffb); // B to the start
            core.Clock.Now = 1000;
            if (el2)
            {
                core.Set("CNTVOFF_EL2", Offset);
            }

            core.Enter((ExceptionLevel)level);
            ulong offset = el2 ? Offset : 0;
            Random random = new(5);
            for (int cut = 0; cut < 200; cut++)
            {
                core.Cluster.Run(ulong.MaxValue, (ulong)random.Next((int)Length, 100));
                ulong retired = core.Cluster.Retired;
                ulong lastVirtual = 1000 + ((retired - 1) / Length * Length);
                ulong lastPhysical = 1000 + ((retired - 4) / Length * Length) + 3;
                Assert.Equal(
                    ((lastVirtual / NanosecondsPerTick) - offset, lastPhysical / NanosecondsPerTick), (core.State->X[1], core.State->X[2]));
            }
        }
    }

    [Theory]
    [InlineData("CNTP", "EL0", (int)TimerKind.Physical, 0)]
    [InlineData("CNTV", "EL0", (int)TimerKind.Virtual, 40)]
    [InlineData("CNTHP", "EL2", (int)TimerKind.Hypervisor, 0)]
    public void Output_rises_at_the_very_nanosecond_of_the_compare_value(string timer, string level, int kind, ulong offset)
    {
        using TestCore core = new();
        Wire wire = new();
        core.Core.System.Timer.Outputs[kind] = wire;
        core.Clock.Now = 40 * NanosecondsPerTick;
        core.Set("CNTVOFF_EL2", 40);
        core.Set($"{timer}_CVAL_{level}", 100);
        core.Set($"{timer}_CTL_{level}", 1);
        ulong deadline = (100 + offset) * NanosecondsPerTick;
        Assert.Equal(deadline, core.Scheduler.Next);
        core.Clock.Now = deadline - 1;
        core.Scheduler.RunDue();
        Assert.False(wire.IsHigh);
        Assert.Equal(1UL, core.Get($"{timer}_CTL_{level}"));
        core.Clock.Now = deadline;
        core.Scheduler.RunDue();
        Assert.True(wire.IsHigh);
        Assert.Equal(5UL, core.Get($"{timer}_CTL_{level}"));
        core.Set($"{timer}_CTL_{level}", 3);
        Assert.False(wire.IsHigh);
    }

    [Fact]
    public void Timer_value_is_a_signed_distance()
    {
        using TestCore core = new();
        core.Clock.Now = 1600;
        core.Set("CNTP_TVAL_EL0", 0xffff_ffff);
        Assert.Equal((99UL, 0xffff_ffffUL), (core.Get("CNTP_CVAL_EL0"), core.Get("CNTP_TVAL_EL0")));
        core.Set("CNTP_TVAL_EL0", 50);
        Assert.Equal((150UL, 50UL), (core.Get("CNTP_CVAL_EL0"), core.Get("CNTP_TVAL_EL0")));
    }

    [Fact]
    public void Moving_CNTVOFF_moves_the_deadline_of_the_virtual_timer_only()
    {
        using TestCore core = new();
        core.Set("CNTV_CVAL_EL0", 100);
        core.Set("CNTV_CTL_EL0", 1);
        core.Set("CNTVOFF_EL2", 1000);

        // The count is now -1000: above any compare value until it wraps to zero.
        Assert.Equal(5UL, core.Get("CNTV_CTL_EL0"));
        Assert.Equal(1000 * NanosecondsPerTick, core.Scheduler.Next);
        core.Clock.Now = 1000 * NanosecondsPerTick;
        core.Scheduler.RunDue();
        Assert.Equal(1UL, core.Get("CNTV_CTL_EL0"));
        Assert.Equal(1100 * NanosecondsPerTick, core.Scheduler.Next);
    }

    [Theory]
    [InlineData(0x34UL, 8UL)]
    [InlineData(0x3cUL, 16UL)]
    public void Event_stream_ends_WFE_at_the_transition_of_its_bit(ulong control, ulong tick)
    {
        using TestCore core = new();
        core.Set("CNTKCTL_EL1", control);
        core.Enter(ExceptionLevel.El1);
        core.Calls.WaitForEvent(TestCore.Of(0xd503_205f));
        Assert.Equal(WaitKind.Event, core.Core.Waiting);
        Assert.Equal(tick * NanosecondsPerTick, core.Scheduler.Next);
        core.Clock.Now = core.Scheduler.Next;
        core.Scheduler.RunDue();
        core.Core.CheckWake();
        Assert.Equal(WaitKind.None, core.Core.Waiting);
    }

    [Fact]
    public void Event_of_the_stream_that_came_before_WFE_is_not_lost()
    {
        using TestCore core = new();
        core.Set("CNTKCTL_EL1", 0x34);
        core.Enter(ExceptionLevel.El1);
        core.Clock.Now = 9 * NanosecondsPerTick;
        core.Calls.WaitForEvent(TestCore.Of(0xd503_205f));
        Assert.Equal(WaitKind.None, core.Core.Waiting);
        core.Calls.WaitForEvent(TestCore.Of(0xd503_205f));
        Assert.Equal(WaitKind.Event, core.Core.Waiting);
    }

    /// <summary>Cores share one clock, turn by turn: what is due on one must not be seen while the time is another's.</summary>
    [Fact]
    public void Output_rises_in_the_turn_of_its_own_core_when_the_condition_is_met()
    {
        using TestCore both = new(cores: 2);
        both.Write(TestCore.RamStart, 0x1400_0000);
        Core second = both.Cluster.Cores[1];
        GenericTimer timer = second.System.Timer;
        List<(Core? Running, ulong Control, ulong Time)> rises = [];
        timer.Outputs[(int)TimerKind.Virtual] = new Wire
        {
            OnRise = () => rises.Add((both.Cluster.Current, timer.ReadControl(TimerKind.Virtual), both.Clock.Now)),
        };
        ulong due = Cluster.Quantum / 2 / NanosecondsPerTick;
        timer.WriteCompare(TimerKind.Virtual, due);
        timer.WriteControl(TimerKind.Virtual, 1);
        both.Cluster.Run(2 * Cluster.Quantum);
        Assert.Equal([(second, 5UL, due * NanosecondsPerTick)], rises);
    }

    private sealed class Wire : IInterruptLine
    {
        public bool IsHigh { get; private set; }

        public Action? OnRise { get; init; }

        public void Set(bool asserted)
        {
            bool rises = asserted && !IsHigh;
            IsHigh = asserted;
            if (rises)
            {
                OnRise?.Invoke();
            }
        }
    }
}
