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
    private readonly int[] _firstValue;

    /// <param name="size">Bytes of address space of the device.</param>
    /// <param name="rows">The registers; a row that does not fit or overlaps another is a defect of ours.</param>
    public RegisterMap(uint size, params Register<TDevice>[] rows)
    {
        _rows = rows;
        _rowOfWord = new short[size / 4];
        Array.Fill(_rowOfWord, (short)-1);
        _firstValue = new int[rows.Length];
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

            _firstValue[i] = Values;
            Values += row.IsStored ? row.Count : 0;
        }
    }

    public IReadOnlyList<Register<TDevice>> Rows => _rows;

    /// <summary>Number of values that a bank stores.</summary>
    public int Values { get; }

    /// <summary>Where a bank stores the value of the word at an offset, of a register that is stored.</summary>
    public int ValueAt(uint offset)
    {
        int row = _rowOfWord[offset / 4];
        return _firstValue[row] + (int)((offset - _rows[row].Offset) / 4);
    }

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
