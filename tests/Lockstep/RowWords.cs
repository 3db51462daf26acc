using System.Collections.Generic;
using System.Linq;
using GdbHost.InstructionWords;
using GdbHost.Machine.Isa;

namespace GdbHost.Lockstep;

/// <summary>Valid random words of rows: any filling of the fields, register 31 and equal registers more often than chance would have them.</summary>
internal sealed class RowWords
{
    private const int Tries = 64;

    private readonly Decoder _decoder = new();
    private readonly (Row Row, EncodingPattern Pattern)[] _rows;

    public RowWords(IEnumerable<Row> rows) => _rows = [.. rows.Select(static row => (row, EncodingPattern.Parse(row.Pattern)))];

    public Row Pick(RandomBits random, Registers registers, out uint word)
    {
        while (true)
        {
            (Row row, EncodingPattern pattern) = _rows[random.Below((uint)_rows.Length)];
            for (int k = 0; k < Tries; k++)
            {
                word = Fill(pattern, random, registers);
                Instruction i = default;
                if (pattern.Matches(word) && _decoder.Find(word) == row && _decoder.Decode(word, ref i, out bool _) is not null)
                {
                    return row;
                }
            }
        }
    }

    /// <summary>A word that no row decodes.</summary>
    public uint Undefined(RandomBits random)
    {
        while (true)
        {
            uint word = (uint)random.Next();
            Instruction i = default;
            if (_decoder.Decode(word, ref i, out bool _) is null)
            {
                return word;
            }
        }
    }

    private static uint Fill(EncodingPattern pattern, RandomBits random, Registers registers)
    {
        uint word = pattern.Value;
        uint last = 31;
        foreach (PatternField field in pattern.Fields)
        {
            int width = field.Hi - field.Lo + 1;
            uint value = (uint)random.Next() & (uint.MaxValue >> (32 - width));
            if (field.Name[0] == 'R' && width == 5)
            {
                value = random.Below(12) switch { 0 => 31, 1 => last, _ => value };
                value = registers.IsReserved((int)value) ? (uint)registers.Free(random) : value;
                last = value;
            }
            else if (width > 5 && random.OneIn(4))
            {
                value = random.Below(4) switch { 0 => 0, 1 => uint.MaxValue >> (32 - width), 2 => 1u << (width - 1), _ => 1 };
            }

            word |= value << field.Lo;
        }

        return word;
    }
}
