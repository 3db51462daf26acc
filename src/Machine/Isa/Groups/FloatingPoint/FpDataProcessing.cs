using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>Floating-point data-processing with one, two and three sources, DDI 0487; FCVT is in <see cref="FpConversions"/>.</summary>
internal static class FpDataProcessing
{
    public static readonly Row[] Rows =
    [
        // Floating-point data-processing (1 source)
        new("000 11110 ftype:2 1 000000 10000 Rn:5 Rd:5", "FMOV (register)", Copy),
        new("000 11110 ftype:2 1 000001 10000 Rn:5 Rd:5", "FABS (scalar)", Absolute),
        new("000 11110 ftype:2 1 000010 10000 Rn:5 Rd:5", "FNEG (scalar)", Negated),
        new("000 11110 ftype:2 1 000011 10000 Rn:5 Rd:5", "FSQRT (scalar)", FpForms.Scalar1<SquareRoot>),
        new("000 11110 ftype:2 1 001000 10000 Rn:5 Rd:5", "FRINTN (scalar)", Round<Nearest, No>),
        new("000 11110 ftype:2 1 001001 10000 Rn:5 Rd:5", "FRINTP (scalar)", Round<Plus, No>),
        new("000 11110 ftype:2 1 001010 10000 Rn:5 Rd:5", "FRINTM (scalar)", Round<Minus, No>),
        new("000 11110 ftype:2 1 001011 10000 Rn:5 Rd:5", "FRINTZ (scalar)", Round<Truncate, No>),
        new("000 11110 ftype:2 1 001100 10000 Rn:5 Rd:5", "FRINTA (scalar)", Round<Away, No>),
        new("000 11110 ftype:2 1 001110 10000 Rn:5 Rd:5", "FRINTX (scalar)", Round<ByFpcr, Yes>),
        new("000 11110 ftype:2 1 001111 10000 Rn:5 Rd:5", "FRINTI (scalar)", Round<ByFpcr, No>),

        // Floating-point data-processing (2 source)
        new("000 11110 ftype:2 1 Rm:5 0000 10 Rn:5 Rd:5", "FMUL (scalar)", FpForms.Scalar2<Multiply>),
        new("000 11110 ftype:2 1 Rm:5 0001 10 Rn:5 Rd:5", "FDIV (scalar)", FpForms.Scalar2<Divide>),
        new("000 11110 ftype:2 1 Rm:5 0010 10 Rn:5 Rd:5", "FADD (scalar)", FpForms.Scalar2<Add>),
        new("000 11110 ftype:2 1 Rm:5 0011 10 Rn:5 Rd:5", "FSUB (scalar)", FpForms.Scalar2<Subtract>),
        new("000 11110 ftype:2 1 Rm:5 0100 10 Rn:5 Rd:5", "FMAX (scalar)", FpForms.Scalar2<Max>),
        new("000 11110 ftype:2 1 Rm:5 0101 10 Rn:5 Rd:5", "FMIN (scalar)", FpForms.Scalar2<Min>),
        new("000 11110 ftype:2 1 Rm:5 0110 10 Rn:5 Rd:5", "FMAXNM (scalar)", FpForms.Scalar2<MaxNumber>),
        new("000 11110 ftype:2 1 Rm:5 0111 10 Rn:5 Rd:5", "FMINNM (scalar)", FpForms.Scalar2<MinNumber>),
        new("000 11110 ftype:2 1 Rm:5 1000 10 Rn:5 Rd:5", "FNMUL (scalar)", FpForms.Scalar2<MultiplyNegate>),

        // Floating-point data-processing (3 source)
        new("000 11111 ftype:2 0 Rm:5 0 Ra:5 Rn:5 Rd:5", "FMADD", FpForms.Scalar3<MultiplyAdd>),
        new("000 11111 ftype:2 0 Rm:5 1 Ra:5 Rn:5 Rd:5", "FMSUB", FpForms.Scalar3<MultiplySubtract>),
        new("000 11111 ftype:2 1 Rm:5 0 Ra:5 Rn:5 Rd:5", "FNMADD", FpForms.Scalar3<NegateMultiplyAdd>),
        new("000 11111 ftype:2 1 Rm:5 1 Ra:5 Rn:5 Rd:5", "FNMSUB", FpForms.Scalar3<NegateMultiplySubtract>),
    ];

    private static Routine? Round<TMode, TInexact>(A64Word w, ref Instruction i)
        where TMode : struct, IRoundingMode
        where TInexact : struct, IFlag =>
        FpForms.Scalar1<RoundToIntegral>(w, ref i, RoundingChoice.Of<TMode>(inexact: TInexact.Value));

    // The three that only move bits need no floating-point operation. Their constant is in Imm.
    private static Routine? Copy(A64Word w, ref Instruction i)
    {
        FpForms.Registers(w, ref i);
        i.Imm = ulong.MaxValue;
        return FpForms.Pick<Mask<W32>, Mask<W64>>(w);
    }

    private static Routine? Absolute(A64Word w, ref Instruction i)
    {
        FpForms.Registers(w, ref i);
        i.Imm = w.Ftype == 0 ? FpBits<FpSingle>.MagnitudeMask : FpBits<FpDouble>.MagnitudeMask;
        return FpForms.Pick<Mask<W32>, Mask<W64>>(w);
    }

    private static Routine? Negated(A64Word w, ref Instruction i)
    {
        FpForms.Registers(w, ref i);
        i.Imm = w.Ftype == 0 ? FpBits<FpSingle>.SignMask : FpBits<FpDouble>.SignMask;
        return FpForms.Pick<Invert<W32>, Invert<W64>>(w);
    }

    private readonly struct Mask<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetD(i.Rd, e.And<W>(e.D(i.Rn), e.Const(i.Imm)));
            return Flow.Next;
        }
    }

    private readonly struct Invert<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetD(i.Rd, e.Xor<W>(e.D(i.Rn), e.Const(i.Imm)));
            return Flow.Next;
        }
    }
}
