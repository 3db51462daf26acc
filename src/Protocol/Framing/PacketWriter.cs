using System;
using System.Buffers;
using System.Text;
using GdbHost.Protocol.Text;

namespace GdbHost.Protocol.Framing;

/// <summary>
/// Writes packets: '$', body, '#', checksum, with binary escapes and run-length encoding done on the way
/// (GDB manual, Packets, Overview). One writer writes any number of packets, one after the other.
/// </summary>
public sealed class PacketWriter(IBufferWriter<byte> output)
{
    // A run is written as the byte, '*', and a character whose value is the number of further copies plus 29.
    private const int RunBias = 29;
    private const int ShortestRun = 3;
    private const int LongestRun = 126 - RunBias;

    // Bytes gather here, so that the output is asked for room once for many.
    private readonly byte[] _gathered = new byte[1024];

    private int _gatheredBytes;
    private byte _sum;
    private byte _runByte;
    private int _runLength;
    private bool _open;

    /// <summary>How many bytes of body the open packet has, before run-length encoding.</summary>
    public int BodyBytes { get; private set; }

    public void Begin() => Begin('$');

    /// <summary>A packet that the peer has not asked for and does not acknowledge (GDB manual, Notification Packets).</summary>
    public void BeginNotification() => Begin('%');

    private void Begin(char first)
    {
        if (_open)
        {
            throw new InvalidOperationException("The packet before this one was not ended.");
        }

        _open = true;
        BodyBytes = 0;
        _sum = 0;
        _runLength = 0;
        Raw((byte)first);
    }

    public void End()
    {
        if (!_open)
        {
            throw new InvalidOperationException("No packet was begun.");
        }

        FlushRun();
        _open = false;
        Raw((byte)'#');
        Raw(Hex.Digit(_sum >> 4));
        Raw(Hex.Digit(_sum));
        HandOver();
    }

    /// <summary>One character that needs no escape.</summary>
    public PacketWriter Put(char c)
    {
        Encoded((byte)c);
        return this;
    }

    /// <summary>Text as UTF-8; the four bytes that may not stand in a body are escaped.</summary>
    public PacketWriter Text(string text)
    {
        Span<byte> encoded = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            Binary(encoded[..rune.EncodeToUtf8(encoded)]);
        }

        return this;
    }

    /// <summary>A number in hexadecimal, big-endian, without leading zeros.</summary>
    public PacketWriter Number(ulong value)
    {
        int digits = Math.Max(1, (67 - (int)ulong.LeadingZeroCount(value)) / 4);
        for (int i = digits - 1; i >= 0; i--)
        {
            Encoded(Hex.Digit((int)(value >> (i * 4))));
        }

        return this;
    }

    /// <summary>Bytes as pairs of hexadecimal digits.</summary>
    public PacketWriter HexBytes(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[DigitsWithoutRuns(bytes)..];
            bytes = bytes[DigitsOfRun(bytes)..];
            if (!bytes.IsEmpty)
            {
                Encoded(Hex.Digit(bytes[0] >> 4));
                Encoded(Hex.Digit(bytes[0]));
                bytes = bytes[1..];
            }
        }

        return this;
    }

    /// <summary>Text as UTF-8 in pairs of hexadecimal digits.</summary>
    public PacketWriter HexText(string text)
    {
        Span<byte> encoded = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            HexBytes(encoded[..rune.EncodeToUtf8(encoded)]);
        }

        return this;
    }

    /// <summary>Bytes as themselves; '#', '$', '}' and '*' are escaped.</summary>
    public PacketWriter Binary(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (b is (byte)'#' or (byte)'$' or (byte)'*' or PacketFramer.EscapeByte)
            {
                Encoded(PacketFramer.EscapeByte);
                Encoded((byte)(b ^ PacketFramer.EscapeMask));
            }
            else
            {
                Encoded(b);
            }
        }

        return this;
    }

    /// <summary>
    /// Writes as many bytes as have two digits that continue no run, as most bytes of memory do: without looking for runs at each digit. Gives
    /// their number.
    /// </summary>
    private int DigitsWithoutRuns(ReadOnlySpan<byte> bytes)
    {
        const int Room = 2;
        if (_runLength != 1)
        {
            return 0;
        }

        int done = 0;
        byte last = _runByte;
        byte sum = _sum;
        for (; done < bytes.Length; done++)
        {
            byte high = Hex.Digit(bytes[done] >> 4);
            byte low = Hex.Digit(bytes[done]);
            if (high == last || low == high)
            {
                break;
            }

            if (_gatheredBytes > _gathered.Length - Room)
            {
                HandOver();
            }

            // The last digit waits: the next one may make a run of it.
            _gathered[_gatheredBytes] = last;
            _gathered[_gatheredBytes + 1] = high;
            _gatheredBytes += Room;
            sum += last;
            sum += high;
            last = low;
        }

        _runByte = last;
        _sum = sum;
        BodyBytes += done * 2;
        return done;
    }

    /// <summary>Takes as many bytes as go on with the present run, as zeros do, and have room in it; gives their number.</summary>
    private int DigitsOfRun(ReadOnlySpan<byte> bytes)
    {
        int room = (LongestRun + 1 - _runLength) / 2;
        if (_runLength == 0 || bytes.IsEmpty || room <= 0 || Hex.Digit(bytes[0]) != _runByte || Hex.Digit(bytes[0] >> 4) != _runByte)
        {
            return 0;
        }

        ReadOnlySpan<byte> most = bytes[..Math.Min(room, bytes.Length)];
        int other = most.IndexOfAnyExcept(bytes[0]);
        int done = other < 0 ? most.Length : other;
        _runLength += done * 2;
        BodyBytes += done * 2;
        return done;
    }

    private void Encoded(byte b)
    {
        BodyBytes++;
        if (_runLength > 0 && b == _runByte && _runLength <= LongestRun)
        {
            _runLength++;
            return;
        }

        if (_runLength == 1)
        {
            Counted(_runByte);
        }
        else
        {
            FlushRun();
        }

        _runByte = b;
        _runLength = 1;
    }

    private void FlushRun()
    {
        while (_runLength > 0)
        {
            Counted(_runByte);
            int copies = _runLength - 1;
            if (copies >= ShortestRun)
            {
                copies = Writable(copies);
                Counted((byte)'*');
                Counted((byte)(copies + RunBias));
                _runLength -= copies;
            }

            _runLength--;
        }
    }

    // The count characters '#' and '$' (6 and 7 copies) would end or begin a packet; five copies are written instead.
    private static int Writable(int copies) => copies is '#' - RunBias or '$' - RunBias ? 5 : copies;

    private void Counted(byte b)
    {
        _sum += b;
        Raw(b);
    }

    private void Raw(byte b)
    {
        if (_gatheredBytes == _gathered.Length)
        {
            HandOver();
        }

        _gathered[_gatheredBytes++] = b;
    }

    private void HandOver()
    {
        output.Write(_gathered.AsSpan(0, _gatheredBytes));
        _gatheredBytes = 0;
    }
}
