using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>
/// Advanced SIMD scalar pairwise and across lanes, floating-point opcodes, DDI 0487. With U = 0 they are half precision,
/// later than Armv8.0.
/// </summary>
internal static class SimdFpReduce
{
    public static readonly Row[] Rows =
    [
        // Advanced SIMD scalar pairwise
        new("01 1 11110 0 sz 11000 01100 10 Rn:5 Rd:5", "FMAXNMP (scalar)", Pair<MaxNumber>),
        new("01 1 11110 0 sz 11000 01101 10 Rn:5 Rd:5", "FADDP (scalar)", Pair<Add>),
        new("01 1 11110 0 sz 11000 01111 10 Rn:5 Rd:5", "FMAXP (scalar)", Pair<Max>),
        new("01 1 11110 1 sz 11000 01100 10 Rn:5 Rd:5", "FMINNMP (scalar)", Pair<MinNumber>),
        new("01 1 11110 1 sz 11000 01111 10 Rn:5 Rd:5", "FMINP (scalar)", Pair<Min>),

        // Advanced SIMD across lanes: four singles are the only shape
        new("0 1 1 01110 00 11000 01100 10 Rn:5 Rd:5", "FMAXNMV", Four<MaxNumber>),
        new("0 1 1 01110 00 11000 01111 10 Rn:5 Rd:5", "FMAXV", Four<Max>),
        new("0 1 1 01110 10 11000 01100 10 Rn:5 Rd:5", "FMINNMV", Four<MinNumber>),
        new("0 1 1 01110 10 11000 01111 10 Rn:5 Rd:5", "FMINV", Four<Min>),
    ];

    private static Routine Pair<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpBinary
    {
        FpForms.Registers(w, ref i);
        i.Imm2 = LaneChoice.Of(2, 0).Raw;
        return FpForms.PickSz<Reduce<Across<FpSingle, TOp>>, Reduce<Across<FpDouble, TOp>>>(w);
    }

    private static Routine Four<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpBinary
    {
        FpForms.Registers(w, ref i);
        i.Imm2 = LaneChoice.Of(4, 0).Raw;
        return Routine.OfFp<Reduce<Across<FpSingle, TOp>>>();
    }
}
