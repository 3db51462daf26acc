using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Devices.Registers;

/// <summary>All registers of a device type, found by offset. Immutable; one for each type.</summary>
[NotState("fixed; shared by all devices of a type")]
internal sealed class RegisterMap<TDevice>
{
    private readonly Register<TDevice>[] _rows;
    private readonly Register<TDevice>?[] _rowOfWord;
    private readonly int[] _valueOfWord;

    /// <param name="size">Bytes of address space of the device.</param>
    /// <param name="rows">The registers; a row that does not fit or overlaps another is a defect of ours.</param>
    public RegisterMap(uint size, params Register<TDevice>[] rows)
    {
        _rows = rows;
        _rowOfWord = new Register<TDevice>?[size / 4];
        _valueOfWord = new int[size / 4];
        HashSet<string> names = [];
        foreach (Register<TDevice> row in rows)
        {
            if (row.Offset % 4 != 0 || !names.Add(row.Name))
            {
                throw new ArgumentException($"register {row.Name} is misaligned or named twice", nameof(rows));
            }

            foreach (ref Register<TDevice>? word in _rowOfWord.AsSpan((int)row.Offset / 4, row.Count))
            {
                word = word is null ? row : throw new ArgumentException($"register {row.Name} overlaps another", nameof(rows));
            }

            for (int index = 0; row.IsStored && index < row.Count; index++)
            {
                _valueOfWord[((int)row.Offset / 4) + index] = Values++;
            }
        }
    }

    public IReadOnlyList<Register<TDevice>> Rows => _rows;

    /// <summary>Number of values that a bank stores.</summary>
    public int Values { get; }

    /// <summary>Where a bank stores the value of the word at an offset, of a register that is stored.</summary>
    public int ValueAt(uint offset) => _valueOfWord[offset / 4];

    /// <summary>The register that holds a word, and its index within its row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Register<TDevice>? Find(int word, out int index)
    {
        Register<TDevice>? row = (uint)word < (uint)_rowOfWord.Length ? _rowOfWord[word] : null;
        index = row is null ? 0 : word - (int)(row.Offset / 4);
        return row;
    }
}
