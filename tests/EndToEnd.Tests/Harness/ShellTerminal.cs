using System;
using System.Diagnostics;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>A shell line with a terminal of its own, which the program "script" gives it.</summary>
internal sealed class ShellTerminal : IDisposable
{
    private readonly StringBuilder _heard = new();
    private readonly Process _script;

    public ShellTerminal(string line)
    {
        // A shell cannot trap what it ignores from its start, as what runs in the background of a script does with Ctrl-C.
        ProcessStartInfo start = new("env", ["--default-signal=INT,QUIT,HUP", "script", "-qfec", line, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _script = Process.Start(start)!;
        _script.BeginErrorReadLine();
    }

    /// <summary>Listens until the text has come.</summary>
    public async Task HearAsync(string text)
    {
        var piece = new char[256];
        while (!_heard.ToString().Contains(text, StringComparison.Ordinal))
        {
            int count = await _script.StandardOutput.ReadAsync(piece);
            Assert.True(count > 0, $"\"{text}\" was not heard in:\n{_heard}");
            _heard.Append(piece, 0, count);
        }
    }

    public async Task TypeAsync(string keys)
    {
        await _script.StandardInput.WriteAsync(keys);
        await _script.StandardInput.FlushAsync();
    }

    /// <summary>Listens until the line has ended; gives all that was heard.</summary>
    public async Task<string> EndAsync()
    {
        _heard.Append(await _script.StandardOutput.ReadToEndAsync());
        await _script.WaitForExitAsync();
        return _heard.ToString();
    }

    public void Dispose()
    {
        _script.Kill(entireProcessTree: true);
        _script.Dispose();
    }
}
