using GdbHost.Machine.Common;

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
        i.Option = w.Cond;
        return w.Sf ? Routine.Of<SelectRoutine<TOtherwise, W64>>() : Routine.Of<SelectRoutine<TOtherwise, W32>>();
    }

    private static Routine Compare<TOp, TImmediate>(A64Word w, ref Instruction i)
        where TOp : struct, IBinary
        where TImmediate : struct, IFlag
    {
        i.Rn = w.RnOrZr;
        i.Rm = w.RmOrZr;
        i.Imm = w.Rm;
        i.Option = w.Cond;
        i.Imm2 = (int)(w.Raw.Field(3, 0) << 28);
        return w.Sf ? Routine.Of<CompareRoutine<TOp, TImmediate, W64>>() : Routine.Of<CompareRoutine<TOp, TImmediate, W32>>();
    }

    private readonly struct SelectRoutine<TOtherwise, W> : IRoutine
        where TOtherwise : struct, IOtherwise
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong otherwise = TOtherwise.Do<E, W>(ref e, e.X(i.Rm));
            e.SetX(i.Rd, e.Select<W>(e.Cond(i.Option), e.X(i.Rn), otherwise));
            return Flow.Next;
        }
    }

    private readonly struct CompareRoutine<TOp, TImmediate, W> : IRoutine
        where TOp : struct, IBinary
        where TImmediate : struct, IFlag
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            Condition condition = e.Cond(i.Option);
            ulong m = TImmediate.Value ? e.Const(i.Imm) : e.X(i.Rm);
            TOp.Do<E, W>(ref e, e.X(i.Rn), m);
            e.SetNzcv(e.Select<W64>(condition, e.Nzcv(), e.Const((uint)i.Imm2)));
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
