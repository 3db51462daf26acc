using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace GdbHost.EndToEnd.Tests.Harness;

/// <summary>What a program that has ended left behind.</summary>
internal sealed record Ended(int Status, string Output, string Errors);

/// <summary>A program started by a test, with what it prints.</summary>
internal sealed class ChildProcess
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private ChildProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <param name="input">What it reads, before the end of its input.</param>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string input = "")
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ChildProcess child = new(Process.Start(start)!);
        child.Type(input);
        return child;
    }

    public static async Task<Ended> RunAsync(string program, params string[] arguments)
    {
        return await Start(program, arguments).WaitAsync();
    }

    public async Task<Ended> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return new Ended(_process.ExitCode, await _output, await _errors);
    }

    /// <summary>Ends it and what it has started; afterwards it writes no file any more.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
    }

    private void Type(string input)
    {
        try
        {
            _process.StandardInput.Write(input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before it read all, and says why by itself.
        }
    }
}
