using System;
using System.IO;
using System.Threading;
using HostMonitor = System.Threading.Monitor;

namespace GdbHost.GdbStub.Serial;

/// <summary>
/// Carries output from the machine's thread to a stream in large pieces. Its memory is fixed: when the stream is slower
/// than the guest, the guest waits.
/// </summary>
internal sealed class OutputPump : IDisposable
{
    private const int BufferBytes = 1 << 16;

    // How long a reader that does not read may delay the end of the program.
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(2);

    private readonly Lock _writing = new();
    private readonly object _changed = new();
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Stream _stream;
    private readonly Thread _thread;
    private int _count;

    /// <summary>The stream has failed or is closed: further output is dropped.</summary>
    private bool _broken;
    private bool _closing;

    public OutputPump(Stream stream)
    {
        _stream = stream;
        _thread = new Thread(Run) { IsBackground = true, Name = "serial output" };
        _thread.Start();
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[Take(bytes)..];
            }
        }
    }

    /// <summary>Writes out what is left and ends; afterwards output is dropped, and a guest that waits goes on.</summary>
    public void Dispose()
    {
        lock (_changed)
        {
            _closing = true;
            HostMonitor.PulseAll(_changed);
        }

        _thread.Join(FlushTime);
        lock (_changed)
        {
            _broken = true;
            HostMonitor.PulseAll(_changed);
        }
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        lock (_changed)
        {
            while (_count == BufferBytes && !_broken)
            {
                HostMonitor.Wait(_changed);
            }

            if (_broken)
            {
                return bytes.Length;
            }

            int taken = Math.Min(bytes.Length, BufferBytes - _count);
            bytes[..taken].CopyTo(_buffer.AsSpan(_count));
            _count += taken;
            HostMonitor.PulseAll(_changed);
            return taken;
        }
    }

    private void Run()
    {
        var piece = new byte[BufferBytes];
        try
        {
            for (int count = Next(piece); count > 0; count = Next(piece))
            {
                _stream.Write(piece, 0, count);
                _stream.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            lock (_changed)
            {
                _broken = true;
                HostMonitor.PulseAll(_changed);
            }
        }
    }

    /// <summary>Waits for output and takes all of it; 0 at the end.</summary>
    private int Next(byte[] piece)
    {
        lock (_changed)
        {
            while (_count == 0 && !_closing)
            {
                HostMonitor.Wait(_changed);
            }

            int count = _count;
            _buffer.AsSpan(0, count).CopyTo(piece);
            _count = 0;
            HostMonitor.PulseAll(_changed);
            return count;
        }
    }
}
