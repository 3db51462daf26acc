using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>
/// Load-exclusive, store-exclusive, load-acquire and store-release, DDI 0487. On one thread of execution all accesses
/// are in order, so acquire and release are met by themselves; what remains of them is the alignment rule.
/// </summary>
internal static class LoadStoreExclusive
{
    public static readonly Row[] Rows =
    [
        // Rs, and Rt2 where there is no pair, are SBO; CONSTRAINED UNPREDICTABLE: we ignore them.
        new("size:2 001000 000 Rs:5 o0 Rt2:5 Rn:5 Rt:5", "STXR, STLXR and their kin", StoreExclusive),
        new("1 sz 001000 001 Rs:5 o0 Rt2:5 Rn:5 Rt:5", "STXP, STLXP", StoreExclusivePair),
        new("size:2 001000 010 Rs:5 o0 Rt2:5 Rn:5 Rt:5", "LDXR, LDAXR and their kin", LoadExclusive),
        new("1 sz 001000 011 Rs:5 o0 Rt2:5 Rn:5 Rt:5", "LDXP, LDAXP", LoadExclusivePair),
        new("size:2 001000 100 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLR, STLRB, STLRH", StoreRelease),
        new("size:2 001000 110 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDAR, LDARB, LDARH", LoadAcquire),
    ];

    private static void Loads(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        i.Ra = w.Rt2Destination;
        i.Rn = w.RnOrSp;
    }

    private static void Stores(A64Word w, ref Instruction i)
    {
        i.Rd = w.RtOrZr;
        i.Ra = w.Rt2OrZr;
        i.Rn = w.RnOrSp;
        i.Rm = Slots.Destination(w.Rs);
    }

    private static Routine LoadExclusive(A64Word w, ref Instruction i)
    {
        Loads(w, ref i);
        return w.Size switch
        {
            0 => Of<LoadOrdered<Byte8, Yes>>(w),
            1 => Of<LoadOrdered<Half16, Yes>>(w),
            2 => Of<LoadOrdered<Word32, Yes>>(w),
            _ => Of<LoadOrdered<Double64, Yes>>(w),
        };
    }

    private static Routine LoadAcquire(A64Word w, ref Instruction i)
    {
        Loads(w, ref i);
        return w.Size switch
        {
            0 => Of<LoadOrdered<Byte8, No>>(w),
            1 => Of<LoadOrdered<Half16, No>>(w),
            2 => Of<LoadOrdered<Word32, No>>(w),
            _ => Of<LoadOrdered<Double64, No>>(w),
        };
    }

    private static Routine StoreRelease(A64Word w, ref Instruction i)
    {
        Stores(w, ref i);
        return w.Size switch
        {
            0 => Of<StoreOrdered<Byte8>>(w),
            1 => Of<StoreOrdered<Half16>>(w),
            2 => Of<StoreOrdered<Word32>>(w),
            _ => Of<StoreOrdered<Double64>>(w),
        };
    }

    private static Routine StoreExclusive(A64Word w, ref Instruction i)
    {
        Stores(w, ref i);
        return w.Size switch
        {
            0 => Of<StoreConditional<Byte8>>(w),
            1 => Of<StoreConditional<Half16>>(w),
            2 => Of<StoreConditional<Word32>>(w),
            _ => Of<StoreConditional<Double64>>(w),
        };
    }

    private static Routine LoadExclusivePair(A64Word w, ref Instruction i)
    {
        Loads(w, ref i);
        return w.Raw.Bit(30) ? Of<LoadPairExclusive<Double64>>(w) : Of<LoadPairExclusive<Word32>>(w);
    }

    private static Routine StoreExclusivePair(A64Word w, ref Instruction i)
    {
        Stores(w, ref i);
        return w.Raw.Bit(30) ? Of<StorePairConditional<Double64>>(w) : Of<StorePairConditional<Word32>>(w);
    }

    private static Routine Of<T>(A64Word w)
        where T : struct, IRoutine => w.Rn == Slots.Sp ? Routine.OfSp<T>() : Routine.Of<T>();

    private readonly struct LoadOrdered<T, TExclusive> : IRoutine
        where T : struct, ITransfer
        where TExclusive : struct, IFlag
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToRead(address, T.Bytes, T.Bytes, in i, MemoryKind.Ordered);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            if (TExclusive.Value)
            {
                e.MarkExclusive(p, address, T.Bytes);
            }

            T.Load(ref e, p, 0, i.Rd);
            return Flow.Next;
        }
    }

    private readonly struct StoreOrdered<T> : IRoutine
        where T : struct, ITransfer
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            Pointer p = e.ToWrite(e.X(i.Rn), T.Bytes, T.Bytes, in i, MemoryKind.Ordered);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            T.Store(ref e, p, 0, i.Rd);
            return Flow.Next;
        }
    }

    // IMPLEMENTATION DEFINED: whether a store-exclusive that will fail reports faults. Here it does: it translates first.
    private readonly struct StoreConditional<T> : IRoutine
        where T : struct, ITransfer
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToWrite(address, T.Bytes, T.Bytes, in i, MemoryKind.Ordered);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            e.SetX(i.Rm, e.StoreExclusive(p, address, T.Bytes, pair: false, e.X(i.Rd), e.Const(0)));
            return Flow.Next;
        }
    }

    private readonly struct LoadPairExclusive<T> : IRoutine
        where T : struct, ITransfer
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToRead(address, T.Bytes * 2, T.Bytes * 2, in i, MemoryKind.Ordered);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            e.MarkExclusive(p, address, T.Bytes * 2);
            T.Load(ref e, p, 0, i.Rd);
            T.Load(ref e, p, T.Bytes, i.Ra);
            return Flow.Next;
        }
    }

    private readonly struct StorePairConditional<T> : IRoutine
        where T : struct, ITransfer
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong address = e.X(i.Rn);
            Pointer p = e.ToWrite(address, T.Bytes * 2, T.Bytes * 2, in i, MemoryKind.Ordered);
            if (e.Bad(p))
            {
                return Flow.Fault;
            }

            e.SetX(i.Rm, e.StoreExclusive(p, address, T.Bytes, pair: true, e.X(i.Rd), e.X(i.Ra)));
            return Flow.Next;
        }
    }
}
