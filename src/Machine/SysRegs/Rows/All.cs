using System.Collections.Generic;

namespace GdbHost.Machine.SysRegs.Rows;

/// <summary>Every file of rows: a new one adds one line here.</summary>
internal static class All
{
    public static readonly IReadOnlyList<SysRegGroup> Groups =
    [
        new("EL0", El0.Rows),
        new("EL1", El1.Rows),
        new("EL2", El2.Rows),
        new("EL3", El3.Rows),
        new("timer", Timer.Rows),
        new("gic", Gic.Rows),
        new("id", Identification.Rows),
        new("debug", Debug.Rows),
        new("performance", Performance.Rows),
        new("implementation", ImplementationDefined.Rows),
        new("operations", Operations.Rows),
    ];
}
