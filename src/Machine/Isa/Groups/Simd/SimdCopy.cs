using System.Numerics;
using System.Runtime.Intrinsics;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD copy and scalar copy (DDI 0487).
/// </summary>
internal static class SimdCopy
{
    public static readonly Row[] Rows =
    [
        new("0 Q 0 01110000 imm5:5 0 0000 1 Rn:5 Rd:5", "DUP (element)", Duplicated),
        new("01 0 11110000 imm5:5 0 0000 1 Rn:5 Rd:5", "DUP (element), scalar", DuplicatedScalar),
        new("0 Q 0 01110000 imm5:5 0 0001 1 Rn:5 Rd:5", "DUP (general)", DuplicatedGeneral),
        new("0 0 0 01110000 imm5:5 0 0101 1 Rn:5 Rd:5", "SMOV, 32-bit", SignedTo32),
        new("0 1 0 01110000 imm5:5 0 0101 1 Rn:5 Rd:5", "SMOV, 64-bit", SignedTo64),
        new("0 0 0 01110000 imm5:5 0 0111 1 Rn:5 Rd:5", "UMOV, 32-bit", UnsignedTo32),
        new("0 1 0 01110000 imm5:5 0 0111 1 Rn:5 Rd:5", "UMOV, 64-bit", UnsignedTo64),
        new("0 1 0 01110000 imm5:5 0 0011 1 Rn:5 Rd:5", "INS (general)", InsertedGeneral),
        new("0 1 1 01110000 imm5:5 0 imm4:4 1 Rn:5 Rd:5", "INS (element)", InsertedElement),
    ];

    private static Routine? Duplicated(A64Word w, ref Instruction i) =>
        Element(w, ref i) && (w.Q || Size(w) < 3) ? Pick.Unsigned<DuplicateShape>(Size(w)) : null;

    private static Routine? DuplicatedScalar(A64Word w, ref Instruction i) =>
        ScalarElement(w, ref i) ? Pick.Unsigned<DuplicateShape>(Size(w)) : null;

    private static Routine? DuplicatedGeneral(A64Word w, ref Instruction i) =>
        Element(w, ref i) && (w.Q || Size(w) < 3) ? Pick.Unsigned<BroadcastShape>(Size(w)) : null;

    private static Routine? SignedTo32(A64Word w, ref Instruction i) =>
        ToGeneral(w, ref i) && Size(w) < 2 ? Pick.Unsigned<SignedMoveShape<W32>>(Size(w)) : null;

    private static Routine? SignedTo64(A64Word w, ref Instruction i) =>
        ToGeneral(w, ref i) && Size(w) < 3 ? Pick.Unsigned<SignedMoveShape<W64>>(Size(w)) : null;

    private static Routine? UnsignedTo32(A64Word w, ref Instruction i) =>
        ToGeneral(w, ref i) && Size(w) < 3 ? Pick.Unsigned<UnsignedMoveShape>(Size(w)) : null;

    private static Routine? UnsignedTo64(A64Word w, ref Instruction i) =>
        ToGeneral(w, ref i) && Size(w) == 3 ? Pick.Unsigned<UnsignedMoveShape>(Size(w)) : null;

    private static Routine? InsertedGeneral(A64Word w, ref Instruction i) =>
        Element(w, ref i) ? Pick.Unsigned<InsertGeneralShape>(Size(w)) : null;

    private static Routine? InsertedElement(A64Word w, ref Instruction i) =>
        BothElements(w, ref i) ? Pick.Unsigned<InsertElementShape>(Size(w)) : null;

    // DDI 0487: the lowest one of imm5 gives the element width, the bits above it the index.
    private static int Size(A64Word w) => BitOperations.TrailingZeroCount(w.Raw.Field(20, 16));

    private static bool Element(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Rm = w.RnOrZr;
        i.Option = OperandFields.VectorBytes(w);
        i.Amount = (byte)(w.Raw.Field(20, 16) >> (Size(w) + 1));
        return Size(w) < 4;
    }

    private static bool ScalarElement(A64Word w, ref Instruction i)
    {
        bool valid = Element(w, ref i);
        i.Option = (byte)(1 << Size(w));
        return valid;
    }

    private static bool ToGeneral(A64Word w, ref Instruction i)
    {
        bool valid = Element(w, ref i);
        i.Rd = w.RdOrZr;
        return valid;
    }

    private static bool BothElements(A64Word w, ref Instruction i)
    {
        i.Imm2 = (int)(w.Raw.Field(14, 11) >> Size(w));
        return Element(w, ref i);
    }

    private readonly struct DuplicateShape : IShape
    {
        public static Routine Of<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<Unary<Duplicate<T>, Whole, Kept>>();
    }

    private readonly struct BroadcastShape : IShape
    {
        public static Routine Of<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<DuplicateGeneral<T>>();
    }

    private readonly struct SignedMoveShape<W> : IShape
        where W : struct, IWidth
    {
        public static Routine Of<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<SignedMove<T, W>>();
    }

    private readonly struct UnsignedMoveShape : IShape
    {
        public static Routine Of<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<UnsignedMove<T>>();
    }

    private readonly struct InsertGeneralShape : IShape
    {
        public static Routine Of<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<InsertGeneral<T>>();
    }

    private readonly struct InsertElementShape : IShape
    {
        public static Routine Of<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Routine.OfFp<InsertElement<T>>();
    }

    private readonly struct DuplicateGeneral<T> : IRoutine
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            Vec zero = e.VectorConst(Vector128<byte>.Zero);
            Kept.To(ref e, in i, e.FromScalar<Broadcast<T>>(zero, e.X(i.Rm), 0));
            return Flow.Next;
        }
    }

    private readonly struct SignedMove<T, W> : IRoutine
        where T : unmanaged, IBinaryInteger<T>
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.SignExtend<W>(e.ToScalar<ElementValue<T>>(e.Q(i.Rn), i.Amount), Element<T>.Bits));
            return Flow.Next;
        }
    }

    private readonly struct UnsignedMove<T> : IRoutine
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.ToScalar<ElementValue<T>>(e.Q(i.Rn), i.Amount));
            return Flow.Next;
        }
    }

    private readonly struct InsertGeneral<T> : IRoutine
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetQ(i.Rd, e.FromScalar<InsertValue<T>>(e.Q(i.Rd), e.X(i.Rm), i.Amount));
            return Flow.Next;
        }
    }

    private readonly struct InsertElement<T> : IRoutine
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong value = e.ToScalar<ElementValue<T>>(e.Q(i.Rn), i.Imm2);
            e.SetQ(i.Rd, e.FromScalar<InsertValue<T>>(e.Q(i.Rd), value, i.Amount));
            return Flow.Next;
        }
    }
}
