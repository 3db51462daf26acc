using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD load/store single structure, without and with post-index (DDI 0487): one element for each of 1 to 4
/// registers; the replicating loads put it into every place. Opcode is scale:n; n and R give the number of registers.
/// </summary>
internal static class SimdLoadStoreSingle
{
    public static readonly Row[] Rows =
    [
        // Advanced SIMD load/store single structure.
        new("0 Q 001101 0 0 0 00000 scale:2!=11 0 S size:2 Rn:5 Rt:5", "ST1 (single structure)", StoreElement),
        new("0 Q 001101 0 0 1 00000 scale:2!=11 0 S size:2 Rn:5 Rt:5", "ST2 (single structure)", StoreElement),
        new("0 Q 001101 0 0 0 00000 scale:2!=11 1 S size:2 Rn:5 Rt:5", "ST3 (single structure)", StoreElement),
        new("0 Q 001101 0 0 1 00000 scale:2!=11 1 S size:2 Rn:5 Rt:5", "ST4 (single structure)", StoreElement),
        new("0 Q 001101 0 1 0 00000 scale:2!=11 0 S size:2 Rn:5 Rt:5", "LD1 (single structure)", LoadElement),
        new("0 Q 001101 0 1 1 00000 scale:2!=11 0 S size:2 Rn:5 Rt:5", "LD2 (single structure)", LoadElement),
        new("0 Q 001101 0 1 0 00000 scale:2!=11 1 S size:2 Rn:5 Rt:5", "LD3 (single structure)", LoadElement),
        new("0 Q 001101 0 1 1 00000 scale:2!=11 1 S size:2 Rn:5 Rt:5", "LD4 (single structure)", LoadElement),
        new("0 Q 001101 0 1 0 00000 11 0 0 size:2 Rn:5 Rt:5", "LD1R", LoadReplicated),
        new("0 Q 001101 0 1 1 00000 11 0 0 size:2 Rn:5 Rt:5", "LD2R", LoadReplicated),
        new("0 Q 001101 0 1 0 00000 11 1 0 size:2 Rn:5 Rt:5", "LD3R", LoadReplicated),
        new("0 Q 001101 0 1 1 00000 11 1 0 size:2 Rn:5 Rt:5", "LD4R", LoadReplicated),

        // Advanced SIMD load/store single structure (post-indexed).
        new("0 Q 001101 1 0 0 Rm:5 scale:2!=11 0 S size:2 Rn:5 Rt:5", "ST1 (single structure), post-index", StoreElement),
        new("0 Q 001101 1 0 1 Rm:5 scale:2!=11 0 S size:2 Rn:5 Rt:5", "ST2 (single structure), post-index", StoreElement),
        new("0 Q 001101 1 0 0 Rm:5 scale:2!=11 1 S size:2 Rn:5 Rt:5", "ST3 (single structure), post-index", StoreElement),
        new("0 Q 001101 1 0 1 Rm:5 scale:2!=11 1 S size:2 Rn:5 Rt:5", "ST4 (single structure), post-index", StoreElement),
        new("0 Q 001101 1 1 0 Rm:5 scale:2!=11 0 S size:2 Rn:5 Rt:5", "LD1 (single structure), post-index", LoadElement),
        new("0 Q 001101 1 1 1 Rm:5 scale:2!=11 0 S size:2 Rn:5 Rt:5", "LD2 (single structure), post-index", LoadElement),
        new("0 Q 001101 1 1 0 Rm:5 scale:2!=11 1 S size:2 Rn:5 Rt:5", "LD3 (single structure), post-index", LoadElement),
        new("0 Q 001101 1 1 1 Rm:5 scale:2!=11 1 S size:2 Rn:5 Rt:5", "LD4 (single structure), post-index", LoadElement),
        new("0 Q 001101 1 1 0 Rm:5 11 0 0 size:2 Rn:5 Rt:5", "LD1R, post-index", LoadReplicated),
        new("0 Q 001101 1 1 1 Rm:5 11 0 0 size:2 Rn:5 Rt:5", "LD2R, post-index", LoadReplicated),
        new("0 Q 001101 1 1 0 Rm:5 11 1 0 size:2 Rn:5 Rt:5", "LD3R, post-index", LoadReplicated),
        new("0 Q 001101 1 1 1 Rm:5 11 1 0 size:2 Rn:5 Rt:5", "LD4R, post-index", LoadReplicated),
    ];

    private static Routine? LoadElement(A64Word w, ref Instruction i) =>
        Operands(w, ref i) ? BySize<LoadSingle<byte>, LoadSingle<ushort>, LoadSingle<uint>, LoadSingle<ulong>>(w, i.Amount) : null;

    private static Routine? StoreElement(A64Word w, ref Instruction i) =>
        Operands(w, ref i) ? BySize<StoreSingle<byte>, StoreSingle<ushort>, StoreSingle<uint>, StoreSingle<ulong>>(w, i.Amount) : null;

    private static Routine LoadReplicated(A64Word w, ref Instruction i)
    {
        int size = (int)w.Raw.Field(11, 10);
        StructureFields.Operands(w, ref i, Count(w), size, Count(w) << size);
        i.Option = OperandFields.VectorBytes(w);
        return BySize<LoadReplicate<byte>, LoadReplicate<ushort>, LoadReplicate<uint>, LoadReplicate<ulong>>(w, size);
    }

    private static Routine BySize<T0, T1, T2, T3>(A64Word w, int size)
        where T0 : struct, IRoutine
        where T1 : struct, IRoutine
        where T2 : struct, IRoutine
        where T3 : struct, IRoutine => size switch
        {
            0 => StructureFields.Based<T0>(w),
            1 => StructureFields.Based<T1>(w),
            2 => StructureFields.Based<T2>(w),
            _ => StructureFields.Based<T3>(w),
        };

    private static int Count(A64Word w) => (int)((w.Raw.Field(13, 13) << 1) + w.Raw.Field(21, 21) + 1);

    // Q:S:size is the index of a byte. Wider elements need fewer bits of it: those to the right are zero, and the last of
    // them tells 64-bit elements from 32-bit ones, whose index is Q alone.
    private static bool Operands(A64Word w, ref Instruction i)
    {
        uint place = (w.Raw.Field(30, 30) << 3) | w.Raw.Field(12, 10);
        int scale = (int)w.Raw.Field(15, 14);
        int size = scale == 2 && w.Raw.Bit(10) ? 3 : scale;
        uint unused = scale switch
        {
            0 => 0,
            1 => place & 1,
            _ => size == 3 ? place & 6 : place & 2,
        };
        StructureFields.Operands(w, ref i, Count(w), size, Count(w) << size);
        i.Option = (byte)(place >> size);
        return unused == 0;
    }

    /// <summary>Option is the index of the element.</summary>
    private readonly struct LoadSingle<T> : IRoutine
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToRead(address, i.Imm2, Unsafe.SizeOf<T>(), in i);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            for (int k = 0; k < i.Ra; k++)
            {
                int register = (i.Rd + k) & 31;
                ulong value = e.Load(p, k * Unsafe.SizeOf<T>(), Unsafe.SizeOf<T>());
                e.SetQ(register, e.FromScalar<InsertValue<T>>(e.Q(register), value, i.Option));
            }

            StructureFields.WriteBack(ref e, in i, address);
            return Flow.Next;
        }
    }

    /// <summary>Option is the index of the element.</summary>
    private readonly struct StoreSingle<T> : IRoutine
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToWrite(address, i.Imm2, Unsafe.SizeOf<T>(), in i);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            for (int k = 0; k < i.Ra; k++)
            {
                ulong value = e.ToScalar<ElementValue<T>>(e.Q((i.Rd + k) & 31), i.Option);
                e.Store(p, k * Unsafe.SizeOf<T>(), Unsafe.SizeOf<T>(), value);
            }

            StructureFields.WriteBack(ref e, in i, address);
            return Flow.Next;
        }
    }

    /// <summary>Option is the number of bytes of a register.</summary>
    private readonly struct LoadReplicate<T> : IRoutine
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToRead(address, i.Imm2, Unsafe.SizeOf<T>(), in i);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            Vec zero = e.VectorConst(Vector128<byte>.Zero);
            for (int k = 0; k < i.Ra; k++)
            {
                Vec value = e.FromScalar<Broadcast<T>>(zero, e.Load(p, k * Unsafe.SizeOf<T>(), Unsafe.SizeOf<T>()), 0);
                e.SetQ((i.Rd + k) & 31, i.Option == 16 ? value : e.Vector<KeepLow>(value, i.Option));
            }

            StructureFields.WriteBack(ref e, in i, address);
            return Flow.Next;
        }
    }
}
