using System;
using System.Collections.Generic;

namespace GdbHost.Machine.Isa;

/// <summary>A field of an encoding pattern: its name and place [Hi:Lo].</summary>
internal readonly record struct PatternField(string Name, int Hi, int Lo);

/// <summary>The parsed form of <see cref="Row.Pattern"/>.</summary>
internal sealed class EncodingPattern
{
    private readonly List<PatternField> _fields = [];
    private readonly List<(uint Mask, uint Value)> _excluded = [];

    private EncodingPattern()
    {
    }

    /// <summary>Ones where the pattern fixes a bit.</summary>
    public uint Mask { get; private set; }

    /// <summary>The fixed bits.</summary>
    public uint Value { get; private set; }

    public IReadOnlyList<PatternField> Fields => _fields;

    public bool Matches(uint word)
    {
        if ((word & Mask) != Value)
        {
            return false;
        }

        foreach ((uint mask, uint value) in _excluded)
        {
            if ((word & mask) == value)
            {
                return false;
            }
        }

        return true;
    }

    public static EncodingPattern Parse(string text)
    {
        EncodingPattern pattern = new();
        int next = 31;
        foreach (string part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            next = char.IsAsciiDigit(part[0]) ? pattern.AddFixed(part, next, text) : pattern.AddField(part, next, text);
        }

        if (next != -1)
        {
            throw new FormatException($"pattern '{text}' has {31 - next} bits, not 32");
        }

        return pattern;
    }

    private int AddFixed(string digits, int next, string text)
    {
        foreach (char digit in digits)
        {
            if (digit is not ('0' or '1') || next < 0)
            {
                throw new FormatException($"pattern '{text}': '{digits}' is not binary or is too long");
            }

            Mask |= 1u << next;
            Value |= (uint)(digit - '0') << next;
            next--;
        }

        return next;
    }

    private int AddField(string part, int next, string text)
    {
        string[] sides = part.Split("!=");
        string[] halves = sides[0].Split(':');
        int width = halves.Length == 1 ? 1 : int.Parse(halves[1], null);
        int lo = next - width + 1;
        if (lo < 0)
        {
            throw new FormatException($"pattern '{text}' has more than 32 bits at '{part}'");
        }

        _fields.Add(new PatternField(halves[0], next, lo));
        if (sides.Length == 2)
        {
            if (sides[1].Length != width)
            {
                throw new FormatException($"pattern '{text}': excluded value of '{part}' is not {width} bits wide");
            }

            _excluded.Add((uint.MaxValue >> (32 - width) << lo, Convert.ToUInt32(sides[1], 2) << lo));
        }

        return lo - 1;
    }
}
