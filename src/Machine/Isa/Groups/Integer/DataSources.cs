
namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>Data processing with one and three sources, DDI 0487: bit counting and reversal, multiplication.</summary>
internal static class DataSources
{
    public static readonly Row[] Rows =
    [
        // Data processing (1 source)
        new("sf 10 11010110 00000 000000 Rn:5 Rd:5", "RBIT", One<ReverseBits32, ReverseBits64>),
        new("sf 10 11010110 00000 000001 Rn:5 Rd:5", "REV16", One<ReverseHalves32, ReverseHalves64>),
        new("0 10 11010110 00000 000010 Rn:5 Rd:5", "REV (32-bit)", One<ReverseWord, ReverseWord>),
        new("1 10 11010110 00000 000010 Rn:5 Rd:5", "REV32", One<ReverseWords, ReverseWords>),
        new("1 10 11010110 00000 000011 Rn:5 Rd:5", "REV (64-bit)", One<ReverseDoubleword, ReverseDoubleword>),
        new("sf 10 11010110 00000 000100 Rn:5 Rd:5", "CLZ", One<LeadingZeros32, LeadingZeros64>),
        new("sf 10 11010110 00000 000101 Rn:5 Rd:5", "CLS", One<LeadingSigns32, LeadingSigns64>),

        // Data processing (3 source)
        new("sf 00 11011 000 Rm:5 0 Ra:5 Rn:5 Rd:5", "MADD", Multiply<AddOp>),
        new("sf 00 11011 000 Rm:5 1 Ra:5 Rn:5 Rd:5", "MSUB", Multiply<SubOp>),
        new("1 00 11011 001 Rm:5 0 Ra:5 Rn:5 Rd:5", "SMADDL", Long<AddOp, Yes>),
        new("1 00 11011 001 Rm:5 1 Ra:5 Rn:5 Rd:5", "SMSUBL", Long<SubOp, Yes>),
        new("1 00 11011 010 Rm:5 0 Ra:5 Rn:5 Rd:5", "SMULH", High<Yes>),
        new("1 00 11011 101 Rm:5 0 Ra:5 Rn:5 Rd:5", "UMADDL", Long<AddOp, No>),
        new("1 00 11011 101 Rm:5 1 Ra:5 Rn:5 Rd:5", "UMSUBL", Long<SubOp, No>),
        new("1 00 11011 110 Rm:5 0 Ra:5 Rn:5 Rd:5", "UMULH", High<No>),
    ];

    private static void Registers(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        i.Rn = w.RnOrZr;
        i.Rm = w.RmOrZr;
        i.Ra = w.RaOrZr;
    }

    private static Routine One<T32, T64>(A64Word w, ref Instruction i)
        where T32 : struct, IScalar1
        where T64 : struct, IScalar1
    {
        Registers(w, ref i);
        return w.Sf ? Routine.Of<Apply<T64>>() : Routine.Of<Apply<T32>>();
    }

    private static Routine Multiply<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IBinary
    {
        Registers(w, ref i);
        return w.Sf ? Routine.Of<MultiplyRoutine<TOp, W64>>() : Routine.Of<MultiplyRoutine<TOp, W32>>();
    }

    private static Routine Long<TOp, TSigned>(A64Word w, ref Instruction i)
        where TOp : struct, IBinary
        where TSigned : struct, IFlag
    {
        Registers(w, ref i);
        return Routine.Of<LongRoutine<TOp, TSigned>>();
    }

    // Ra is SBO in SMULH and UMULH; CONSTRAINED UNPREDICTABLE: we ignore it.
    private static Routine High<TSigned>(A64Word w, ref Instruction i)
        where TSigned : struct, IFlag
    {
        Registers(w, ref i);
        return Routine.Of<HighRoutine<TSigned>>();
    }

    private readonly struct Apply<TOp> : IRoutine
        where TOp : struct, IScalar1
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Scalar<TOp>(e.X(i.Rn)));
            return Flow.Next;
        }
    }

    private readonly struct MultiplyRoutine<TOp, W> : IRoutine
        where TOp : struct, IBinary
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, TOp.Do<E, W>(ref e, e.X(i.Ra), e.Mul<W>(e.X(i.Rn), e.X(i.Rm))));
            return Flow.Next;
        }
    }

    private readonly struct LongRoutine<TOp, TSigned> : IRoutine
        where TOp : struct, IBinary
        where TSigned : struct, IFlag
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong n = TSigned.Value ? e.SignExtend<W64>(e.X(i.Rn), 32) : e.ZeroExtend(e.X(i.Rn), 32);
            ulong m = TSigned.Value ? e.SignExtend<W64>(e.X(i.Rm), 32) : e.ZeroExtend(e.X(i.Rm), 32);
            e.SetX(i.Rd, TOp.Do<E, W64>(ref e, e.X(i.Ra), e.Mul<W64>(n, m)));
            return Flow.Next;
        }
    }

    private readonly struct HighRoutine<TSigned> : IRoutine
        where TSigned : struct, IFlag
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong n = e.X(i.Rn);
            ulong m = e.X(i.Rm);
            e.SetX(i.Rd, TSigned.Value ? e.SMulHigh(n, m) : e.UMulHigh(n, m));
            return Flow.Next;
        }
    }
}
