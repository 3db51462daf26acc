using System;
using System.Globalization;
using System.Text;

namespace GdbHost.Protocol.Agent;

/// <summary>
/// The printf of dprintf's "agent" style: %d %i %u %x %X %o %c %s %p %%, with flags, width, precision, the length words and the backslashes of C.
/// What it does not know, it prints as it stands.
/// </summary>
internal static class AgentFormat
{
    private const int LongestText = 4096;
    private const int LongestString = 1024;
    private const int MostWidth = 256;

    public static string Print(ReadOnlySpan<byte> format, ReadOnlySpan<ulong> arguments, IAgentSubject subject)
    {
        StringBuilder text = new();
        int next = 0;
        for (int at = 0; at < format.Length && text.Length < LongestText;)
        {
            if (format[at] == '\\' && at + 1 < format.Length)
            {
                at++;
                text.Append(Escaped(format, ref at));
                continue;
            }

            if (format[at] != '%')
            {
                text.Append((char)format[at++]);
                continue;
            }

            int begin = at++;
            Piece piece = Piece.Read(format, ref at);
            if (piece.Conversion == '%')
            {
                text.Append('%');
            }
            else if (piece.IsKnown && next < arguments.Length)
            {
                text.Append(piece.Pad(Convert(piece, arguments[next++], subject)));
            }
            else
            {
                text.Append(Encoding.Latin1.GetString(format[begin..at]));
            }
        }

        return text.ToString();
    }

    /// <summary>The character behind a backslash; gdb sends a format as the user typed it.</summary>
    private static char Escaped(ReadOnlySpan<byte> format, ref int at)
    {
        char letter = (char)format[at++];
        if (letter is < '0' or > '7')
        {
            return letter switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\a',
                'b' => '\b',
                'f' => '\f',
                'v' => '\v',
                'e' => '\x1b',
                _ => letter,
            };
        }

        int value = letter - '0';
        for (int digits = 1; digits < 3 && at < format.Length && format[at] is >= (byte)'0' and <= (byte)'7'; digits++)
        {
            value = (value * 8) + format[at++] - '0';
        }

        return (char)(byte)value;
    }

    private static string Convert(Piece piece, ulong value, IAgentSubject subject)
    {
        ulong narrow = piece.IsLong ? value : (uint)value;
        long signed = piece.IsLong ? (long)value : (int)value;
        return piece.Conversion switch
        {
            'd' or 'i' => (signed >= 0 && piece.Plus ? "+" : "") + piece.Digits(signed.ToString(CultureInfo.InvariantCulture)),
            'u' => piece.Digits(narrow.ToString(CultureInfo.InvariantCulture)),
            'x' => (piece.Alternate && narrow != 0 ? "0x" : "") + piece.Digits(narrow.ToString("x", CultureInfo.InvariantCulture)),
            'X' => (piece.Alternate && narrow != 0 ? "0X" : "") + piece.Digits(narrow.ToString("X", CultureInfo.InvariantCulture)),
            'o' => piece.Digits(System.Convert.ToString((long)narrow, 8)),
            'p' => "0x" + value.ToString("x", CultureInfo.InvariantCulture),
            'c' => ((char)(byte)value).ToString(),
            _ => Text(value, piece.Precision ?? LongestString, subject),
        };
    }

    /// <summary>The string at an address of the guest, up to its zero or to where memory ends.</summary>
    private static string Text(ulong address, int most, IAgentSubject subject)
    {
        StringBuilder text = new();
        Span<byte> one = stackalloc byte[1];
        for (int i = 0; i < Math.Min(most, LongestString); i++)
        {
            if (!subject.TryReadMemory(address + (ulong)i, one))
            {
                return text.Length == 0 ? $"<unreadable at 0x{address:x}>" : text.ToString();
            }

            if (one[0] == 0)
            {
                break;
            }

            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    /// <summary>One conversion of the format.</summary>
    private readonly record struct Piece(
        char Conversion, bool IsLong, bool Left, bool Zero, bool Plus, bool Alternate, int Width, int? Precision)
    {
        public bool IsKnown => "diuxXocsp".Contains(Conversion, StringComparison.Ordinal);

        public static Piece Read(ReadOnlySpan<byte> format, ref int at)
        {
            Piece piece = default;
            for (; at < format.Length; at++)
            {
                char flag = (char)format[at];
                if (!"-0+# ".Contains(flag, StringComparison.Ordinal))
                {
                    break;
                }

                piece = flag switch
                {
                    '-' => piece with { Left = true },
                    '0' => piece with { Zero = true },
                    '+' => piece with { Plus = true },
                    '#' => piece with { Alternate = true },
                    _ => piece,
                };
            }

            piece = piece with { Width = Number(format, ref at) ?? 0 };
            if (at < format.Length && format[at] == '.')
            {
                at++;
                piece = piece with { Precision = Number(format, ref at) ?? 0 };
            }

            for (; at < format.Length && "hljzt".Contains((char)format[at], StringComparison.Ordinal); at++)
            {
                piece = piece with { IsLong = piece.IsLong || format[at] != 'h' };
            }

            return at < format.Length ? piece with { Conversion = (char)format[at++] } : piece;
        }

        /// <summary>The digits of a number with the zeros that the precision or the flag 0 asks for.</summary>
        public string Digits(string number)
        {
            bool negative = number.StartsWith('-');
            string digits = negative ? number[1..] : number;
            int least = Precision ?? (Zero && !Left ? Width - (negative || Plus ? 1 : 0) - (Alternate ? 2 : 0) : 0);
            return (negative ? "-" : "") + digits.PadLeft(Math.Min(least, MostWidth), '0');
        }

        public string Pad(string text) => Left ? text.PadRight(Width) : text.PadLeft(Width);

        private static int? Number(ReadOnlySpan<byte> format, ref int at)
        {
            int? number = null;
            for (; at < format.Length && char.IsAsciiDigit((char)format[at]); at++)
            {
                number = Math.Min(((number ?? 0) * 10) + format[at] - '0', MostWidth);
            }

            return number;
        }
    }
}
