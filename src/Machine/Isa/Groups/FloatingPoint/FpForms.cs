using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>
/// Picks the routine of an operation for the format and shape a word asks for. Scalar words name the format in ftype
/// (single 00, double 01; half, 11, has no arithmetic in Armv8.0), Advanced SIMD ones in sz, bit 22.
/// </summary>
internal static class FpForms
{
    private const int FtypeSingle = 0;
    private const int FtypeDouble = 1;

    public static Routine? Scalar1<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpUnary => Scalar1<TOp>(w, ref i, default);

    public static Routine? Scalar1<TOp>(A64Word w, ref Instruction i, RoundingChoice choice)
        where TOp : struct, IFpUnary
    {
        Registers(w, ref i);
        i.Imm2 = choice.Raw;
        return Pick<One<Scalar1<FpSingle, TOp>>, One<Scalar1<FpDouble, TOp>>>(w);
    }

    public static Routine? Scalar2<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpBinary
    {
        Registers(w, ref i);
        return Pick<Two<Scalar2<FpSingle, TOp>>, Two<Scalar2<FpDouble, TOp>>>(w);
    }

    public static Routine? Scalar3<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpTernary
    {
        Registers(w, ref i);
        i.Ra = w.Ra;
        return Pick<Three<Scalar3<FpSingle, TOp>>, Three<Scalar3<FpDouble, TOp>>>(w);
    }

    /// <summary>The routine for the format that ftype names, or null for a reserved one.</summary>
    public static Routine? Pick<TSingle, TDouble>(A64Word w)
        where TSingle : struct, IRoutine
        where TDouble : struct, IRoutine => w.Ftype switch
        {
            FtypeSingle => Routine.OfFp<TSingle>(),
            FtypeDouble => Routine.OfFp<TDouble>(),
            _ => null,
        };

    public static Routine? Simd1<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpUnary => Simd1<TOp>(w, ref i, default);

    public static Routine? Simd1<TOp>(A64Word w, ref Instruction i, RoundingChoice choice)
        where TOp : struct, IFpUnary
    {
        Lanes(w, ref i, choice.Raw);
        return PickLanes<VectorOne<EachLane1<FpSingle, TOp>>, VectorOne<EachLane1<FpDouble, TOp>>>(w);
    }

    public static Routine? Simd2<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpBinary
    {
        Lanes(w, ref i, 0);
        return PickLanes<VectorTwo<EachLane2<FpSingle, TOp>>, VectorTwo<EachLane2<FpDouble, TOp>>>(w);
    }

    public static Routine? Simd3<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpTernary
    {
        Lanes(w, ref i, 0);
        return PickLanes<VectorThree<EachLane3<FpSingle, TOp>>, VectorThree<EachLane3<FpDouble, TOp>>>(w);
    }

    public static Routine? SimdPairwise<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpBinary
    {
        Lanes(w, ref i, 0);
        return PickLanes<VectorTwo<Pairwise<FpSingle, TOp>>, VectorTwo<Pairwise<FpDouble, TOp>>>(w);
    }

    /// <summary>Prepares the registers, and the lanes of the shape that sz and Q name.</summary>
    public static void Lanes(A64Word w, ref Instruction i, int operand)
    {
        Registers(w, ref i);
        int count = (w.Q ? 4 : 2) >> (w.Sz ? 1 : 0);
        i.Imm2 = LaneChoice.Of(count, operand).Raw;
    }

    /// <summary>The routine for sz, or null for one double in a vector (sz:Q = 10, reserved).</summary>
    public static Routine? PickLanes<TSingle, TDouble>(A64Word w)
        where TSingle : struct, IRoutine
        where TDouble : struct, IRoutine => w.Sz && !w.Q ? null : PickSz<TSingle, TDouble>(w);

    /// <summary>The routine for sz.</summary>
    public static Routine PickSz<TSingle, TDouble>(A64Word w)
        where TSingle : struct, IRoutine
        where TDouble : struct, IRoutine => w.Sz ? Routine.OfFp<TDouble>() : Routine.OfFp<TSingle>();

    public static Routine SimdScalar1<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpUnary => SimdScalar1<TOp>(w, ref i, default);

    public static Routine SimdScalar1<TOp>(A64Word w, ref Instruction i, RoundingChoice choice)
        where TOp : struct, IFpUnary
    {
        Registers(w, ref i);
        i.Imm2 = choice.Raw;
        return PickSz<One<Scalar1<FpSingle, TOp>>, One<Scalar1<FpDouble, TOp>>>(w);
    }

    public static Routine SimdScalar2<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IFpBinary
    {
        Registers(w, ref i);
        return PickSz<Two<Scalar2<FpSingle, TOp>>, Two<Scalar2<FpDouble, TOp>>>(w);
    }

    public static void Registers(A64Word w, ref Instruction i)
    {
        i.Rd = w.Rd;
        i.Rn = w.Rn;
        i.Rm = w.Rm;
    }
}
