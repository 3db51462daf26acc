using System.Runtime.Intrinsics;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD permute, extract and table lookup (DDI 0487).
/// </summary>
internal static class SimdPermute
{
    public static readonly Row[] Rows =
    [
        new("0 Q 001110 size:2 0 Rm:5 0 001 10 Rn:5 Rd:5", "UZP1", Permute<Unzip<No>>),
        new("0 Q 001110 size:2 0 Rm:5 0 010 10 Rn:5 Rd:5", "TRN1", Permute<Transpose<No>>),
        new("0 Q 001110 size:2 0 Rm:5 0 011 10 Rn:5 Rd:5", "ZIP1", Permute<Zip<No>>),
        new("0 Q 001110 size:2 0 Rm:5 0 101 10 Rn:5 Rd:5", "UZP2", Permute<Unzip<Yes>>),
        new("0 Q 001110 size:2 0 Rm:5 0 110 10 Rn:5 Rd:5", "TRN2", Permute<Transpose<Yes>>),
        new("0 Q 001110 size:2 0 Rm:5 0 111 10 Rn:5 Rd:5", "ZIP2", Permute<Zip<Yes>>),

        // Advanced SIMD extract.
        new("0 1 101110 00 0 Rm:5 0 imm4:4 0 Rn:5 Rd:5", "EXT, 128-bit", ExtractFrom<Extract>),
        new("0 0 101110 00 0 Rm:5 0 0 imm4:3 0 Rn:5 Rd:5", "EXT, 64-bit", ExtractFrom<ExtractHalf>),

        // Advanced SIMD table lookup.
        new("0 Q 001110 00 0 Rm:5 0 len:2 0 00 Rn:5 Rd:5", "TBL", Lookup<Table<No>>),
        new("0 Q 001110 00 0 Rm:5 0 len:2 1 00 Rn:5 Rd:5", "TBX", Lookup<Table<Yes>>),
    ];

    private static Routine? Permute<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2
    {
        OperandFields.Registers(w, ref i);
        i.Amount = OperandFields.VectorBytes(w);
        return OperandFields.Vector(w, ref i, Sizes.All) ? Pick.Unsigned<SameShape2<TOp>>(w.VectorSize) : null;
    }

    private static Routine ExtractFrom<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IVector2
    {
        OperandFields.Registers(w, ref i);
        i.Option = OperandFields.VectorBytes(w);
        i.Amount = (byte)w.Raw.Field(14, 11);
        return Routine.OfFp<Binary<TOp, Whole, Whole, Kept>>();
    }

    private static Routine Lookup<TRoutine>(A64Word w, ref Instruction i)
        where TRoutine : struct, IRoutine
    {
        OperandFields.Registers(w, ref i);
        i.Option = OperandFields.VectorBytes(w);
        i.Amount = (byte)(w.Raw.Field(14, 13) + 1);
        return Routine.OfFp<TRoutine>();
    }

    /// <summary>Bytes whose index is beyond the table are zero, or with <typeparamref name="TKeep"/> stay as they are.</summary>
    private readonly struct Table<TKeep> : IRoutine
        where TKeep : struct, IFlag
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            Vec result = TKeep.Value ? e.Q(i.Rd) : e.VectorConst(Vector128<byte>.Zero);
            Vec indices = e.Q(i.Rm);
            for (int register = 0; register < i.Amount; register++)
            {
                result = e.Vector<TableLookup>(result, e.Q((i.Rn + register) & 31), indices, register * 16);
            }

            Kept.To(ref e, in i, result);
            return Flow.Next;
        }
    }
}
