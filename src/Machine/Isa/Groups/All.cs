using System.Collections.Generic;

namespace GdbHost.Machine.Isa.Groups;

/// <summary>Every group of instructions: a new file of rows adds one line here.</summary>
internal static class All
{
    public static readonly IReadOnlyList<Row> Rows =
    [
        .. DataImmediate.Rows,
    ];
}
