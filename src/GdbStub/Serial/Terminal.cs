using System;
using System.ComponentModel;
using System.Diagnostics;

namespace GdbHost.GdbStub.Serial;

/// <summary>
/// The terminal at standard input, set so that every key comes at once and unchanged, as a guest's serial line wants it, and put
/// back as it was. Does nothing where standard input is no terminal.
/// </summary>
internal sealed class Terminal : IDisposable
{
    // POSIX, General Terminal Interface: no line editing, no echo, no translation of input; output stays translated.
    private static readonly string[] Raw =
    [
        "-ignbrk", "-brkint", "-parmrk", "-istrip", "-inlcr", "-igncr", "-icrnl", "-ixon", "opost",
        "-echo", "-echonl", "-icanon", "-iexten", "cs8", "min", "1", "time", "0",
    ];

    private readonly string? _before;

    /// <param name="passesSignals">Ctrl-C and its kin are keys like others; else they end the program.</param>
    public Terminal(bool passesSignals)
    {
        if (Console.IsInputRedirected || Stty(["-g"]) is not { Length: > 0 } before)
        {
            return;
        }

        _before = before;
        Stty([.. Raw, passesSignals ? "-isig" : "isig"]);
    }

    public void Dispose()
    {
        if (_before is not null)
        {
            Stty([_before]);
        }
    }

    /// <summary>What stty prints; null where there is none, and the terminal then stays as it is.</summary>
    private static string? Stty(string[] settings)
    {
        try
        {
            using var stty = Process.Start(new ProcessStartInfo("stty", settings) { UseShellExecute = false, RedirectStandardOutput = true });
            string? printed = stty?.StandardOutput.ReadToEnd().Trim();
            stty?.WaitForExit();
            return stty?.ExitCode == 0 ? printed : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
