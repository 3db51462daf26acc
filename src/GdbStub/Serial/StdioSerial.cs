using System;
using System.IO;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace GdbHost.GdbStub.Serial;

/// <summary>The terminal that gdbhost was started from. Keys go to the guest one by one.</summary>
internal sealed class StdioSerial : ISerialBackend
{
    private const int StandardInput = 0;

    private readonly EscapeKeys? _keys;
    private readonly bool _passesSignals;
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly OutputPump _pump;
    private Terminal? _terminal;

    /// <param name="keys">The keys that speak to gdbhost; null where all are the guest's.</param>
    /// <param name="passesSignals">Ctrl-C goes to the guest; else it ends gdbhost.</param>
    public StdioSerial(EscapeKeys? keys, bool passesSignals)
    {
        _keys = keys;
        _passesSignals = passesSignals;
        _pump = new OutputPump(_output);
    }

    public void Start(Action<ReadOnlyMemory<byte>> received, Action ended)
    {
        _terminal = new Terminal(_passesSignals);

        // Console's own stream edits lines where standard input is a terminal, and gives none before its end.
        var input = new FileStream(new SafeFileHandle(StandardInput, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        Action<ReadOnlyMemory<byte>> typed = _keys is not EscapeKeys keys ? received : bytes => Filter(keys, bytes, received);
        var thread = new Thread(() => InputReader.Run(input, typed, ended)) { IsBackground = true, Name = "serial input" };
        thread.Start();
    }

    public void Write(ReadOnlySpan<byte> bytes) => _pump.Write(bytes);

    public void Dispose()
    {
        _pump.Dispose();
        _terminal?.Dispose();
        _terminal = null;
        _output.Dispose();
    }

    private void Filter(EscapeKeys filter, ReadOnlyMemory<byte> typed, Action<ReadOnlyMemory<byte>> received)
    {
        (byte[] toGuest, string toUser) = filter.Filter(typed.Span);
        Write(Encoding.ASCII.GetBytes(toUser));
        if (toGuest.Length > 0)
        {
            received(toGuest);
        }
    }
}
