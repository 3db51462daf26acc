using System;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>
/// Somebody at a guest's terminal, who types each answer when its question is on the screen: firmware throws away what is
/// typed before it asks.
/// </summary>
internal static partial class Typist
{
    /// <summary>Runs "gdbhost ARGUMENTS" to its end. What it prints comes without the terminal's control sequences.</summary>
    /// <param name="dialogue">What the guest prints, in this order, and what is typed then.</param>
    public static async Task<Ended> RunAsync((string Question, string Answer)[] dialogue, params string[] arguments)
    {
        string[] words = HostRun.Words(arguments);
        using Process host = Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = host.StandardError.ReadToEndAsync();
        StringBuilder raw = new();
        char[] piece = new char[4096];
        int answered = 0;
        int from = 0;
        for (int got; (got = await host.StandardOutput.ReadAsync(piece)) > 0;)
        {
            raw.Append(piece, 0, got);
            if (answered == dialogue.Length)
            {
                continue;
            }

            string screen = ControlSequence().Replace(raw.ToString(), "");
            int at = screen.IndexOf(dialogue[answered].Question, from, StringComparison.Ordinal);
            if (at >= 0)
            {
                from = at + dialogue[answered].Question.Length;
                await host.StandardInput.WriteAsync(dialogue[answered++].Answer);
                await host.StandardInput.FlushAsync();
            }
        }

        await host.WaitForExitAsync();
        return new Ended(host.ExitCode, ControlSequence().Replace(raw.ToString(), ""), await errors);
    }

    // ECMA-48, control sequences: CSI, parameters, intermediate bytes, final byte.
    [GeneratedRegex("\x1b\\[[0-?]*[ -/]*[@-~]")]
    private static partial Regex ControlSequence();
}
