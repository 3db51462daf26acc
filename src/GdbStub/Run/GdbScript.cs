using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using GdbHost.GdbStub.CommandLine;
using GdbHost.GdbStub.Session;

namespace GdbHost.GdbStub.Run;

/// <summary>
/// Stock gdb in batch mode on the guest of this program: its output is passed through, its status becomes the program's (0 when every
/// command of the script worked), and lines that begin with PASS: or FAIL: become test cases.
/// </summary>
/// <param name="path">The script.</param>
/// <param name="symbols">An ELF file for gdb, or null.</param>
/// <param name="junit">Where the test cases are written, or null.</param>
internal sealed class GdbScript(string path, string? symbols, string? junit) : IDisposable
{
    private const string Program = "gdb-multiarch";

    // Seconds. gdb asks again what is not answered in 2, its usual, and takes the first answer for the second's; a busy host is slower at times.
    private const int Patience = 60;

    // A guest can print without end by its script; what is behind so many lines is still shown, but no test case.
    private const int MostCases = 10_000;

    private readonly List<TestCase> _cases = [];
    private Process? _gdb;

    /// <summary>Starts gdb; gives the end of the run that follows from its end.</summary>
    /// <param name="where">What gdb's "target remote" takes.</param>
    /// <exception cref="UserErrorException">gdb cannot be started.</exception>
    public async Task<GuestEnd> RunAsync(string where)
    {
        List<string> arguments = ["-nx", "-q", "-batch", "-ex", "set confirm off", "-ex", "set pagination off", "-ex", $"set remotetimeout {Patience}"];
        if (symbols is not null)
        {
            arguments.AddRange(["-ex", $"file {symbols}"]);
        }

        arguments.AddRange(["-ex", "set architecture aarch64", "-ex", $"target remote {where}", "-x", path]);
        try
        {
            _gdb = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        }
        catch (Win32Exception e)
        {
            throw new UserErrorException($"--script: {Program} cannot be started: {e.Message}; install it, or put it on the PATH", e);
        }

        _gdb.StandardInput.Close();
        while (await _gdb.StandardOutput.ReadLineAsync() is string line)
        {
            await Console.Out.WriteLineAsync(line);
            if (TestCase.Parse(line) is TestCase found && _cases.Count < MostCases)
            {
                _cases.Add(found);
            }
        }

        await _gdb.WaitForExitAsync();
        int status = _gdb.ExitCode;
        if (status == 0 && _cases.Exists(static c => !c.Passed))
        {
            status = 1;
        }

        return new GuestEnd(status, $"the script {path} ended with status {status}");
    }

    /// <summary>Writes the test cases; the script as a whole is one of them.</summary>
    public void Report(GuestEnd end)
    {
        if (junit is not null)
        {
            TestCase whole = new(Path.GetFileName(path), end.ExitStatus == 0, end.Reason);
            InputFile.Write("--junit", junit, JunitXml.Print(Path.GetFileName(path), [.. _cases, whole]));
        }
    }

    public void Dispose()
    {
        if (_gdb is { HasExited: false })
        {
            _gdb.Kill(entireProcessTree: true);
        }

        _gdb?.Dispose();
        _gdb = null;
    }
}
