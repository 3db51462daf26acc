using System;
using System.Collections.Generic;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Registers;

/// <summary>All registers of a device type, found by offset. Immutable; one for each type.</summary>
[NotState("fixed; shared by all devices of a type")]
internal sealed class RegisterMap<TDevice>
{
    private readonly Register<TDevice>[] _rows;
    private readonly short[] _rowOfWord;

    /// <param name="size">Bytes of address space of the device.</param>
    /// <param name="rows">The registers; a row that does not fit or overlaps another is a defect of ours.</param>
    public RegisterMap(uint size, params Register<TDevice>[] rows)
    {
        _rows = rows;
        _rowOfWord = new short[size / 4];
        Array.Fill(_rowOfWord, (short)-1);
        HashSet<string> names = [];
        for (int i = 0; i < rows.Length; i++)
        {
            Register<TDevice> row = rows[i];
            if (row.Offset % 4 != 0 || !names.Add(row.Name))
            {
                throw new ArgumentException($"register {row.Name} is misaligned or named twice", nameof(rows));
            }

            foreach (ref short word in _rowOfWord.AsSpan((int)row.Offset / 4, row.Count))
            {
                word = word < 0 ? (short)i : throw new ArgumentException($"register {row.Name} overlaps another", nameof(rows));
            }
        }
    }

    public IReadOnlyList<Register<TDevice>> Rows => _rows;

    /// <summary>Number of 32-bit words of address space.</summary>
    public int Words => _rowOfWord.Length;

    /// <summary>The register that holds a word, and its index within its row.</summary>
    public Register<TDevice>? Find(int word, out int index)
    {
        index = 0;
        if ((uint)word >= (uint)_rowOfWord.Length || _rowOfWord[word] < 0)
        {
            return null;
        }

        Register<TDevice> row = _rows[_rowOfWord[word]];
        index = word - ((int)row.Offset / 4);
        return row;
    }
}
