using System;
using System.Buffers;
using GdbHost.Protocol.Text;

namespace GdbHost.Protocol.Framing;

/// <summary>
/// Cuts packets, interrupts and acknowledgements out of a byte stream (GDB manual, Packets, Overview).
/// It keeps its place between calls, so the stream may be split anywhere, and its one buffer never grows.
/// </summary>
public sealed class PacketFramer
{
    public const byte InterruptByte = 0x03;
    public const byte EscapeByte = (byte)'}';
    public const byte EscapeMask = 0x20;

    private readonly byte[] _payload;
    private int _length;
    private byte _sum;
    private byte _checksumHigh;
    private bool _tooLong;
    private State _state;

    /// <param name="maxPacketBytes">The largest payload kept, counted after escapes are undone.</param>
    public PacketFramer(int maxPacketBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxPacketBytes);
        _payload = new byte[maxPacketBytes];
    }

    private enum State
    {
        Idle,
        Body,
        Escaped,
        FirstDigit,
        SecondDigit,
    }

    /// <summary>Takes bytes from the front of <paramref name="input"/> until one frame is complete; false when they are used up.</summary>
    public bool TryCut(ref ReadOnlySequence<byte> input, out Frame frame)
    {
        while (!input.IsEmpty)
        {
            ReadOnlySpan<byte> span = input.FirstSpan;
            bool complete = TryCut(span, out int used, out frame);
            input = input.Slice(used);
            if (complete)
            {
                return true;
            }
        }

        frame = default;
        return false;
    }

    /// <summary>As the other overload, over one contiguous piece.</summary>
    public bool TryCut(ReadOnlySpan<byte> input, out int used, out Frame frame)
    {
        for (used = 0; used < input.Length;)
        {
            used += TakePlain(input[used..]);
            if (used == input.Length)
            {
                break;
            }

            byte b = input[used++];
            if (Take(b, out FrameKind kind))
            {
                frame = new Frame(kind, kind == FrameKind.Packet ? _payload.AsSpan(0, _length) : default);
                return true;
            }
        }

        frame = default;
        return false;
    }

    private bool Take(byte b, out FrameKind kind)
    {
        kind = default;
        switch (_state)
        {
            case State.Idle:
                return TakeOutside(b, out kind);

            case State.Body or State.Escaped:
                TakeInside(b);
                return false;

            case State.FirstDigit:
                _checksumHigh = b;
                _state = State.SecondDigit;
                return false;

            default:
                _state = State.Idle;
                kind = Judge(b);
                return true;
        }
    }

    private bool TakeOutside(byte b, out FrameKind kind)
    {
        switch (b)
        {
            case (byte)'$':
                Begin();
                break;
            case InterruptByte:
                kind = FrameKind.Interrupt;
                return true;
            case (byte)'+':
                kind = FrameKind.Acknowledge;
                return true;
            case (byte)'-':
                kind = FrameKind.Retransmit;
                return true;
        }

        // Anything else between packets is line noise; the manual lets a stub drop it.
        kind = default;
        return false;
    }

    /// <summary>Takes the bytes of a body that mean themselves, all at once; gives their number.</summary>
    private int TakePlain(ReadOnlySpan<byte> input)
    {
        if (_state != State.Body)
        {
            return 0;
        }

        int special = input.IndexOfAny((byte)'$', (byte)'#', EscapeByte);
        ReadOnlySpan<byte> plain = special < 0 ? input : input[..special];
        _sum += Checksum.Of(plain);
        int room = Math.Min(plain.Length, _payload.Length - _length);
        plain[..room].CopyTo(_payload.AsSpan(_length));
        _length += room;
        _tooLong |= room < plain.Length;
        return plain.Length;
    }

    private void TakeInside(byte b)
    {
        // '$' and '#' are always escaped inside a body, so an unescaped '$' means that the peer began again.
        if (b == '$')
        {
            Begin();
            return;
        }

        if (b == '#')
        {
            _state = State.FirstDigit;
            return;
        }

        _sum += b;
        if (_state == State.Body && b == EscapeByte)
        {
            _state = State.Escaped;
            return;
        }

        Keep(_state == State.Escaped ? (byte)(b ^ EscapeMask) : b);
        _state = State.Body;
    }

    private void Begin()
    {
        _length = 0;
        _sum = 0;
        _tooLong = false;
        _state = State.Body;
    }

    private void Keep(byte b)
    {
        if (_length < _payload.Length)
        {
            _payload[_length++] = b;
        }
        else
        {
            _tooLong = true;
        }
    }

    private FrameKind Judge(byte secondDigit)
    {
        bool matches = Hex.TryDigit(_checksumHigh, out int high) && Hex.TryDigit(secondDigit, out int low) && ((high << 4) | low) == _sum;
        if (!matches)
        {
            return FrameKind.BadChecksum;
        }

        return _tooLong ? FrameKind.TooLong : FrameKind.Packet;
    }
}
