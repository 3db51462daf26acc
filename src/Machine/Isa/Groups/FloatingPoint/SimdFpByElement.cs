using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>
/// Advanced SIMD vector and scalar x indexed element, floating-point opcodes, DDI 0487. Size 00, half, is later than Armv8.0.
/// </summary>
internal static class SimdFpByElement
{
    public static readonly Row[] Rows =
    [
        // Advanced SIMD vector x indexed element
        new("0 Q 0 01111 1 sz L M Rm:4 0001 H 0 Rn:5 Rd:5", "FMLA (by element, vector)", Accumulate<MultiplyAdd>),
        new("0 Q 0 01111 1 sz L M Rm:4 0101 H 0 Rn:5 Rd:5", "FMLS (by element, vector)", Accumulate<MultiplySubtract>),
        new("0 Q 0 01111 1 sz L M Rm:4 1001 H 0 Rn:5 Rd:5", "FMUL (by element, vector)", Product<Multiply>),
        new("0 Q 1 01111 1 sz L M Rm:4 1001 H 0 Rn:5 Rd:5", "FMULX (by element, vector)", Product<MultiplyExtended>),

        // Advanced SIMD scalar x indexed element
        new("01 0 11111 1 sz L M Rm:4 0001 H 0 Rn:5 Rd:5", "FMLA (by element, scalar)", ScalarAccumulate<MultiplyAdd>),
        new("01 0 11111 1 sz L M Rm:4 0101 H 0 Rn:5 Rd:5", "FMLS (by element, scalar)", ScalarAccumulate<MultiplySubtract>),
        new("01 0 11111 1 sz L M Rm:4 1001 H 0 Rn:5 Rd:5", "FMUL (by element, scalar)", ScalarProduct<Multiply>),
        new("01 1 11111 1 sz L M Rm:4 1001 H 0 Rn:5 Rd:5", "FMULX (by element, scalar)", ScalarProduct<MultiplyExtended>),
    ];

    private static Routine? Accumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpTernary
    {
        FpForms.Lanes(w, ref i, Index(w));
        return IsReserved(w) ? null : FpForms.PickLanes<VectorThree<ByElement3<FpSingle, TOp>>, VectorThree<ByElement3<FpDouble, TOp>>>(w);
    }

    private static Routine? Product<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpBinary
    {
        FpForms.Lanes(w, ref i, Index(w));
        return IsReserved(w) ? null : FpForms.PickLanes<VectorTwo<ByElement2<FpSingle, TOp>>, VectorTwo<ByElement2<FpDouble, TOp>>>(w);
    }

    private static Routine? ScalarAccumulate<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpTernary
    {
        FpForms.Registers(w, ref i);
        i.Amount = (byte)Index(w);
        return IsReserved(w)
            ? null
            : FpForms.PickSz<ThreeByElement<FpSingle, Scalar3<FpSingle, TOp>>, ThreeByElement<FpDouble, Scalar3<FpDouble, TOp>>>(w);
    }

    private static Routine? ScalarProduct<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpBinary
    {
        FpForms.Registers(w, ref i);
        i.Amount = (byte)Index(w);
        return IsReserved(w)
            ? null
            : FpForms.PickSz<TwoByElement<FpSingle, Scalar2<FpSingle, TOp>>, TwoByElement<FpDouble, Scalar2<FpDouble, TOp>>>(w);
    }

    // H:L for singles, H for doubles; in both M is the top bit of the register number, as in the five-bit Rm.
    private static int Index(A64Word w) => w.Sz ? Bit(w.H) : (Bit(w.H) << 1) | Bit(w.L);

    private static bool IsReserved(A64Word w) => w.Sz && w.L;

    private static int Bit(bool set) => set ? 1 : 0;
}
