namespace GdbHost.Machine.Isa.Groups;

/// <summary>Data processing (immediate), DDI 0487.</summary>
internal static class DataImmediate
{
    public static readonly Row[] Rows =
    [
        new("sf 00 100010 sh imm12:12 Rn:5 Rd:5", "ADD (immediate)", static (w, ref i) => AddSub<Add<W32>, Add<W64>>(w, ref i)),
        new("sf 10 100010 sh imm12:12 Rn:5 Rd:5", "SUB (immediate)", static (w, ref i) => AddSub<Sub<W32>, Sub<W64>>(w, ref i)),
        new("sf 01 100010 sh imm12:12 Rn:5 Rd:5", "ADDS (immediate)", static (w, ref i) => AddSubFlags<Adds<W32>, Adds<W64>>(w, ref i)),
        new("sf 11 100010 sh imm12:12 Rn:5 Rd:5", "SUBS (immediate)", static (w, ref i) => AddSubFlags<Subs<W32>, Subs<W64>>(w, ref i)),
    ];

    private static Routine AddSub<T32, T64>(A64Word w, ref Instruction i)
        where T32 : struct, IRoutine
        where T64 : struct, IRoutine
    {
        Operands(w, ref i);
        i.Rd = w.RdOrSp;
        return w.Sf ? Routine.Of<T64>() : Routine.Of<T32>();
    }

    private static Routine AddSubFlags<T32, T64>(A64Word w, ref Instruction i)
        where T32 : struct, IRoutine
        where T64 : struct, IRoutine
    {
        Operands(w, ref i);
        i.Rd = w.RdOrZr;
        return w.Sf ? Routine.Of<T64>() : Routine.Of<T32>();
    }

    private static void Operands(A64Word w, ref Instruction i)
    {
        bool shifted = (w.Raw & (1u << 22)) != 0;
        i.Imm = shifted ? w.Imm12 << 12 : w.Imm12;
        i.Rn = w.RnOrSp;
    }

    private readonly struct Add<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Add<W>(e.X(i.Rn), e.Const(i.Imm)));
            return Flow.Next;
        }
    }

    private readonly struct Sub<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Sub<W>(e.X(i.Rn), e.Const(i.Imm)));
            return Flow.Next;
        }
    }

    private readonly struct Adds<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.AddFlags<W>(e.X(i.Rn), e.Const(i.Imm)));
            return Flow.Next;
        }
    }

    private readonly struct Subs<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.SubFlags<W>(e.X(i.Rn), e.Const(i.Imm)));
            return Flow.Next;
        }
    }
}
