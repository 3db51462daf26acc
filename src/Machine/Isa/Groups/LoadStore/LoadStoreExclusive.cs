namespace GdbHost.Machine.Isa.Groups.LoadStore;

/// <summary>
/// Load/store exclusive and ordered (DDI 0487, "Loads and Stores"). All are naturally aligned; cores take turns, so
/// every access is ordered and acquire or release adds nothing. Fields that the manual prints as (1) are ignored.
/// LDLAR, STLLR, CAS and CASP are later than Armv8.0: no rows.
/// </summary>
internal static class LoadStoreExclusive
{
    public static readonly Row[] Rows =
    [
        // Load/store exclusive register.
        new("00 001000 000 Rs:5 0 Rt2:5 Rn:5 Rt:5", "STXRB", Store<B1>),
        new("00 001000 000 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLXRB", Store<B1>),
        new("00 001000 010 Rs:5 0 Rt2:5 Rn:5 Rt:5", "LDXRB", Load<B1>),
        new("00 001000 010 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDAXRB", Load<B1>),
        new("01 001000 000 Rs:5 0 Rt2:5 Rn:5 Rt:5", "STXRH", Store<B2>),
        new("01 001000 000 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLXRH", Store<B2>),
        new("01 001000 010 Rs:5 0 Rt2:5 Rn:5 Rt:5", "LDXRH", Load<B2>),
        new("01 001000 010 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDAXRH", Load<B2>),
        new("10 001000 000 Rs:5 0 Rt2:5 Rn:5 Rt:5", "STXR (32-bit)", Store<B4>),
        new("10 001000 000 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLXR (32-bit)", Store<B4>),
        new("10 001000 010 Rs:5 0 Rt2:5 Rn:5 Rt:5", "LDXR (32-bit)", Load<B4>),
        new("10 001000 010 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDAXR (32-bit)", Load<B4>),
        new("11 001000 000 Rs:5 0 Rt2:5 Rn:5 Rt:5", "STXR (64-bit)", Store<B8>),
        new("11 001000 000 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLXR (64-bit)", Store<B8>),
        new("11 001000 010 Rs:5 0 Rt2:5 Rn:5 Rt:5", "LDXR (64-bit)", Load<B8>),
        new("11 001000 010 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDAXR (64-bit)", Load<B8>),

        // Load/store exclusive pair.
        new("10 001000 001 Rs:5 0 Rt2:5 Rn:5 Rt:5", "STXP (32-bit)", StorePair<B4>),
        new("10 001000 001 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLXP (32-bit)", StorePair<B4>),
        new("10 001000 011 Rs:5 0 Rt2:5 Rn:5 Rt:5", "LDXP (32-bit)", LoadPair<B4>),
        new("10 001000 011 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDAXP (32-bit)", LoadPair<B4>),
        new("11 001000 001 Rs:5 0 Rt2:5 Rn:5 Rt:5", "STXP (64-bit)", StorePair<B8>),
        new("11 001000 001 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLXP (64-bit)", StorePair<B8>),
        new("11 001000 011 Rs:5 0 Rt2:5 Rn:5 Rt:5", "LDXP (64-bit)", LoadPair<B8>),
        new("11 001000 011 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDAXP (64-bit)", LoadPair<B8>),

        // Load/store ordered.
        new("00 001000 100 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLRB", Access.Ordered<StoreLow<B1>>),
        new("00 001000 110 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDARB", Access.Ordered<LoadZero<B1>>),
        new("01 001000 100 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLRH", Access.Ordered<StoreLow<B2>>),
        new("01 001000 110 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDARH", Access.Ordered<LoadZero<B2>>),
        new("10 001000 100 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLR (32-bit)", Access.Ordered<StoreLow<B4>>),
        new("10 001000 110 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDAR (32-bit)", Access.Ordered<LoadZero<B4>>),
        new("11 001000 100 Rs:5 1 Rt2:5 Rn:5 Rt:5", "STLR (64-bit)", Access.Ordered<StoreLow<B8>>),
        new("11 001000 110 Rs:5 1 Rt2:5 Rn:5 Rt:5", "LDAR (64-bit)", Access.Ordered<LoadZero<B8>>),
    ];

    private static Routine Load<T>(A64Word w, ref Instruction i)
        where T : struct, IElement
    {
        LoadOperands(w, ref i);
        return Checked<LoadOne<T>>(w);
    }

    private static Routine LoadPair<T>(A64Word w, ref Instruction i)
        where T : struct, IElement
    {
        LoadOperands(w, ref i);
        return Checked<LoadTwo<T>>(w);
    }

    private static Routine Store<T>(A64Word w, ref Instruction i)
        where T : struct, IElement
    {
        StoreOperands(w, ref i);
        return Checked<StoreOne<T>>(w);
    }

    private static Routine StorePair<T>(A64Word w, ref Instruction i)
        where T : struct, IElement
    {
        StoreOperands(w, ref i);
        return Checked<StoreTwo<T>>(w);
    }

    private static void LoadOperands(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        i.Ra = w.Rt2Destination;
        i.Rn = w.RnOrSp;
    }

    private static void StoreOperands(A64Word w, ref Instruction i)
    {
        i.Rm = Slots.Destination(w.Rs);
        i.Rd = w.RtOrZr;
        i.Ra = w.Rt2OrZr;
        i.Rn = w.RnOrSp;
    }

    private static Routine Checked<T>(A64Word w)
        where T : struct, IRoutine => w.Rn == Slots.Sp ? Routine.OfSp<T>() : Routine.Of<T>();

    private readonly struct LoadOne<T> : IRoutine
        where T : struct, IElement
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

            e.MarkExclusive(p, address, T.Bytes);
            e.SetX(i.Rd, e.Load(p, 0, T.Bytes));
            return Flow.Next;
        }
    }

    /// <summary>LDXP. With Rt equal to Rt2 (CONSTRAINED UNPREDICTABLE) the second element stays, as in QEMU.</summary>
    private readonly struct LoadTwo<T> : IRoutine
        where T : struct, IElement
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
            e.SetX(i.Rd, e.Load(p, 0, T.Bytes));
            e.SetX(i.Ra, e.Load(p, T.Bytes, T.Bytes));
            return Flow.Next;
        }
    }

    /// <summary>STXR. Rs equal to Rt or Rn (CONSTRAINED UNPREDICTABLE) stores the old value, then writes the status, as in QEMU.</summary>
    private readonly struct StoreOne<T> : IRoutine
        where T : struct, IElement
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

            e.SetX(i.Rm, e.StoreExclusive(p, address, T.Bytes, false, e.X(i.Rd), e.Const(0)));
            return Flow.Next;
        }
    }

    private readonly struct StoreTwo<T> : IRoutine
        where T : struct, IElement
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

            e.SetX(i.Rm, e.StoreExclusive(p, address, T.Bytes, true, e.X(i.Rd), e.X(i.Ra)));
            return Flow.Next;
        }
    }
}
