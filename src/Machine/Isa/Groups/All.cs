using System.Collections.Generic;
using GdbHost.Machine.Isa.Groups.FloatingPoint;

namespace GdbHost.Machine.Isa.Groups;

/// <summary>Every group of instructions: a new file of rows adds one line here.</summary>
internal static class All
{
    public static readonly IReadOnlyList<Row> Rows =
    [
        .. DataImmediate.Rows,
        .. FpDataProcessing.Rows,
        .. FpComparisons.Rows,
        .. FpConversions.Rows,
        .. SimdFpThreeSame.Rows,
        .. SimdFpTwoRegisterMisc.Rows,
        .. SimdFpByElement.Rows,
        .. SimdFpReduce.Rows,
        .. SimdFpImmediate.Rows,
    ];
}
