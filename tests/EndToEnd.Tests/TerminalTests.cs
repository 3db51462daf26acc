using System;
using System.IO;
using System.Threading.Tasks;
using GdbHost.EndToEnd.Tests.Harness;
using Xunit;

namespace GdbHost.EndToEnd.Tests;

/// <summary>
/// The user's terminal under -nographic. Documents: QEMU 7.2's documentation, Keys in the character backend multiplexer; POSIX,
/// General Terminal Interface (what stty -g prints before and after).
/// </summary>
public sealed class TerminalTests : IDisposable
{
    private const string ControlA = "\u0001";
    private const string ControlC = "\u0003";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gdbhost-terminal");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresFact(Need.Script, Need.BuiltGuests)]
    public async Task Keys_go_to_the_guest_until_Ctrl_A_X_and_the_terminal_is_as_before()
    {
        string heard = await TalkAsync("-nographic", async terminal =>
        {
            await terminal.HearAsync("READY");
            await terminal.TypeAsync("a" + ControlC);
            await terminal.HearAsync($"[a][{ControlC}]");
            await terminal.TypeAsync(ControlA + "h");
            await terminal.HearAsync("C-a x");
            await terminal.TypeAsync(ControlA + ControlA);
            await terminal.HearAsync($"[{ControlA}]");
            await terminal.TypeAsync(ControlA + "x");
        });

        Assert.Contains("status 0", heard, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Script, Need.BuiltGuests)]
    public async Task Ctrl_C_ends_a_run_with_serial_stdio_and_the_terminal_is_as_before()
    {
        string heard = await TalkAsync("-display none -serial stdio", async terminal =>
        {
            await terminal.HearAsync("READY");
            await terminal.TypeAsync(ControlA + "x");
            await terminal.HearAsync($"[{ControlA}][x]");
            await terminal.TypeAsync(ControlC);
        });

        Assert.Contains("status 0", heard, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Script, Need.BuiltGuests)]
    public async Task A_signal_leaves_the_terminal_as_before()
    {
        string pid = Path.Combine(_folder.FullName, "pid");
        await TalkAsync($"-nographic -pidfile {pid}", async terminal =>
        {
            await terminal.HearAsync("READY");
            await ChildProcess.RunAsync("kill", "-TERM", (await File.ReadAllTextAsync(pid)).Trim());
        });
    }

    private async Task<string> TalkAsync(string line, Func<ShellTerminal, Task> talk)
    {
        string program = $"'{string.Join("' '", HostRun.Words(["qemu", .. SideBySide.Words("-kernel $ECHO " + line)]))}'";
        string before = Path.Combine(_folder.FullName, "before");
        string after = Path.Combine(_folder.FullName, "after");

        // A shell that Ctrl-C ends, too, would not get to the second look at the terminal.
        using ShellTerminal terminal = new($"trap : INT; stty -g > {before}; {program}; echo status $?; stty -g > {after}");
        await talk(terminal);
        string heard = await terminal.EndAsync();
        Assert.True(await File.ReadAllTextAsync(before) == await File.ReadAllTextAsync(after), heard);
        return heard;
    }
}
