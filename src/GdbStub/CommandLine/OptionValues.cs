using System;
using System.Globalization;
using System.IO;
using System.Linq;
using GdbHost.GdbStub.Server;

namespace GdbHost.GdbStub.CommandLine;

/// <summary>Reads the values of options strictly; what does not fit is the user's error, named with its option.</summary>
internal static class OptionValues
{
    /// <summary>Bytes, or a number with K, M or G.</summary>
    public static ulong Size(string option, string text)
    {
        int shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch
        {
            'K' => 10,
            'M' => 20,
            'G' => 30,
            _ => 0,
        };
        ReadOnlySpan<char> digits = shift == 0 ? text : text.AsSpan(0, text.Length - 1);
        if (ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number != 0
            && number <= ulong.MaxValue >> shift)
        {
            return number << shift;
        }

        throw new UserErrorException($"{option}: \"{text}\" is no size; write bytes or a number with K, M or G, for example 512M");
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static ulong Number(string option, string text, ulong least, ulong most)
    {
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number >= least && number <= most)
        {
            return number;
        }

        string range = most == ulong.MaxValue ? $"of at least {least}" : $"from {least} to {most}";
        throw new UserErrorException($"{option}: \"{text}\" is no whole number {range}");
    }

    /// <summary>An address, decimal or with 0x.</summary>
    public static ulong Address(string option, string text)
    {
        bool hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        NumberStyles style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (ulong.TryParse(text.AsSpan(hexadecimal ? 2 : 0), style, CultureInfo.InvariantCulture, out ulong number))
        {
            return number;
        }

        throw new UserErrorException($"{option}: \"{text}\" is no address; write it like 0x40080000");
    }

    /// <summary>FILE@ADDR; an '@' that no number follows belongs to the file's name.</summary>
    public static (string File, string? Address) FileAt(string text)
    {
        int at = text.LastIndexOf('@');
        return at >= 0 && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]) ? (text[..at], text[(at + 1)..]) : (text, null);
    }

    /// <summary>A time in seconds, also with a fraction.</summary>
    public static TimeSpan Seconds(string option, string text)
    {
        // The longest time that a timer takes.
        const double Most = uint.MaxValue / 1000 - 1;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds > 0 && seconds <= Most)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        throw new UserErrorException($"{option}: \"{text}\" is no time in seconds; write for example 30 or 2.5");
    }

    /// <summary>One of a few words.</summary>
    public static string Word(string option, string text, params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (word == text)
            {
                return word;
            }
        }

        throw new UserErrorException($"{option}: \"{text}\" is not known; use {string.Join(", ", words.ToArray())}");
    }

    /// <summary>The log of --log.</summary>
    public static Log Log(string level, TextWriter output)
    {
        string[] names = [.. Enum.GetNames<LogLevel>().Select(n => n.ToLowerInvariant())];
        return new Log(output, Enum.Parse<LogLevel>(Word("--log", level, names), ignoreCase: true));
    }

    /// <summary>An address to listen at, within this host unless the user has allowed more.</summary>
    public static ListenAddress Listen(string option, string text, bool allowRemote)
    {
        if (!ListenAddress.TryParse(text, out ListenAddress? address, out string reason))
        {
            throw new UserErrorException($"{option}: {reason}; write HOST:PORT, PORT or unix:PATH");
        }

        if (!address.IsLocal && !allowRemote)
        {
            throw new UserErrorException(
                $"{option}: {text} can be reached from other hosts, whose users then control the guest; add --allow-remote to allow that");
        }

        return address;
    }
}
