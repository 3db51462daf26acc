using System.Collections.Generic;
using GdbHost.Machine.Isa.Groups.FloatingPoint;
using GdbHost.Machine.Isa.Groups.Integer;
using GdbHost.Machine.Isa.Groups.LoadStore;
using GdbHost.Machine.Isa.Groups.Simd;

namespace GdbHost.Machine.Isa.Groups;

/// <summary>Every group of instructions: a new file of rows adds one line here.</summary>
internal static class All
{
    public static readonly IReadOnlyList<Row> Rows =
    [
        .. DataImmediate.Rows,
        .. Bitfield.Rows,
        .. DataRegister.Rows,
        .. DataSources.Rows,
        .. Crc32.Rows,
        .. Conditional.Rows,
        .. Branches.Rows,
        .. SystemInstructions.Rows,
        .. LoadStoreRegister.Rows,
        .. LoadStorePair.Rows,
        .. LoadStoreExclusive.Rows,
        .. LoadStoreVectorRegister.Rows,
        .. FpDataProcessing.Rows,
        .. FpComparisons.Rows,
        .. FpConversions.Rows,
        .. SimdFpThreeSame.Rows,
        .. SimdFpTwoRegisterMisc.Rows,
        .. SimdFpByElement.Rows,
        .. SimdFpReduce.Rows,
        .. SimdFpImmediate.Rows,
        .. SimdThreeSame.Rows,
        .. SimdThreeDifferent.Rows,
        .. SimdTwoRegisterMisc.Rows,
        .. SimdAcrossLanes.Rows,
        .. SimdByElement.Rows,
        .. SimdShiftImmediate.Rows,
        .. SimdScalarShiftImmediate.Rows,
        .. SimdModifiedImmediate.Rows,
        .. SimdCopy.Rows,
        .. SimdPermute.Rows,
        .. SimdLoadStoreMultiple.Rows,
        .. SimdLoadStoreSingle.Rows,
        .. CryptoAes.Rows,
        .. CryptoSha.Rows,
    ];
}
