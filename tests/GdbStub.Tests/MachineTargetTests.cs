using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GdbHost.GdbStub.Target;
using GdbHost.Machine.Boards;
using GdbHost.GdbStub.Tests.Fakes;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>
/// The adapter on a real machine with a program of a few instructions at the start of RAM. Who is right: DDI 0487 for
/// the instructions, the GDB manual for the breakpoint kinds.
/// </summary>
public sealed class MachineTargetTests : IDisposable
{
    private const ulong Entry = 0x4008_0000;
    private const ulong Data = Entry + 0x100;

    private static readonly uint[] Code =
    [
        0x10000800, // ADR X0, Data
        0xd2800021, // MOVZ X1, #1
        0xf9000401, // STR X1, [X0, #8]
        0xf9400402, // LDR X2, [X0, #8]
        0xa9000401, // STP X1, X1, [X0]
        0x14000000, // B .
    ];

    private readonly MachineTarget _target =
        MachineTarget.Create(Configuration(), static _ => { }, instructionLimit: null, afterSlice: null);

    public void Dispose() => _target.Dispose();

    [Fact]
    public void Registers_come_core_first_and_under_the_numbers_that_gdb_expects()
    {
        string[] names = [.. _target.Registers.Select(r => r.Name)];
        Assert.Equal(("x0", "x30", "sp", "pc", "cpsr"), (names[0], names[30], names[31], names[32], names[33]));
        Assert.Equal(("v0", "v31", "fpsr", "fpcr"), (names[34], names[65], names[66], names[67]));
        Assert.Contains("HCR_EL2", names);
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Step_executes_one_instruction()
    {
        Assert.Equal(Entry, Read("pc"));
        Assert.Equal(StopKind.Step, (await RunAsync(CpuAction.Step)).Kind);
        Assert.Equal((Entry + 4, Data), (Read("pc"), Read("x0")));
    }

    [Theory(Timeout = Hang.Milliseconds)]
    [InlineData("Software", "Breakpoint")]
    [InlineData("Hardware", "HardwareBreakpoint")]
    public async Task Breakpoint_stops_before_its_instruction_as_the_kind_that_gdb_set(string kind, string stop)
    {
        Assert.Equal(BreakpointOutcome.Done, _target.Insert(Enum.Parse<BreakpointKind>(kind), Entry + 8, 4, BreakpointScript.None));
        Assert.Equal(new TargetStop(Enum.Parse<StopKind>(stop), 0, Entry + 8), await RunAsync(CpuAction.Continue));
        Assert.Equal(Entry + 8, Read("pc"));
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Breakpoint_of_two_kinds_holds_until_both_are_gone()
    {
        _target.Insert(BreakpointKind.Software, Entry + 8, 4, BreakpointScript.None);
        _target.Insert(BreakpointKind.Hardware, Entry + 8, 4, BreakpointScript.None);
        _target.Remove(BreakpointKind.Software, Entry + 8, 4);
        Assert.Equal(StopKind.HardwareBreakpoint, (await RunAsync(CpuAction.Continue)).Kind);
        _target.Remove(BreakpointKind.Hardware, Entry + 8, 4);
        _target.Insert(BreakpointKind.Software, Entry + 20, 4, BreakpointScript.None);
        Assert.Equal(Entry + 20, (await RunAsync(CpuAction.Continue)).Address);
    }

    [Fact]
    public void Breakpoint_does_not_change_guest_memory()
    {
        var before = new byte[64];
        var after = new byte[64];
        _target.ReadMemory(0, AddressView.Current, Entry, before);
        _target.Insert(BreakpointKind.Software, Entry + 8, 4, BreakpointScript.None);
        _target.ReadMemory(0, AddressView.Current, Entry, after);
        Assert.Equal(before, after);
    }

    [Theory(Timeout = Hang.Milliseconds)]
    [InlineData("WriteWatch", 8, "WriteWatchpoint", 8)]
    [InlineData("ReadWatch", 12, "ReadWatchpoint", 12)]
    [InlineData("AccessWatch", 8, "AccessWatchpoint", 8)]
    [InlineData("WriteWatch", 0, "WriteWatchpoint", 16)]
    public async Task Watchpoint_names_a_byte_of_the_watched_range(string kind, int pc, string stop, int offset)
    {
        ulong place = offset == 16 ? Data : Data + 8;
        Assert.Equal(BreakpointOutcome.Done, _target.Insert(Enum.Parse<BreakpointKind>(kind), place, 8, BreakpointScript.None));
        TargetStop seen = await RunAsync(CpuAction.Continue);
        Assert.Equal((Enum.Parse<StopKind>(stop), place), (seen.Kind, seen.Address));
        Assert.Equal(offset == 16 ? Entry + 16 : Entry + (ulong)pc, Read("pc"));
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Access_that_begins_below_the_watched_range_is_reported_inside_it()
    {
        _target.Insert(BreakpointKind.Software, Entry + 16, 4, BreakpointScript.None);
        await RunAsync(CpuAction.Continue);
        _target.RemoveAll();
        _target.Insert(BreakpointKind.WriteWatch, Data + 12, 4, BreakpointScript.None);
        TargetStop seen = await RunAsync(CpuAction.Continue);
        Assert.Equal((StopKind.WriteWatchpoint, Data + 12), (seen.Kind, seen.Address));
    }

    [Fact]
    public void Breakpoints_that_make_no_sense_or_are_too_many_are_refused()
    {
        Assert.Equal(BreakpointOutcome.Invalid, _target.Insert(BreakpointKind.Software, Entry + 1, 4, BreakpointScript.None));
        Assert.Equal(BreakpointOutcome.Invalid, _target.Insert(BreakpointKind.WriteWatch, Data, 0, BreakpointScript.None));
        Assert.Equal(BreakpointOutcome.Invalid, _target.Insert(BreakpointKind.WriteWatch, ulong.MaxValue, 8, BreakpointScript.None));
        BreakpointOutcome[] outcomes = [.. Enumerable.Range(0, 5000).Select(i => _target.Insert(BreakpointKind.Software, (ulong)i * 4, 4, BreakpointScript.None))];
        Assert.Equal(BreakpointOutcome.Done, outcomes[0]);
        Assert.Equal(BreakpointOutcome.NoRoom, outcomes[^1]);
        Assert.Equal(BreakpointOutcome.Done, _target.Insert(BreakpointKind.Software, 0, 4, BreakpointScript.None));
        _target.RemoveAll();
        Assert.Equal(BreakpointOutcome.Done, _target.Insert(BreakpointKind.Software, Entry, 4, BreakpointScript.None));
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Endless_loop_stops_on_request()
    {
        Task<TargetStop> stop = RunAsync(CpuAction.Continue);
        _target.RequestStop();
        Assert.Equal(StopKind.Interrupt, (await stop).Kind);
    }

    [Fact]
    public void Translation_with_the_MMU_off_is_flat()
    {
        WalkReport report = _target.Explain(0, Entry, 2, WalkAccess.Read);
        Assert.Equal((Entry, (WalkFailure?)null, 0), (report.Physical, report.Failure, report.Steps.Count));
        Assert.StartsWith("ram", report.Place, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_is_in_order_and_has_the_RAM()
    {
        ulong next = 0;
        foreach (MemoryRegion region in _target.MemoryRegions)
        {
            Assert.True(region.Start >= next, $"{region.Name} overlaps or is out of order");
            next = region.Last + 1;
        }

        Assert.Contains(_target.MemoryRegions, r => r is { Start: 0x4000_0000, Length: 1UL << 26, Kind: "ram" });
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Snapshot_in_a_file_brings_everything_back()
    {
        await InFolderAsync(async folder =>
        {
            string file = Path.Combine(folder, "state");
            TargetState before = _target.State;
            Assert.Null(_target.SaveSnapshot(file));
            await RunAsync(CpuAction.Step);
            Assert.NotEqual(before, _target.State);
            Assert.Null(_target.LoadSnapshot(file));
            Assert.Equal(before, _target.State);
            Assert.Null(_target.SaveSnapshot(file));
            Assert.Equal([file], Directory.GetFiles(folder));
        });
    }

    [Fact(Timeout = Hang.Milliseconds)]
    public async Task Snapshot_that_cannot_be_has_one_line_and_replaces_no_other_file()
    {
        await InFolderAsync(folder =>
        {
            string other = Path.Combine(folder, "precious");
            File.WriteAllText(other, "no snapshot");
            TargetState before = _target.State;
            string?[] problems =
            [
                _target.SaveSnapshot(other),
                _target.SaveSnapshot(Path.Combine(folder, "nowhere/state")),
                _target.SaveSnapshot(folder),
                _target.SaveSnapshot(""),
                _target.LoadSnapshot(other),
                _target.LoadSnapshot(Path.Combine(folder, "nothing")),
                _target.LoadSnapshot(folder),
                _target.LoadSnapshot("/dev/zero"),
            ];
            Assert.All(problems, p => Assert.DoesNotContain('\n', Assert.IsType<string>(p)));
            Assert.Equal("no snapshot", File.ReadAllText(other));
            Assert.Equal([other], Directory.GetFiles(folder));
            Assert.Equal(before, _target.State);
            return Task.CompletedTask;
        });
    }

    private static async Task InFolderAsync(Func<string, Task> test)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gdbhost-test");
        try
        {
            await test(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static MachineConfiguration Configuration()
    {
        var bytes = new byte[Code.Length * sizeof(uint)];
        for (int i = 0; i < Code.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), Code[i]);
        }

        return new MachineConfiguration { MemoryBytes = 1UL << 26, Kernel = new BootFile("test.bin", bytes) };
    }

    private ulong Read(string name)
    {
        RegisterDescription register = _target.Registers.First(r => r.Name == name);
        var value = new byte[register.Bytes];
        Assert.True(_target.TryReadRegister(0, register, value), name);
        return BinaryPrimitives.ReadUInt64LittleEndian(value);
    }

    private Task<TargetStop> RunAsync(CpuAction action)
    {
        var stopped = new TaskCompletionSource<TargetStop>(TaskCreationOptions.RunContinuationsAsynchronously);
        _target.Resume([action], default, stopped.SetResult);
        return stopped.Task;
    }
}
