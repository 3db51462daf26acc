namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>Conditional select and conditional compare, DDI 0487.</summary>
internal static class Conditional
{
    public static readonly Row[] Rows =
    [
        // Conditional select
        new("sf 00 11010100 Rm:5 cond:4 00 Rn:5 Rd:5", "CSEL", Select<Same>),
        new("sf 00 11010100 Rm:5 cond:4 01 Rn:5 Rd:5", "CSINC", Select<Incremented>),
        new("sf 10 11010100 Rm:5 cond:4 00 Rn:5 Rd:5", "CSINV", Select<Inverted>),
        new("sf 10 11010100 Rm:5 cond:4 01 Rn:5 Rd:5", "CSNEG", Select<Negated>),

        // Conditional compare
        new("sf 01 11010010 Rm:5 cond:4 0 0 Rn:5 0 nzcv:4", "CCMN (register)", Compare<AddsOp, No>),
        new("sf 11 11010010 Rm:5 cond:4 0 0 Rn:5 0 nzcv:4", "CCMP (register)", Compare<SubsOp, No>),
        new("sf 01 11010010 imm5:5 cond:4 1 0 Rn:5 0 nzcv:4", "CCMN (immediate)", Compare<AddsOp, Yes>),
        new("sf 11 11010010 imm5:5 cond:4 1 0 Rn:5 0 nzcv:4", "CCMP (immediate)", Compare<SubsOp, Yes>),
    ];

    /// <summary>What the second operand of a conditional select becomes when it is chosen.</summary>
    private interface IOtherwise
    {
        static abstract ulong Do<E, W>(ref E e, ulong m)
            where E : struct, IEngine
            where W : struct, IWidth;
    }

    private static Routine Select<TOtherwise>(A64Word w, ref Instruction i)
        where TOtherwise : struct, IOtherwise
    {
        i.Rd = w.RdOrZr;
        i.Rn = w.RnOrZr;
        i.Rm = w.RmOrZr;
        return w.Sf
            ? ConditionCodes.Pick<SelectForm<TOtherwise, W64>>(w.Cond)
            : ConditionCodes.Pick<SelectForm<TOtherwise, W32>>(w.Cond);
    }

    private static Routine Compare<TOp, TImmediate>(A64Word w, ref Instruction i)
        where TOp : struct, IBinary
        where TImmediate : struct, IFlag
    {
        i.Rn = w.RnOrZr;
        i.Rm = w.RmOrZr;
        i.Imm = w.Rm;
        i.Imm2 = (int)(w.Nzcv << 28);
        return w.Sf
            ? ConditionCodes.Pick<CompareForm<TOp, TImmediate, W64>>(w.Cond)
            : ConditionCodes.Pick<CompareForm<TOp, TImmediate, W32>>(w.Cond);
    }

    private readonly struct SelectForm<TOtherwise, W> : IConditional
        where TOtherwise : struct, IOtherwise
        where W : struct, IWidth
    {
        public static Routine Of<TCode>()
            where TCode : struct, ICode => Routine.Of<SelectRoutine<TOtherwise, W, TCode>>();
    }

    private readonly struct SelectRoutine<TOtherwise, W, TCode> : IRoutine
        where TOtherwise : struct, IOtherwise
        where W : struct, IWidth
        where TCode : struct, ICode
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong otherwise = TOtherwise.Do<E, W>(ref e, e.X(i.Rm));
            e.SetX(i.Rd, e.Select<W>(e.Cond(TCode.Value), e.X(i.Rn), otherwise));
            return Flow.Next;
        }
    }

    private readonly struct CompareForm<TOp, TImmediate, W> : IConditional
        where TOp : struct, IBinary
        where TImmediate : struct, IFlag
        where W : struct, IWidth
    {
        public static Routine Of<TCode>()
            where TCode : struct, ICode => Routine.Of<CompareRoutine<TOp, TImmediate, W, TCode>>();
    }

    private readonly struct CompareRoutine<TOp, TImmediate, W, TCode> : IRoutine
        where TOp : struct, IBinary
        where TImmediate : struct, IFlag
        where W : struct, IWidth
        where TCode : struct, ICode
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            Condition condition = e.Cond(TCode.Value);
            ulong m = TImmediate.Value ? e.Const(i.Imm) : e.X(i.Rm);
            TOp.Do<E, W>(ref e, e.X(i.Rn), m);
            e.SetNzcvUnless(condition, (uint)i.Imm2);
            return Flow.Next;
        }
    }

    private readonly struct Same : IOtherwise
    {
        public static ulong Do<E, W>(ref E e, ulong m)
            where E : struct, IEngine
            where W : struct, IWidth => m;
    }

    private readonly struct Incremented : IOtherwise
    {
        public static ulong Do<E, W>(ref E e, ulong m)
            where E : struct, IEngine
            where W : struct, IWidth => e.Add<W>(m, e.Const(1));
    }

    private readonly struct Inverted : IOtherwise
    {
        public static ulong Do<E, W>(ref E e, ulong m)
            where E : struct, IEngine
            where W : struct, IWidth => e.Not<W>(m);
    }

    private readonly struct Negated : IOtherwise
    {
        public static ulong Do<E, W>(ref E e, ulong m)
            where E : struct, IEngine
            where W : struct, IWidth => e.Sub<W>(e.Const(0), m);
    }
}
