using System.Collections.Generic;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>Every file of rows: a new one adds one line here.</summary>
internal static class All
{
    public static readonly IReadOnlyList<SysRegGroup> Groups =
    [
        new("EL0", El0.Rows),
        new("EL1", El1.Rows),
    ];
}
