using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;
using GdbHost.Machine.SysRegs.Rows;

namespace GdbHost.Machine.SysRegs;

/// <summary>All rows, by encoding and by name.</summary>
internal static class SysRegTable
{
    private static readonly SysReg?[] ById = Index();

    private static readonly FrozenDictionary<string, SysReg> ByName =
        All.Groups.SelectMany(g => g.Rows).ToFrozenDictionary(r => r.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every group with its rows, in the order of <see cref="All"/>.</summary>
    public static IReadOnlyList<SysRegGroup> Groups => All.Groups;

    public static SysReg? Find(SysRegId id) => ById[id.Packed];

    public static SysReg? Find(string name) => ByName.GetValueOrDefault(name);

    private static SysReg?[] Index()
    {
        var table = new SysReg?[1 << 16];
        foreach (SysReg row in All.Groups.SelectMany(g => g.Rows))
        {
            ref SysReg? place = ref table[row.Id.Packed];
            if (place is not null)
            {
                throw new InvalidOperationException($"{row.Name} and {place.Name} have the same encoding {row.Id}");
            }

            place = row;
        }

        return table;
    }
}
