using System;
using System.Diagnostics;
using System.Text;
using System.Threading.Tasks;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>
/// Stock gdb spoken to line by line, for what a script cannot do: interrupt a guest that runs. Document: Debugging with GDB, "GDB/MI".
/// </summary>
internal sealed class GdbDialogue : IDisposable
{
    private readonly StringBuilder _heard = new();
    private readonly Process _gdb;

    public GdbDialogue()
    {
        ProcessStartInfo start = new("gdb-multiarch", ["-nx", "-q", "--interpreter=mi2"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _gdb = Process.Start(start)!;
        _gdb.BeginErrorReadLine();
    }

    /// <summary>Says a line and listens until an answer holds each of the texts.</summary>
    public async Task<string> SayAsync(string command, params string[] awaited)
    {
        await _gdb.StandardInput.WriteLineAsync(command);
        await _gdb.StandardInput.FlushAsync();
        return await ListenAsync(command, awaited);
    }

    /// <summary>Listens until something that gdb says by itself holds each of the texts.</summary>
    public Task<string> ListenAsync(params string[] awaited) => ListenAsync("", awaited);

    private async Task<string> ListenAsync(string command, string[] awaited)
    {
        while (await _gdb.StandardOutput.ReadLineAsync() is string line)
        {
            _heard.AppendLine(line);
            if (Array.TrueForAll(awaited, text => line.Contains(text, StringComparison.Ordinal)))
            {
                return line;
            }

            if (line.StartsWith("^error", StringComparison.Ordinal))
            {
                break;
            }
        }

        throw new InvalidOperationException($"gdb did not answer \"{command}\" with \"{string.Join("\", \"", awaited)}\":\n{_heard}");
    }

    public void Dispose()
    {
        _gdb.Kill(entireProcessTree: true);
        _gdb.Dispose();
    }
}
