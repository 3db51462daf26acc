using System.Runtime.Intrinsics;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD load/store multiple structures, without and with post-index (DDI 0487): runs of 8 to 64 bytes.
/// </summary>
internal static class SimdLoadStoreMultiple
{
    public static readonly Row[] Rows =
    [
        // Advanced SIMD load/store multiple structures.
        new("0 Q 001100 0 0 0 00000 0000 size:2 Rn:5 Rt:5", "ST4 (multiple structures)", StoreStructures<Four>),
        new("0 Q 001100 0 0 0 00000 0010 size:2 Rn:5 Rt:5", "ST1 (multiple structures), four registers", StoreRegisters<Four>),
        new("0 Q 001100 0 0 0 00000 0100 size:2 Rn:5 Rt:5", "ST3 (multiple structures)", StoreStructures<Three>),
        new("0 Q 001100 0 0 0 00000 0110 size:2 Rn:5 Rt:5", "ST1 (multiple structures), three registers", StoreRegisters<Three>),
        new("0 Q 001100 0 0 0 00000 0111 size:2 Rn:5 Rt:5", "ST1 (multiple structures), one register", StoreRegisters<One>),
        new("0 Q 001100 0 0 0 00000 1000 size:2 Rn:5 Rt:5", "ST2 (multiple structures)", StoreStructures<Two>),
        new("0 Q 001100 0 0 0 00000 1010 size:2 Rn:5 Rt:5", "ST1 (multiple structures), two registers", StoreRegisters<Two>),
        new("0 Q 001100 0 1 0 00000 0000 size:2 Rn:5 Rt:5", "LD4 (multiple structures)", LoadStructures<Four>),
        new("0 Q 001100 0 1 0 00000 0010 size:2 Rn:5 Rt:5", "LD1 (multiple structures), four registers", LoadRegisters<Four>),
        new("0 Q 001100 0 1 0 00000 0100 size:2 Rn:5 Rt:5", "LD3 (multiple structures)", LoadStructures<Three>),
        new("0 Q 001100 0 1 0 00000 0110 size:2 Rn:5 Rt:5", "LD1 (multiple structures), three registers", LoadRegisters<Three>),
        new("0 Q 001100 0 1 0 00000 0111 size:2 Rn:5 Rt:5", "LD1 (multiple structures), one register", LoadRegisters<One>),
        new("0 Q 001100 0 1 0 00000 1000 size:2 Rn:5 Rt:5", "LD2 (multiple structures)", LoadStructures<Two>),
        new("0 Q 001100 0 1 0 00000 1010 size:2 Rn:5 Rt:5", "LD1 (multiple structures), two registers", LoadRegisters<Two>),

        // Advanced SIMD load/store multiple structures (post-indexed).
        new("0 Q 001100 1 0 0 Rm:5 0000 size:2 Rn:5 Rt:5", "ST4 (multiple structures), post-index", StoreStructures<Four>),
        new("0 Q 001100 1 0 0 Rm:5 0010 size:2 Rn:5 Rt:5", "ST1 (multiple structures), four registers, post-index", StoreRegisters<Four>),
        new("0 Q 001100 1 0 0 Rm:5 0100 size:2 Rn:5 Rt:5", "ST3 (multiple structures), post-index", StoreStructures<Three>),
        new("0 Q 001100 1 0 0 Rm:5 0110 size:2 Rn:5 Rt:5", "ST1 (multiple structures), three registers, post-index", StoreRegisters<Three>),
        new("0 Q 001100 1 0 0 Rm:5 0111 size:2 Rn:5 Rt:5", "ST1 (multiple structures), one register, post-index", StoreRegisters<One>),
        new("0 Q 001100 1 0 0 Rm:5 1000 size:2 Rn:5 Rt:5", "ST2 (multiple structures), post-index", StoreStructures<Two>),
        new("0 Q 001100 1 0 0 Rm:5 1010 size:2 Rn:5 Rt:5", "ST1 (multiple structures), two registers, post-index", StoreRegisters<Two>),
        new("0 Q 001100 1 1 0 Rm:5 0000 size:2 Rn:5 Rt:5", "LD4 (multiple structures), post-index", LoadStructures<Four>),
        new("0 Q 001100 1 1 0 Rm:5 0010 size:2 Rn:5 Rt:5", "LD1 (multiple structures), four registers, post-index", LoadRegisters<Four>),
        new("0 Q 001100 1 1 0 Rm:5 0100 size:2 Rn:5 Rt:5", "LD3 (multiple structures), post-index", LoadStructures<Three>),
        new("0 Q 001100 1 1 0 Rm:5 0110 size:2 Rn:5 Rt:5", "LD1 (multiple structures), three registers, post-index", LoadRegisters<Three>),
        new("0 Q 001100 1 1 0 Rm:5 0111 size:2 Rn:5 Rt:5", "LD1 (multiple structures), one register, post-index", LoadRegisters<One>),
        new("0 Q 001100 1 1 0 Rm:5 1000 size:2 Rn:5 Rt:5", "LD2 (multiple structures), post-index", LoadStructures<Two>),
        new("0 Q 001100 1 1 0 Rm:5 1010 size:2 Rn:5 Rt:5", "LD1 (multiple structures), two registers, post-index", LoadRegisters<Two>),
    ];

    private interface ICount
    {
        static abstract byte Value { get; }
    }

    private static Routine LoadRegisters<TCount>(A64Word w, ref Instruction i)
        where TCount : struct, ICount
    {
        Operands(w, ref i, TCount.Value);
        return StructureFields.Based<LoadConsecutive>(w);
    }

    private static Routine StoreRegisters<TCount>(A64Word w, ref Instruction i)
        where TCount : struct, ICount
    {
        Operands(w, ref i, TCount.Value);
        return StructureFields.Based<StoreConsecutive>(w);
    }

    private static Routine? LoadStructures<TCount>(A64Word w, ref Instruction i)
        where TCount : struct, ICount
    {
        Operands(w, ref i, TCount.Value);
        return IsReserved(w) ? null : StructureFields.Based<LoadInterleaved>(w);
    }

    private static Routine? StoreStructures<TCount>(A64Word w, ref Instruction i)
        where TCount : struct, ICount
    {
        Operands(w, ref i, TCount.Value);
        return IsReserved(w) ? null : StructureFields.Based<StoreInterleaved>(w);
    }

    // Structures of one element for each register are what LD1 and ST1 are for.
    private static bool IsReserved(A64Word w) => !w.Q && StructureFields.MultipleSize(w) == 3;

    private static void Operands(A64Word w, ref Instruction i, byte count)
    {
        i.Option = OperandFields.VectorBytes(w);
        StructureFields.Operands(w, ref i, count, StructureFields.MultipleSize(w), count * i.Option);
    }

    private readonly struct One : ICount
    {
        public static byte Value => 1;
    }

    private readonly struct Two : ICount
    {
        public static byte Value => 2;
    }

    private readonly struct Three : ICount
    {
        public static byte Value => 3;
    }

    private readonly struct Four : ICount
    {
        public static byte Value => 4;
    }

    private readonly struct LoadConsecutive : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToRead(address, i.Imm2, 1 << i.Amount, in i);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            for (int offset = 0, register = i.Rd; offset < i.Imm2; offset += i.Option, register = (register + 1) & 31)
            {
                e.SetQ(register, Block.Load(ref e, p, offset, i.Option));
            }

            StructureFields.WriteBack(ref e, in i, address);
            return Flow.Next;
        }
    }

    private readonly struct StoreConsecutive : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToWrite(address, i.Imm2, 1 << i.Amount, in i);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            for (int offset = 0, register = i.Rd; offset < i.Imm2; offset += i.Option, register = (register + 1) & 31)
            {
                Block.Store(ref e, p, offset, i.Option, e.Q(register));
            }

            StructureFields.WriteBack(ref e, in i, address);
            return Flow.Next;
        }
    }

    private readonly struct LoadInterleaved : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToRead(address, i.Imm2, 1 << i.Amount, in i);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            // Each byte is read once, whatever memory it is, before the registers are put together from the blocks.
            Vec zero = e.VectorConst(Vector128<byte>.Zero);
            Vec block0 = Block.Load(ref e, p, 0, i.Imm2);
            Vec block1 = i.Imm2 > 16 ? Block.Load(ref e, p, 16, i.Imm2 - 16) : zero;
            Vec block2 = i.Imm2 > 32 ? Block.Load(ref e, p, 32, i.Imm2 - 32) : zero;
            Vec block3 = i.Imm2 > 48 ? Block.Load(ref e, p, 48, i.Imm2 - 48) : zero;
            for (int k = 0; k < i.Ra; k++)
            {
                Vec places = e.VectorConst(Interleaving.PlacesInMemory(i.Ra, i.Amount, k));
                Vec value = e.Vector<TableLookup>(zero, block0, places, 0);
                value = i.Imm2 > 16 ? e.Vector<TableLookup>(value, block1, places, 16) : value;
                value = i.Imm2 > 32 ? e.Vector<TableLookup>(value, block2, places, 32) : value;
                value = i.Imm2 > 48 ? e.Vector<TableLookup>(value, block3, places, 48) : value;
                e.SetQ((i.Rd + k) & 31, i.Option == 16 ? value : e.Vector<KeepLow>(value, i.Option));
            }

            StructureFields.WriteBack(ref e, in i, address);
            return Flow.Next;
        }
    }

    private readonly struct StoreInterleaved : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToWrite(address, i.Imm2, 1 << i.Amount, in i);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            for (int offset = 0; offset < i.Imm2; offset += 16)
            {
                Vec places = e.VectorConst(Interleaving.PlacesInRegisters(i.Ra, i.Amount, offset / 16));
                Vec value = e.VectorConst(Vector128<byte>.Zero);
                for (int k = 0; k < i.Ra; k++)
                {
                    value = e.Vector<TableLookup>(value, e.Q((i.Rd + k) & 31), places, 16 * k);
                }

                Block.Store(ref e, p, offset, i.Imm2 - offset, value);
            }

            StructureFields.WriteBack(ref e, in i, address);
            return Flow.Next;
        }
    }

    /// <summary>A piece of a run: 16 bytes, or 8 where no more than 8 are left of it.</summary>
    private static class Block
    {
        public static Vec Load<E>(ref E e, Pointer p, int offset, int bytesLeft)
            where E : struct, IEngine => bytesLeft >= 16
                ? e.LoadVector(p, offset)
                : e.FromScalar<InsertValue<ulong>>(e.VectorConst(Vector128<byte>.Zero), e.Load(p, offset, 8), 0);

        public static void Store<E>(ref E e, Pointer p, int offset, int bytesLeft, Vec value)
            where E : struct, IEngine
        {
            if (bytesLeft >= 16)
            {
                e.StoreVector(p, offset, value);
            }
            else
            {
                e.Store(p, offset, 8, e.ToScalar<ElementValue<ulong>>(value, 0));
            }
        }
    }
}
