using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.Commands;
using GdbHost.GdbStub.Monitor;
using GdbHost.GdbStub.Target;
using GdbHost.GdbStub.Tests.Fakes;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>Who is right: GDB manual, Packets ("commands are identified by the longest name"), and the tables themselves.</summary>
public class CommandTableTests
{
    private static readonly FakeTarget Full = new();

    [Fact]
    public void Two_rows_with_one_prefix_are_refused()
    {
        Command row = new("m", static (_, _) => { });
        Assert.Throws<ArgumentException>(() => new CommandTable([row, row]));
    }

    [Theory]
    [InlineData("m0,4", "m")]
    [InlineData("qC", "qC")]
    [InlineData("qCity:0,4", null)]
    [InlineData("vCont?", "vCont?")]
    [InlineData("vCont;c", "vCont;")]
    [InlineData("vContinue", null)]
    [InlineData("qXfer:features:read:target.xml:0,1", "qXfer:features:read:")]
    [InlineData("qXfer:features", null)]
    [InlineData("Q", null)]
    public void Longest_prefix_that_ends_a_name_wins(string packet, string? prefix) =>
        Assert.Equal(prefix, Commands.All.Table.Find(Encoding.Latin1.GetBytes(packet), Full, out _)?.Prefix);

    [Fact]
    public void Order_of_rows_does_not_matter()
    {
        var reversed = new CommandTable(Commands.All.Table.Rows.Reverse());
        foreach (Command row in Commands.All.Table.Rows)
        {
            Assert.Same(row, reversed.Find(Encoding.ASCII.GetBytes(row.Prefix), Full, out _));
        }
    }

    [Fact]
    public void Everything_advertised_is_a_packet_of_the_same_row()
    {
        foreach (Command row in Commands.All.Table.Rows.Where(r => r.Advertise is not null))
        {
            string word = row.Advertise!.TrimEnd('+');

            // gdb has a word of its own for what these letters may carry.
            string name = row.Prefix switch
            {
                "x" => "binary-upload",
                "Z" => "ConditionalBreakpoints+;BreakpointCommands",
                "QTDP:" => "ConditionalTracepoints+;StaticTracepoints+;InstallInTrace+;tracenz",
                "QTDPsrc:" => "TracepointSource",
                "QTEnable:" => "EnableDisableTracepoints",
                "QTDisconnected:" => "DisconnectedTracing",
                string prefix => prefix.TrimEnd(':', '?'),
            };
            Assert.StartsWith(name, word, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Packet_whose_capability_is_missing_is_unknown()
    {
        var bare = new BareTarget();
        Assert.Null(Commands.All.Table.Find("Z0,0,4"u8, bare, out _));
        Assert.Null(Commands.All.Table.Find("qXfer:memory-map:read::0,1"u8, bare, out _));
    }

    [Fact]
    public void Every_monitor_command_is_named_once_and_has_a_help_line()
    {
        MonitorCommand[] rows = Monitor.All.Rows;
        Assert.Equal(rows.Length, rows.Select(r => r.Name).Distinct().Count());
        Assert.All(rows, r => Assert.NotEmpty(r.Help));
    }

    /// <summary>Only what every target must offer.</summary>
    private sealed class BareTarget : ITarget
    {
        public string Architecture => "aarch64";

        public int CpuCount => 1;

        public IReadOnlyList<RegisterDescription> Registers => [];

        public string NameOf(int cpu) => "";

        public string StateOf(int cpu) => "";

        public bool TryReadRegister(int cpu, RegisterDescription register, Span<byte> value) => false;

        public void ReadRegisters(int cpu, IReadOnlyList<RegisterDescription> registers, Span<byte> values, Span<bool> readable) =>
            readable.Clear();

        public string? WriteRegister(int cpu, RegisterDescription register, ReadOnlySpan<byte> value) => "nothing can be written";

        public int ReadMemory(int cpu, AddressView view, ulong address, Span<byte> into) => 0;

        public bool TryWriteMemory(int cpu, AddressView view, ulong address, ReadOnlySpan<byte> bytes) => false;

        public void Resume(IReadOnlyList<CpuAction> actions, StepOptions step, Action<TargetStop> stopped) => stopped(default);

        public void RequestStop()
        {
        }
    }
}
