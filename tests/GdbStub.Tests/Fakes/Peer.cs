using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.IO.Pipelines;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GdbHost.GdbStub.Session;
using GdbHost.GdbStub.Target;
using GdbHost.Protocol.Framing;

namespace GdbHost.GdbStub.Tests.Fakes;

/// <summary>The debugger's end of a session over in-memory pipes, with everything that the session needs around it.</summary>
internal sealed class Peer : IDuplexPipe
{
    private readonly Pipe _toStub = new();
    private readonly Pipe _fromStub = new();
    private readonly Queue<byte> _received = new();

    public Peer(ITarget target, GuestRun guest)
    {
        Session = new DebugSession(this, guest, Commands.All.Table, new Log(Messages, LogLevel.Info)).RunAsync(CancellationToken.None);
        Target = target;
    }

    public ITarget Target { get; }

    /// <summary>Complete when the session is over.</summary>
    public Task Session { get; }

    public StringWriter Messages { get; } = new();

    public PipeReader Input => _toStub.Reader;

    public PipeWriter Output => _fromStub.Writer;

    public Task SendPacketAsync(string body)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(body);
        return SendRawAsync([(byte)'$', .. bytes, .. Encoding.Latin1.GetBytes($"#{Checksum.Of(bytes):x2}")]);
    }

    public async Task SendRawAsync(byte[] bytes) => await _toStub.Writer.WriteAsync(bytes);

    public void Leave() => _toStub.Writer.Complete();

    /// <summary>The next thing the stub says: "+", "-", the body of a packet or notification with runs expanded, or null at the end.</summary>
    public async Task<string?> ReceiveAsync()
    {
        if (await NextAsync() is not byte first)
        {
            return null;
        }

        if (first is not ((byte)'$' or (byte)'%'))
        {
            return ((char)first).ToString();
        }

        // A notification is shown with its first letter.
        var body = new StringBuilder(first == '%' ? "%" : "");
        for (char c = await CharAsync(); c != '#'; c = await CharAsync())
        {
            if (c == '*')
            {
                body.Append(body[^1], await CharAsync() - 29);
            }
            else
            {
                body.Append(c);
            }
        }

        await CharAsync();
        await CharAsync();
        return body.ToString();
    }

    /// <summary>The next packet, past any '+'.</summary>
    public async Task<string?> ReceivePacketAsync()
    {
        string? next = await ReceiveAsync();
        return next == "+" ? await ReceivePacketAsync() : next;
    }

    private async Task<char> CharAsync() => (char)(await NextAsync() ?? throw new EndOfStreamException("The stub closed inside a packet."));

    private async Task<byte?> NextAsync()
    {
        while (_received.Count == 0)
        {
            ReadResult read = await _fromStub.Reader.ReadAsync();
            foreach (byte b in read.Buffer.ToArray())
            {
                _received.Enqueue(b);
            }

            _fromStub.Reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted && _received.Count == 0)
            {
                return null;
            }
        }

        return _received.Dequeue();
    }
}
