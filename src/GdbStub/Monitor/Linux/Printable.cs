using System;
using System.Globalization;
using System.Text;

namespace GdbHost.GdbStub.Monitor.Linux;

/// <summary>Bytes of a guest as text that does nothing to a terminal.</summary>
internal static class Printable
{
    /// <summary>Characters that are not printable ASCII are written as dmesg writes them, \x1b.</summary>
    public static string Of(string text)
    {
        StringBuilder printable = new(text.Length);
        foreach (char c in text)
        {
            _ = c is >= ' ' and < '\u007f' or '\t' ? printable.Append(c) : printable.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
        }

        return printable.ToString();
    }

    /// <summary>Bytes up to the first that is zero.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Of(Encoding.Latin1.GetString(end < 0 ? bytes : bytes[..end]));
    }
}
