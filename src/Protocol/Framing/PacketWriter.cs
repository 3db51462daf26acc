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

    private const int DigitsAtATime = 1024;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create("#$*}"u8);

    // Bytes gather here, so that the output is asked for room once for many.
    private readonly byte[] _gathered = new byte[1024];
    private readonly byte[] _digits = new byte[DigitsAtATime];

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
            ReadOnlySpan<byte> some = bytes[..Math.Min(bytes.Length, DigitsAtATime / 2)];
            _ = Convert.TryToHexStringLower(some, _digits, out int count);
            Encoded(_digits.AsSpan(0, count));
            bytes = bytes[some.Length..];
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
        while (!bytes.IsEmpty)
        {
            int plain = bytes.IndexOfAny(Escaped);
            plain = plain < 0 ? bytes.Length : plain;
            Encoded(bytes[..plain]);
            bytes = bytes[plain..];
            if (!bytes.IsEmpty)
            {
                Encoded(PacketFramer.EscapeByte);
                Encoded((byte)(bytes[0] ^ PacketFramer.EscapeMask));
                bytes = bytes[1..];
            }
        }

        return this;
    }

    /// <summary>Bytes that need no escape, many at a time: what stands between runs goes out as it is.</summary>
    private void Encoded(ReadOnlySpan<byte> bytes)
    {
        BodyBytes += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_runLength > 0)
            {
                int more = Math.Min(ByteRuns.Length(bytes, _runByte), LongestRun + 1 - _runLength);
                _runLength += more;
                bytes = bytes[more..];
                if (bytes.IsEmpty)
                {
                    return;
                }

                FlushRun();
            }

            int plain = ByteRuns.IndexOfRun(bytes);
            Counted(bytes[..plain]);
            _runByte = bytes[plain];
            _runLength = 1;
            bytes = bytes[(plain + 1)..];
        }
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

    private void Counted(ReadOnlySpan<byte> bytes)
    {
        _sum += Checksum.Of(bytes);
        if (bytes.Length > _gathered.Length - _gatheredBytes)
        {
            HandOver();
        }

        if (bytes.Length > _gathered.Length)
        {
            output.Write(bytes);
            return;
        }

        bytes.CopyTo(_gathered.AsSpan(_gatheredBytes));
        _gatheredBytes += bytes.Length;
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
