using GdbHost.Machine.Isa.Fp;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

// The imm of operations on lanes is a LaneChoice.

/// <summary>An operation on each element of a vector.</summary>
internal readonly struct EachLane1<F, TOp> : IFpVector1
    where F : struct, IFpArithmetic
    where TOp : struct, IFpUnary
{
    public static Vector Do(Vector a, int imm, ref FpStatus status)
    {
        LaneChoice lanes = new(imm);
        Vector result = default;
        for (int lane = 0; lane < lanes.Count; lane++)
        {
            ulong value = TOp.Do<F>(FpLane.Get<F>(ref a, lane), lanes.Operand, status.Control, ref status.Raised);
            FpLane.Set<F>(ref result, lane, value);
        }

        return result;
    }
}

/// <summary>An operation on each pair of corresponding elements.</summary>
internal readonly struct EachLane2<F, TOp> : IFpVector2
    where F : struct, IFpArithmetic
    where TOp : struct, IFpBinary
{
    public static Vector Do(Vector a, Vector b, int imm, ref FpStatus status)
    {
        LaneChoice lanes = new(imm);
        Vector result = default;
        for (int lane = 0; lane < lanes.Count; lane++)
        {
            ulong value = TOp.Do<F>(FpLane.Get<F>(ref a, lane), FpLane.Get<F>(ref b, lane), status.Control, ref status.Raised);
            FpLane.Set<F>(ref result, lane, value);
        }

        return result;
    }
}

/// <summary>An operation on corresponding elements of the destination and two sources.</summary>
internal readonly struct EachLane3<F, TOp> : IFpVector3
    where F : struct, IFpArithmetic
    where TOp : struct, IFpTernary
{
    public static Vector Do(Vector d, Vector a, Vector b, int imm, ref FpStatus status)
    {
        LaneChoice lanes = new(imm);
        Vector result = default;
        for (int lane = 0; lane < lanes.Count; lane++)
        {
            ulong value = TOp.Do<F>(
                FpLane.Get<F>(ref d, lane), FpLane.Get<F>(ref a, lane), FpLane.Get<F>(ref b, lane), status.Control, ref status.Raised);
            FpLane.Set<F>(ref result, lane, value);
        }

        return result;
    }
}

/// <summary>An operation on each element and one element of the second source.</summary>
internal readonly struct ByElement2<F, TOp> : IFpVector2
    where F : struct, IFpArithmetic
    where TOp : struct, IFpBinary
{
    public static Vector Do(Vector a, Vector b, int imm, ref FpStatus status)
    {
        LaneChoice lanes = new(imm);
        ulong element = FpLane.Get<F>(ref b, lanes.Operand);
        Vector result = default;
        for (int lane = 0; lane < lanes.Count; lane++)
        {
            ulong value = TOp.Do<F>(FpLane.Get<F>(ref a, lane), element, status.Control, ref status.Raised);
            FpLane.Set<F>(ref result, lane, value);
        }

        return result;
    }
}

/// <summary>An operation on each element of the destination and the first source, and one element of the second.</summary>
internal readonly struct ByElement3<F, TOp> : IFpVector3
    where F : struct, IFpArithmetic
    where TOp : struct, IFpTernary
{
    public static Vector Do(Vector d, Vector a, Vector b, int imm, ref FpStatus status)
    {
        LaneChoice lanes = new(imm);
        ulong element = FpLane.Get<F>(ref b, lanes.Operand);
        Vector result = default;
        for (int lane = 0; lane < lanes.Count; lane++)
        {
            ulong value = TOp.Do<F>(
                FpLane.Get<F>(ref d, lane), FpLane.Get<F>(ref a, lane), element, status.Control, ref status.Raised);
            FpLane.Set<F>(ref result, lane, value);
        }

        return result;
    }
}

/// <summary>An operation on neighbors: the first source's pairs give the low elements, the second's the high ones.</summary>
internal readonly struct Pairwise<F, TOp> : IFpVector2
    where F : struct, IFpArithmetic
    where TOp : struct, IFpBinary
{
    public static Vector Do(Vector a, Vector b, int imm, ref FpStatus status)
    {
        int half = new LaneChoice(imm).Count / 2;
        Vector result = default;
        for (int pair = 0; pair < half; pair++)
        {
            FpLane.Set<F>(ref result, pair, Neighbors(ref a, pair, ref status));
        }

        for (int pair = 0; pair < half; pair++)
        {
            FpLane.Set<F>(ref result, half + pair, Neighbors(ref b, pair, ref status));
        }

        return result;
    }

    private static ulong Neighbors(ref Vector source, int pair, ref FpStatus status) =>
        TOp.Do<F>(FpLane.Get<F>(ref source, 2 * pair), FpLane.Get<F>(ref source, (2 * pair) + 1), status.Control, ref status.Raised);
}

/// <summary>An operation over two or four elements, in the order of DDI 0487, Reduce: halves first, then their results.</summary>
internal readonly struct Across<F, TOp> : IVectorToScalar
    where F : struct, IFpArithmetic
    where TOp : struct, IFpBinary
{
    public static ulong Do(Vector a, int imm, ref FpStatus status)
    {
        ulong low = Neighbors(ref a, 0, ref status);
        return new LaneChoice(imm).Count == 2
            ? low
            : TOp.Do<F>(low, Neighbors(ref a, 1, ref status), status.Control, ref status.Raised);
    }

    private static ulong Neighbors(ref Vector source, int pair, ref FpStatus status) =>
        TOp.Do<F>(FpLane.Get<F>(ref source, 2 * pair), FpLane.Get<F>(ref source, (2 * pair) + 1), status.Control, ref status.Raised);
}

/// <summary>One element of a vector.</summary>
internal readonly struct Element<F> : IVectorToScalar
    where F : struct, IFpFormat
{
    public static ulong Do(Vector a, int imm, ref FpStatus status) => FpLane.Get<F>(ref a, imm);
}

/// <summary>Vd = op(Vn), each element.</summary>
internal readonly struct VectorOne<TOp> : IRoutine
    where TOp : struct, IFpVector1
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetQ(i.Rd, e.FpVector<TOp>(e.Q(i.Rn), i.Imm2));
        return Flow.Next;
    }
}

/// <summary>Vd = op(Vn, Vm).</summary>
internal readonly struct VectorTwo<TOp> : IRoutine
    where TOp : struct, IFpVector2
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetQ(i.Rd, e.FpVector<TOp>(e.Q(i.Rn), e.Q(i.Rm), i.Imm2));
        return Flow.Next;
    }
}

/// <summary>Vd = op(Vd, Vn): narrowing into the upper half keeps the lower one.</summary>
internal readonly struct VectorOneInto<TOp> : IRoutine
    where TOp : struct, IFpVector2
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetQ(i.Rd, e.FpVector<TOp>(e.Q(i.Rd), e.Q(i.Rn), i.Imm2));
        return Flow.Next;
    }
}

/// <summary>Vd = op(Vd, Vn, Vm).</summary>
internal readonly struct VectorThree<TOp> : IRoutine
    where TOp : struct, IFpVector3
{
    public static Flow Execute<E>(ref E e, in Instruction i)
        where E : struct, IEngine
    {
        e.SetQ(i.Rd, e.FpVector<TOp>(e.Q(i.Rd), e.Q(i.Rn), e.Q(i.Rm), i.Imm2));
        return Flow.Next;
    }
}
