using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using GdbHost.GdbStub.CommandLine;

namespace GdbHost.GdbStub.Qemu;

/// <summary>
/// The value of an option as QEMU writes it: "first,key=value,flag,noflag", where two commas stand for one in a value and the last
/// of equal keys counts (QEMU 7.2 documentation, Invocation; util/keyval.c and util/qemu-option.c have the grammar).
/// </summary>
internal sealed class KeyValues
{
    private string _option;
    private readonly List<(string Key, string Value)> _pairs = [];

    /// <param name="option">The option, for messages.</param>
    /// <param name="text">Its value.</param>
    /// <param name="first">The key that a first element without "=" is the value of.</param>
    public KeyValues(string option, string text, string? first = null)
    {
        _option = option;
        for (int at = 0; at < text.Length;)
        {
            string element = Element(text, ref at);
            int equals = element.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
            {
                _pairs.Add((element[..equals], element[(equals + 1)..]));
            }
            else if (first is not null && _pairs.Count == 0)
            {
                _pairs.Add((first, element));
            }
            else
            {
                bool negated = element.StartsWith("no", StringComparison.Ordinal);
                _pairs.Add(negated ? (element[2..], "off") : (element, "on"));
            }
        }
    }

    /// <summary>From now on messages name this; gives itself.</summary>
    public KeyValues NamedBy(string option)
    {
        _option = option;
        return this;
    }

    /// <summary>The value of a key, which is then done with; null where it is not given.</summary>
    public string? Take(string key)
    {
        string? value = _pairs.LastOrDefault(p => p.Key == key).Value;
        _pairs.RemoveAll(p => p.Key == key);
        return value;
    }

    /// <summary>The values of a key that may be given several times, in order.</summary>
    public IReadOnlyList<string> TakeAll(string key)
    {
        List<string> values = [.. _pairs.Where(p => p.Key == key).Select(static p => p.Value)];
        _pairs.RemoveAll(p => p.Key == key);
        return values;
    }

    public bool? TakeFlag(string key) => Take(key) is string value ? Flag($"{_option}: {key}", value) : null;

    /// <summary>A number as C writes it: decimal, 0x hexadecimal, or octal after a 0.</summary>
    public ulong? TakeNumber(string key) => Take(key) is string value ? Number($"{_option}: {key}", value) : null;

    /// <summary>Calls for each pair that is left, in order.</summary>
    public void ForEachLeft(Action<string, string> action) => _pairs.ForEach(p => action(p.Key, p.Value));

    /// <summary>A key that nobody took is the user's error.</summary>
    public void RefuseRest(string known)
    {
        if (_pairs.Count > 0)
        {
            throw new UserErrorException($"{_option}: \"{_pairs[0].Key}\" is not known here; use {known}");
        }
    }

    public static bool Flag(string where, string value) => value switch
    {
        "on" or "yes" or "true" or "y" => true,
        "off" or "no" or "false" or "n" => false,
        _ => throw new UserErrorException($"{where}: \"{value}\" is neither on nor off"),
    };

    private static ulong Number(string where, string text)
    {
        bool hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool known = hexadecimal
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number)
            : text.StartsWith('0') ? TryOctal(text, out number)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        return known ? number : throw new UserErrorException($"{where}: \"{text}\" is no number; write it like 0x40080000");
    }

    private static bool TryOctal(string text, out ulong number)
    {
        number = 0;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '7' || number >> 61 != 0)
            {
                return false;
            }

            number = (number << 3) + (ulong)(digit - '0');
        }

        return true;
    }

    /// <summary>Up to the next single comma, which is passed.</summary>
    private static string Element(string text, ref int at)
    {
        var element = new StringBuilder();
        while (at < text.Length)
        {
            if (text[at] == ',')
            {
                at++;
                if (at == text.Length || text[at] != ',')
                {
                    break;
                }
            }

            element.Append(text[at++]);
        }

        return element.ToString();
    }
}
