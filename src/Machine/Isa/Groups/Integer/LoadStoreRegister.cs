using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>
/// Loads and stores of one general or vector register, DDI 0487. Rows are by addressing form; size, opc and V pick
/// what is moved.
/// </summary>
internal static class LoadStoreRegister
{
    public static readonly Row[] Rows =
    [
        new("00 011 V 00 imm19:19 Rt:5", "LDR (literal, 32-bit)", Literal),
        new("01 011 V 00 imm19:19 Rt:5", "LDR (literal, 64-bit)", Literal),
        new("10 011 V 00 imm19:19 Rt:5", "LDRSW (literal), LDR (literal, 128-bit)", Literal),
        new("11 011 0 00 imm19:19 Rt:5", "PRFM (literal)", Prefetch),

        new("size:2 111 V 00 opc:2 0 imm9:9 00 Rn:5 Rt:5", "LDUR, STUR and their kin", Unscaled),
        new("size:2 111 V 00 opc:2 0 imm9:9 01 Rn:5 Rt:5", "LDR, STR (post-index)", Indexed<PostIndexMode>),
        new("size:2 111 0 00 opc:2 0 imm9:9 10 Rn:5 Rt:5", "LDTR, STTR and their kin", Unprivileged),
        new("size:2 111 V 00 opc:2 0 imm9:9 11 Rn:5 Rt:5", "LDR, STR (pre-index)", Indexed<PreIndexMode>),
        new("size:2 111 V 00 opc:2 1 Rm:5 option:3 S 10 Rn:5 Rt:5", "LDR, STR (register)", RegisterOffset),
        new("size:2 111 V 01 opc:2 imm12:12 Rn:5 Rt:5", "LDR, STR (unsigned offset)", UnsignedOffset),
    ];

    private static bool IsVector(A64Word w) => w.Raw.Bit(26);

    private static uint Opc(A64Word w) => w.Raw.Field(23, 22);

    private static bool IsPrefetch(A64Word w) => !IsVector(w) && w.Size == 3 && Opc(w) == 2;

    /// <summary>log2 of the bytes: size, or 4 for a Q register.</summary>
    private static int Scale(A64Word w) => IsVector(w) && Opc(w) >= 2 ? 4 : w.Size;

    private static Routine Literal(A64Word w, ref Instruction i)
    {
        i.Imm = w.Imm19Offset;
        if (IsVector(w))
        {
            i.Rd = w.Rt;
            return w.Size switch
            {
                0 => Routine.OfFp<LoadOne<VectorPart<Word32>, LiteralMode>>(),
                1 => Routine.OfFp<LoadOne<VectorPart<Double64>, LiteralMode>>(),
                _ => Routine.OfFp<LoadOne<VectorWhole, LiteralMode>>(),
            };
        }

        i.Rd = w.RdOrZr;
        return w.Size switch
        {
            0 => Routine.Of<LoadOne<Word32, LiteralMode>>(),
            1 => Routine.Of<LoadOne<Double64, LiteralMode>>(),
            _ => Routine.Of<LoadOne<Signed<Word32, W64>, LiteralMode>>(),
        };
    }

    private static Routine Prefetch(A64Word w, ref Instruction i) => Routine.Of<PrefetchHint>();

    private static Routine? Unscaled(A64Word w, ref Instruction i)
    {
        i.Imm = w.Imm9;
        return IsPrefetch(w) ? Routine.Of<PrefetchHint>() : Pick<OffsetMode>(w, ref i);
    }

    // Write-back with Rt equal to Rn is CONSTRAINED UNPREDICTABLE: after a load the register has the new base, and a
    // store stores the old one, as QEMU has it.
    private static Routine? Indexed<TMode>(A64Word w, ref Instruction i)
        where TMode : struct, IAddressing
    {
        i.Imm = w.Imm9;
        return IsPrefetch(w) ? null : Pick<TMode>(w, ref i);
    }

    private static Routine? UnsignedOffset(A64Word w, ref Instruction i)
    {
        i.Imm = (ulong)w.Imm12 << Scale(w);
        return IsPrefetch(w) ? Routine.Of<PrefetchHint>() : Pick<OffsetMode>(w, ref i);
    }

    private static Routine? RegisterOffset(A64Word w, ref Instruction i)
    {
        const int OptionLsl = 3;
        const int OptionSignedLsl = 7;
        i.Rm = w.RmOrZr;
        i.Option = w.Option;
        i.Amount = (byte)(w.Raw.Bit(12) ? Scale(w) : 0);
        if (!w.Raw.Bit(14))
        {
            return null;
        }

        if (IsPrefetch(w))
        {
            return Routine.Of<PrefetchHint>();
        }

        return i.Option is OptionLsl or OptionSignedLsl ? Pick<RegisterMode>(w, ref i) : Pick<ExtendedRegisterMode>(w, ref i);
    }

    private static Routine? Unprivileged(A64Word w, ref Instruction i)
    {
        i.Imm = w.Imm9;
        i.Rn = w.RnOrSp;
        i.Rd = Opc(w) == 0 ? w.RtOrZr : w.RdOrZr;
        return (w.Size, Opc(w)) switch
        {
            (0, 0) => Of<StoreUnprivileged<Byte8>>(w),
            (1, 0) => Of<StoreUnprivileged<Half16>>(w),
            (2, 0) => Of<StoreUnprivileged<Word32>>(w),
            (3, 0) => Of<StoreUnprivileged<Double64>>(w),
            (0, 1) => Of<LoadUnprivileged<Byte8>>(w),
            (1, 1) => Of<LoadUnprivileged<Half16>>(w),
            (2, 1) => Of<LoadUnprivileged<Word32>>(w),
            (3, 1) => Of<LoadUnprivileged<Double64>>(w),
            (0, 2) => Of<LoadUnprivileged<Signed<Byte8, W64>>>(w),
            (1, 2) => Of<LoadUnprivileged<Signed<Half16, W64>>>(w),
            (2, 2) => Of<LoadUnprivileged<Signed<Word32, W64>>>(w),
            (0, 3) => Of<LoadUnprivileged<Signed<Byte8, W32>>>(w),
            (1, 3) => Of<LoadUnprivileged<Signed<Half16, W32>>>(w),
            _ => null,
        };
    }

    private static Routine? Pick<TMode>(A64Word w, ref Instruction i)
        where TMode : struct, IAddressing
    {
        i.Rn = w.RnOrSp;
        return IsVector(w) ? PickVector<TMode>(w, ref i) : PickGeneral<TMode>(w, ref i);
    }

    private static Routine? PickGeneral<TMode>(A64Word w, ref Instruction i)
        where TMode : struct, IAddressing
    {
        i.Rd = Opc(w) == 0 ? w.RtOrZr : w.RdOrZr;
        return (w.Size, Opc(w)) switch
        {
            (0, 0) => Of<StoreOne<Byte8, TMode>>(w),
            (1, 0) => Of<StoreOne<Half16, TMode>>(w),
            (2, 0) => Of<StoreOne<Word32, TMode>>(w),
            (3, 0) => Of<StoreOne<Double64, TMode>>(w),
            (0, 1) => Of<LoadOne<Byte8, TMode>>(w),
            (1, 1) => Of<LoadOne<Half16, TMode>>(w),
            (2, 1) => Of<LoadOne<Word32, TMode>>(w),
            (3, 1) => Of<LoadOne<Double64, TMode>>(w),
            (0, 2) => Of<LoadOne<Signed<Byte8, W64>, TMode>>(w),
            (1, 2) => Of<LoadOne<Signed<Half16, W64>, TMode>>(w),
            (2, 2) => Of<LoadOne<Signed<Word32, W64>, TMode>>(w),
            (0, 3) => Of<LoadOne<Signed<Byte8, W32>, TMode>>(w),
            (1, 3) => Of<LoadOne<Signed<Half16, W32>, TMode>>(w),
            _ => null,
        };
    }

    private static Routine? PickVector<TMode>(A64Word w, ref Instruction i)
        where TMode : struct, IAddressing
    {
        i.Rd = w.Rt;
        return (w.Size, Opc(w)) switch
        {
            (0, 0) => OfFp<StoreOne<VectorPart<Byte8>, TMode>>(w),
            (1, 0) => OfFp<StoreOne<VectorPart<Half16>, TMode>>(w),
            (2, 0) => OfFp<StoreOne<VectorPart<Word32>, TMode>>(w),
            (3, 0) => OfFp<StoreOne<VectorPart<Double64>, TMode>>(w),
            (0, 1) => OfFp<LoadOne<VectorPart<Byte8>, TMode>>(w),
            (1, 1) => OfFp<LoadOne<VectorPart<Half16>, TMode>>(w),
            (2, 1) => OfFp<LoadOne<VectorPart<Word32>, TMode>>(w),
            (3, 1) => OfFp<LoadOne<VectorPart<Double64>, TMode>>(w),
            (0, 2) => OfFp<StoreOne<VectorWhole, TMode>>(w),
            (0, 3) => OfFp<LoadOne<VectorWhole, TMode>>(w),
            _ => null,
        };
    }

    private static Routine Of<T>(A64Word w)
        where T : struct, IRoutine => w.Rn == Slots.Sp ? Routine.OfSp<T>() : Routine.Of<T>();

    private static Routine OfFp<T>(A64Word w)
        where T : struct, IRoutine => w.Rn == Slots.Sp ? Routine.OfFpSp<T>() : Routine.OfFp<T>();

    /// <summary>PRFM never faults and changes nothing that software sees.</summary>
    private readonly struct PrefetchHint : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine => Flow.Next;
    }
}
