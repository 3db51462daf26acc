using System;
using System.Buffers;
using System.Text;

namespace GdbHost.Protocol.Text;

/// <summary>Bytes to and from pairs of hexadecimal digits.</summary>
public static class Hex
{
    /// <summary>The digit of the low four bits.</summary>
    public static byte Digit(int value) => "0123456789abcdef"u8[value & 0xF];

    public static bool TryDigit(byte c, out int value)
    {
        value = c switch
        {
            >= (byte)'0' and <= (byte)'9' => c - '0',
            >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
            _ => -1,
        };
        return value >= 0;
    }

    /// <summary>
    /// Decodes all of <paramref name="digits"/>; false when their number is odd, one is no digit, or the room is too small.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> digits, Span<byte> into, out int written) =>
        Convert.FromHexString(digits, into, out int consumed, out written) == OperationStatus.Done && consumed == digits.Length;

    /// <summary>Decodes text sent as hexadecimal digits; false when the digits are malformed.</summary>
    public static bool TryDecodeText(ReadOnlySpan<byte> digits, out string text)
    {
        var bytes = new byte[digits.Length / 2];
        bool good = TryDecode(digits, bytes, out int written);
        text = good ? Encoding.UTF8.GetString(bytes, 0, written) : "";
        return good;
    }
}
