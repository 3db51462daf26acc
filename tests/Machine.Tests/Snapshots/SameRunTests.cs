using System;
using System.Linq;
using GdbHost.Machine.Boot;
using GdbHost.Machine.Debug;
using GdbHost.Machine.Snapshots;
using Xunit;

namespace GdbHost.Machine.Tests.Snapshots;

/// <summary>
/// A run that is cut, stopped or looked at is the run that was not. Witness: the same machine left alone; ARCHITECTURE.md,
/// "Time, turns and determinism".
/// </summary>
public sealed class SameRunTests
{
    private const ulong End = 400_000;
    private const ulong Middle = 123_457;

    [Fact]
    public void Four_cores_print_share_and_wait()
    {
        using FourCores guest = new();
        guest.RunTo(End);
        Assert.InRange(guest.Printed.Count, 10, 1000);
        Assert.Contains("WFE", string.Concat(Enumerable.Range(1, 3).Select(guest.Port.DescribeCore)), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_are_one()
    {
        using FourCores one = new();
        using FourCores two = new();
        one.RunTo(End);
        two.RunTo(End);
        AssertSame(one, two);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Cutting_a_run_anywhere_makes_no_difference(int seed)
    {
        using FourCores whole = new();
        using FourCores cut = new();
        whole.RunTo(End);
        Random random = new(seed);
        for (ulong at = 0; at < End;)
        {
            at += (ulong)random.Next(1, random.Next(4) == 0 ? 50_000 : 40);
            cut.RunTo(Math.Min(at, End));
        }

        AssertSame(whole, cut);
    }

    [Fact]
    public void Cutting_by_time_makes_no_difference()
    {
        using GdbHost.Machine.Boards.Machine whole = Machine();
        using GdbHost.Machine.Boards.Machine cut = Machine();
        whole.Cluster.Run(ulong.MaxValue, End);
        Random random = new(5);
        while (cut.Cluster.Retired < End)
        {
            cut.Cluster.Run((ulong)random.Next(1, 30_000), End - cut.Cluster.Retired);
        }

        Assert.Equal(new StateHash(whole).Compute(), new StateHash(cut).Compute());
    }

    [Fact]
    public void Stops_at_breakpoints_make_no_difference()
    {
        using FourCores whole = new();
        using FourCores stopped = new();
        whole.RunTo(Middle);
        stopped.Port.AddBreakpoint(FourCores.Again);
        int stops = 0;
        while (stopped.RunTo(Middle).Kind == MachineStopKind.Breakpoint)
        {
            stops++;
        }

        Assert.InRange(stops, 1000, int.MaxValue);
        AssertSame(whole, stopped);
    }

    [Fact]
    public void A_debugger_that_steps_off_its_breakpoints_makes_no_difference()
    {
        // As gdb does: take the breakpoint away, step the one core, put it back, let all run.
        using FourCores whole = new();
        using FourCores stopped = new();
        whole.RunTo(Middle);
        stopped.Port.AddBreakpoint(FourCores.Again);
        for (MachineStop stop = stopped.RunTo(Middle); stop.Kind == MachineStopKind.Breakpoint; stop = stopped.RunTo(Middle))
        {
            stopped.Port.RemoveBreakpoint(FourCores.Again);
            Assert.Equal(MachineStopKind.Step, stopped.Step(stop.Cpu).Kind);
            stopped.Port.AddBreakpoint(FourCores.Again);
        }

        AssertSame(whole, stopped);
    }

    [Fact]
    public void Every_core_stops_at_a_breakpoint_of_all()
    {
        using FourCores guest = new();
        guest.Port.AddBreakpoint(FourCores.Code);
        bool[] seen = new bool[FourCores.Cores];
        for (MachineStop stop = guest.RunTo(Middle); stop.Kind == MachineStopKind.Breakpoint; stop = guest.RunTo(Middle))
        {
            seen[stop.Cpu] = true;
        }

        Assert.Equal([false, true, true, true], seen);
    }

    [Fact]
    public void Stops_at_watchpoints_make_no_difference()
    {
        using FourCores whole = new();
        using FourCores stopped = new();
        whole.RunTo(Middle);
        stopped.Port.AddWatchpoint(FourCores.Counter, 8, WatchAccess.Any);
        int stops = 0;
        while (stopped.RunTo(Middle).Kind == MachineStopKind.Watchpoint)
        {
            stops++;
        }

        Assert.InRange(stops, 1000, int.MaxValue);
        AssertSame(whole, stopped);
    }

    [Fact]
    public void Looking_at_everything_makes_no_difference()
    {
        using FourCores guest = new();
        guest.RunTo(Middle);
        MachineState before = guest.Port.State;
        byte[] bytes = new byte[4096];
        for (int cpu = 0; cpu < FourCores.Cores; cpu++)
        {
            foreach (MachineRegister register in guest.Port.Registers)
            {
                guest.Port.TryReadRegister(cpu, register, bytes);
            }

            foreach (MapEntry entry in guest.Port.MemoryMap)
            {
                guest.Port.ReadMemory(cpu, MemorySpace.Physical, entry.Start, bytes);
            }

            guest.Port.Explain(cpu, MemorySpace.Current, FourCores.Code, TranslationAccess.Execute);
        }

        Assert.Equal(before, guest.Port.State);
    }

    [Fact]
    public void Time_never_goes_back_under_a_debugger_that_steps_core_after_core()
    {
        using FourCores guest = new();
        guest.RunTo(Middle);
        MachineRegister counter = guest.Port.Registers.First(r => r.Name == "CNTPCT_EL0");
        byte[] value = new byte[8];
        ulong[] last = new ulong[FourCores.Cores];
        Random random = new(7);
        for (int i = 0; i < 300; i++)
        {
            int cpu = random.Next(FourCores.Cores);
            if (guest.Step(cpu).Kind == MachineStopKind.Step && random.Next(3) == 0)
            {
                guest.RunTo(guest.Port.Instructions + (ulong)random.Next(30_000));
                continue;
            }

            guest.Port.TryReadRegister(cpu, counter, value);
            Assert.True(BitConverter.ToUInt64(value) >= last[cpu]);
            last[cpu] = BitConverter.ToUInt64(value);
        }
    }

    private static GdbHost.Machine.Boards.Machine Machine() => MachineFactory.Create(FourCores.Configuration, _ => { });

    private static void AssertSame(FourCores one, FourCores other)
    {
        Assert.Equal(one.Port.State, other.Port.State);
        Assert.Equal(one.Printed, other.Printed);
    }
}
