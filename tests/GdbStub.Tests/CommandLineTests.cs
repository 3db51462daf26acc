using System;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Server;
using Xunit;

namespace GdbHost.GdbStub.Tests;

/// <summary>Who is right: README.md (options and statuses); an error is one line that names the option and says what to do.</summary>
public class CommandLineTests
{
    [Fact]
    public void No_arguments_mean_the_demo()
    {
        DemoOptions demo = Assert.IsType<DemoOptions>(Arguments.Parse([]).Verb);
        Assert.Equal(("virt,el2=on", "stdio", "127.0.0.1:1234", "host"), (demo.Machine, demo.Serial, demo.Gdb, demo.Clock));
    }

    [Fact]
    public void Options_without_a_verb_are_those_of_the_demo() =>
        Assert.True(Assert.IsType<DemoOptions>(Arguments.Parse(["--wait"]).Verb).Wait);

    [Fact]
    public void Run_takes_every_option()
    {
        RunOptions run = Assert.IsType<RunOptions>(Arguments.Parse([
            "run", "--machine", "virt,gic=2", "--cpu", "cortex-a53", "--smp", "2", "--memory", "4G", "--kernel", "k", "--initrd=i",
            "--append", "--root=x console=y", "--dtb", "d", "--load", "a", "--load", "b@0x80200000", "--serial", "none", "--gdb", "0",
            "--gdb-port-file", "p", "--wait", "--timeout", "3", "--max-instructions", "5", "--clock", "host", "--log", "debug",
            "--allow-remote",
        ]).Verb);
        Assert.Equal(["a", "b@0x80200000"], run.Load);
        Assert.Equal(("k", "i", "d", "--root=x console=y"), (run.Kernel, run.Initrd, run.Dtb, run.Append));
        Assert.True(run.Wait && run.AllowRemote);
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("-x")]
    [InlineData("toast")]
    [InlineData("run", "toast")]
    [InlineData("run", "--kernel")]
    [InlineData("run", "--kernel", "--wait")]
    [InlineData("run", "--wait=yes")]
    [InlineData("boards", "--wait")]
    [InlineData("")]
    public void Wrong_command_line_is_one_line_that_names_the_word(params string[] words)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => Arguments.Parse(words));
        string named = words.Length == 3 ? words[1] : words[^1].Split('=')[^1];
        Assert.Contains(named.TrimStart('-'), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("--help", "demo")]
    [InlineData("help", "boards")]
    [InlineData("run --help", "--max-instructions")]
    [InlineData("help run", "--gdb-port-file")]
    [InlineData("--version", "gdbhost 0.")]
    public void Help_and_version_are_texts(string words, string part)
    {
        Arguments arguments = Arguments.Parse(words.Split(' '));
        Assert.Null(arguments.Verb);
        Assert.Contains(part, arguments.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4096", 4096UL)]
    [InlineData("64K", 0x10000UL)]
    [InlineData("512m", 0x2000_0000UL)]
    [InlineData("255G", 255UL << 30)]
    public void Size_has_an_optional_suffix(string text, ulong bytes) => Assert.Equal(bytes, OptionValues.Size("--memory", text));

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("0")]
    [InlineData("4X")]
    [InlineData("-1G")]
    [InlineData("1.5G")]
    [InlineData("4 G")]
    [InlineData("99999999999999999999")]
    [InlineData("17179869184G")]
    public void Malformed_size_is_refused_by_name(string text) => Refused("--memory", () => OptionValues.Size("--memory", text));

    [Theory]
    [InlineData("virt", 2, false, false, true)]
    [InlineData("virt,gic=2,el2=on", 2, true, false, true)]
    [InlineData("virt,el3=on,el2=off,highmem=off", 2, false, true, false)]
    public void Machine_is_a_board_with_switches(string text, int gic, bool el2, bool el3, bool highMemory)
    {
        var board = BoardSettings.Parse(text);
        Assert.Equal(("virt", gic, el2, el3, highMemory), (board.Board, board.GicVersion, board.El2, board.El3, board.HighMemory));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",el2=on")]
    [InlineData("el2=on")]
    [InlineData("virt,el2")]
    [InlineData("virt,el2=")]
    [InlineData("virt,el2=yes")]
    [InlineData("virt,gic=9")]
    [InlineData("virt,el2=on,el2=off")]
    [InlineData("virt,turbo=on")]
    [InlineData("virt,")]
    public void Malformed_machine_is_refused_by_name(string text) => Refused("--machine", () => BoardSettings.Parse(text));

    [Theory]
    [InlineData("1234", "127.0.0.1:1234", true)]
    [InlineData(":1234", "127.0.0.1:1234", true)]
    [InlineData("localhost:0", "127.0.0.1:0", true)]
    [InlineData("[::1]:5", "[::1]:5", true)]
    [InlineData("0.0.0.0:5", "0.0.0.0:5", false)]
    [InlineData("unix:/tmp/s", "/tmp/s", true)]
    public void Listen_address_has_these_forms(string text, string endPoint, bool local)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress? address, out _));
        Assert.Equal((endPoint, local), (address.EndPoint.ToString(), address.IsLocal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("70000")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:x")]
    [InlineData("no.such.host.invalid:5")]
    [InlineData("unix:")]
    public void Malformed_listen_address_is_refused_by_name(string text) =>
        Refused("--gdb", () => OptionValues.Listen("--gdb", text, allowRemote: true));

    [Theory]
    [InlineData("127.0.0.1:5", ":5")]
    [InlineData("0.0.0.0:5", ":5")]
    [InlineData("[::1]:5", "[::1]:5")]
    [InlineData("[::]:5", "[::1]:5")]
    [InlineData("192.0.2.1:5", "192.0.2.1:5")]
    [InlineData("unix:/tmp/s", "/tmp/s")]
    public void Attach_line_leads_to_the_address(string text, string forGdb) =>
        Assert.Equal(forGdb, ListenAddress.ForGdb(OptionValues.Listen("--gdb", text, allowRemote: true).EndPoint));

    [Fact]
    public void Remote_address_needs_permission()
    {
        Refused("--allow-remote", () => OptionValues.Listen("--gdb", "0.0.0.0:5", allowRemote: false));
        Assert.False(OptionValues.Listen("--gdb", "0.0.0.0:5", allowRemote: true).IsLocal);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("99999999999")]
    public void Malformed_time_is_refused_by_name(string text) => Refused("--timeout", () => OptionValues.Seconds("--timeout", text));

    [Theory]
    [InlineData("0x40080000", 0x4008_0000UL)]
    [InlineData("4096", 4096UL)]
    public void Address_is_decimal_or_hexadecimal(string text, ulong value) => Assert.Equal(value, OptionValues.Address("--load", text));

    [Theory]
    [InlineData("ftp:somewhere")]
    [InlineData("tcp:nowhere")]
    [InlineData("file:")]
    [InlineData("")]
    public void Malformed_serial_is_refused_by_name(string text) =>
        Refused("--serial", () => SerialOption.Open(
            new SerialLine("--serial", text), allowRemote: false, new Log(Console.Error, LogLevel.Error), static () => { }).Dispose());

    [Fact]
    public void Missing_file_is_named()
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => { InputFile.Read("--kernel", "/nonexistent/hypervisor.elf"); });
        Assert.Contains("/nonexistent/hypervisor.elf", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static void Refused(string named, Action action)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(action);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
