namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>
/// Advanced SIMD three same, floating-point opcodes (11000 to 11111), vector and scalar, DDI 0487. FMLAL and FMLSL are later
/// than Armv8.0.
/// </summary>
internal static class SimdFpThreeSame
{
    public static readonly Row[] Rows =
    [
        // Advanced SIMD three same
        new("0 Q 0 01110 0 sz 1 Rm:5 11000 1 Rn:5 Rd:5", "FMAXNM (vector)", FpForms.Simd2<MaxNumber>),
        new("0 Q 0 01110 0 sz 1 Rm:5 11001 1 Rn:5 Rd:5", "FMLA (vector)", FpForms.Simd3<MultiplyAdd>),
        new("0 Q 0 01110 0 sz 1 Rm:5 11010 1 Rn:5 Rd:5", "FADD (vector)", FpForms.Simd2<Add>),
        new("0 Q 0 01110 0 sz 1 Rm:5 11011 1 Rn:5 Rd:5", "FMULX (vector)", FpForms.Simd2<MultiplyExtended>),
        new("0 Q 0 01110 0 sz 1 Rm:5 11100 1 Rn:5 Rd:5", "FCMEQ (register, vector)", FpForms.Simd2<Equal>),
        new("0 Q 0 01110 0 sz 1 Rm:5 11110 1 Rn:5 Rd:5", "FMAX (vector)", FpForms.Simd2<Max>),
        new("0 Q 0 01110 0 sz 1 Rm:5 11111 1 Rn:5 Rd:5", "FRECPS (vector)", FpForms.Simd2<ReciprocalStep>),
        new("0 Q 0 01110 1 sz 1 Rm:5 11000 1 Rn:5 Rd:5", "FMINNM (vector)", FpForms.Simd2<MinNumber>),
        new("0 Q 0 01110 1 sz 1 Rm:5 11001 1 Rn:5 Rd:5", "FMLS (vector)", FpForms.Simd3<MultiplySubtract>),
        new("0 Q 0 01110 1 sz 1 Rm:5 11010 1 Rn:5 Rd:5", "FSUB (vector)", FpForms.Simd2<Subtract>),
        new("0 Q 0 01110 1 sz 1 Rm:5 11110 1 Rn:5 Rd:5", "FMIN (vector)", FpForms.Simd2<Min>),
        new("0 Q 0 01110 1 sz 1 Rm:5 11111 1 Rn:5 Rd:5", "FRSQRTS (vector)", FpForms.Simd2<ReciprocalSquareRootStep>),
        new("0 Q 1 01110 0 sz 1 Rm:5 11000 1 Rn:5 Rd:5", "FMAXNMP (vector)", FpForms.SimdPairwise<MaxNumber>),
        new("0 Q 1 01110 0 sz 1 Rm:5 11010 1 Rn:5 Rd:5", "FADDP (vector)", FpForms.SimdPairwise<Add>),
        new("0 Q 1 01110 0 sz 1 Rm:5 11011 1 Rn:5 Rd:5", "FMUL (vector)", FpForms.Simd2<Multiply>),
        new("0 Q 1 01110 0 sz 1 Rm:5 11100 1 Rn:5 Rd:5", "FCMGE (register, vector)", FpForms.Simd2<GreaterOrEqual>),
        new("0 Q 1 01110 0 sz 1 Rm:5 11101 1 Rn:5 Rd:5", "FACGE (vector)", FpForms.Simd2<Absolute<GreaterOrEqual>>),
        new("0 Q 1 01110 0 sz 1 Rm:5 11110 1 Rn:5 Rd:5", "FMAXP (vector)", FpForms.SimdPairwise<Max>),
        new("0 Q 1 01110 0 sz 1 Rm:5 11111 1 Rn:5 Rd:5", "FDIV (vector)", FpForms.Simd2<Divide>),
        new("0 Q 1 01110 1 sz 1 Rm:5 11000 1 Rn:5 Rd:5", "FMINNMP (vector)", FpForms.SimdPairwise<MinNumber>),
        new("0 Q 1 01110 1 sz 1 Rm:5 11010 1 Rn:5 Rd:5", "FABD (vector)", FpForms.Simd2<AbsoluteDifference>),
        new("0 Q 1 01110 1 sz 1 Rm:5 11100 1 Rn:5 Rd:5", "FCMGT (register, vector)", FpForms.Simd2<Greater>),
        new("0 Q 1 01110 1 sz 1 Rm:5 11101 1 Rn:5 Rd:5", "FACGT (vector)", FpForms.Simd2<Absolute<Greater>>),
        new("0 Q 1 01110 1 sz 1 Rm:5 11110 1 Rn:5 Rd:5", "FMINP (vector)", FpForms.SimdPairwise<Min>),

        // Advanced SIMD scalar three same
        new("01 0 11110 0 sz 1 Rm:5 11011 1 Rn:5 Rd:5", "FMULX (scalar)", FpForms.SimdScalar2<MultiplyExtended>),
        new("01 0 11110 0 sz 1 Rm:5 11100 1 Rn:5 Rd:5", "FCMEQ (register, scalar)", FpForms.SimdScalar2<Equal>),
        new("01 0 11110 0 sz 1 Rm:5 11111 1 Rn:5 Rd:5", "FRECPS (scalar)", FpForms.SimdScalar2<ReciprocalStep>),
        new("01 0 11110 1 sz 1 Rm:5 11111 1 Rn:5 Rd:5", "FRSQRTS (scalar)", FpForms.SimdScalar2<ReciprocalSquareRootStep>),
        new("01 1 11110 0 sz 1 Rm:5 11100 1 Rn:5 Rd:5", "FCMGE (register, scalar)", FpForms.SimdScalar2<GreaterOrEqual>),
        new("01 1 11110 0 sz 1 Rm:5 11101 1 Rn:5 Rd:5", "FACGE (scalar)", FpForms.SimdScalar2<Absolute<GreaterOrEqual>>),
        new("01 1 11110 1 sz 1 Rm:5 11010 1 Rn:5 Rd:5", "FABD (scalar)", FpForms.SimdScalar2<AbsoluteDifference>),
        new("01 1 11110 1 sz 1 Rm:5 11100 1 Rn:5 Rd:5", "FCMGT (register, scalar)", FpForms.SimdScalar2<Greater>),
        new("01 1 11110 1 sz 1 Rm:5 11101 1 Rn:5 Rd:5", "FACGT (scalar)", FpForms.SimdScalar2<Absolute<Greater>>),
    ];
}
