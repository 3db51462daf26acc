using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GdbHost.GdbStub.Symbols;

/// <summary>Names of places in a program, by address and by name.</summary>
internal sealed class SymbolTable
{
    // What is further behind the last name before it is no longer in that function.
    private const ulong Reach = 1 << 20;

    private readonly ulong[] _addresses;
    private readonly string[] _names;
    private readonly Dictionary<string, ulong> _byName = new(StringComparer.Ordinal);

    /// <param name="file">Where they are from, for messages.</param>
    public SymbolTable(string file, IEnumerable<(ulong Address, string Name)> symbols)
    {
        File = file;
        (ulong Address, string Name)[] sorted = [.. symbols.OrderBy(static s => s.Address).ThenBy(static s => s.Name, StringComparer.Ordinal)];
        _addresses = [.. sorted.Select(static s => s.Address)];
        _names = [.. sorted.Select(static s => s.Name)];
        foreach ((ulong address, string name) in sorted)
        {
            _byName.TryAdd(name, address);
        }
    }

    public string File { get; }

    public int Count => _addresses.Length;

    /// <summary>The address of a name, as it is linked; null where there is none.</summary>
    public ulong? Find(string name) => _byName.TryGetValue(name, out ulong address) ? address : null;

    /// <summary>The name that an address belongs to, with the distance, as "name+0x10"; null for none.</summary>
    /// <param name="offset">How far the program runs from where it is linked.</param>
    public string? NameOf(ulong address, ulong offset = 0)
    {
        ulong linked = address - offset;
        int found = Array.BinarySearch(_addresses, linked);
        int at = found >= 0 ? found : ~found - 1;
        if (at < 0 || linked - _addresses[at] >= Reach)
        {
            return null;
        }

        while (at > 0 && _addresses[at - 1] == _addresses[at])
        {
            at--;
        }

        ulong distance = linked - _addresses[at];
        return distance == 0 ? _names[at] : string.Create(CultureInfo.InvariantCulture, $"{_names[at]}+0x{distance:x}");
    }
}
