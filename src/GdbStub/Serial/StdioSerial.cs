using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace GdbHost.GdbStub.Serial;

/// <summary>The terminal that gdbhost was started from. Keys go to the guest one by one; Ctrl-C still ends gdbhost.</summary>
internal sealed class StdioSerial : ISerialBackend
{
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly OutputPump _pump;
    private bool _terminalChanged;

    public StdioSerial() => _pump = new OutputPump(_output);

    public void Start(Action<ReadOnlyMemory<byte>> received, Action ended)
    {
        if (!Console.IsInputRedirected)
        {
            // The guest echoes and edits lines itself. Signals stay with us, so that Ctrl-C works.
            _terminalChanged = Stty("-icanon", "-echo", "-icrnl", "min", "1", "time", "0");
        }

        Stream input = Console.OpenStandardInput();
        var thread = new Thread(() => InputReader.Run(input, received, ended)) { IsBackground = true, Name = "serial input" };
        thread.Start();
    }

    public void Write(ReadOnlySpan<byte> bytes) => _pump.Write(bytes);

    public void Dispose()
    {
        _pump.Dispose();
        if (_terminalChanged)
        {
            Stty("sane");
            _terminalChanged = false;
        }

        _output.Dispose();
    }

    /// <summary>False when there is no stty; the terminal then stays as it is.</summary>
    private static bool Stty(params string[] settings)
    {
        try
        {
            using var stty = Process.Start(new ProcessStartInfo("stty", settings) { UseShellExecute = false });
            stty?.WaitForExit();
            return stty?.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
