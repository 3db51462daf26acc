using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>Branches, DDI 0487: immediate, conditional, compare, test, register.</summary>
internal static class Branches
{
    private const RowTraits Ends = RowTraits.EndsBlock;

    public static readonly Row[] Rows =
    [
        new("0101010 0 imm19:19 0 cond:4", "B.cond", Conditional, Ends),
        new("0 00101 imm26:26", "B", static (w, ref i) => Immediate<Jump>(w, ref i), Ends),
        new("1 00101 imm26:26", "BL", static (w, ref i) => Immediate<Call>(w, ref i), Ends),
        new("sf 011010 0 imm19:19 Rt:5", "CBZ", Compare<Yes>, Ends),
        new("sf 011010 1 imm19:19 Rt:5", "CBNZ", Compare<No>, Ends),
        new("b5 011011 0 b40:5 imm14:14 Rt:5", "TBZ", Test<No>, Ends),
        new("b5 011011 1 b40:5 imm14:14 Rt:5", "TBNZ", Test<Yes>, Ends),
        new("1101011 0000 11111 000000 Rn:5 00000", "BR", Register<JumpTo>, Ends),
        new("1101011 0001 11111 000000 Rn:5 00000", "BLR", Register<CallTo>, Ends),
        new("1101011 0010 11111 000000 Rn:5 00000", "RET", Register<JumpTo>, Ends),
        new("1101011 0100 11111 000000 11111 00000", "ERET", static (_, ref _) => Routine.Of<CoreRoutine<ExceptionReturn>>(), Ends),

        // DRPS is UNDEFINED outside Debug state, which this core never enters: no row.
    ];

    private static Routine Immediate<T>(A64Word w, ref Instruction i)
        where T : struct, IRoutine
    {
        i.Imm = w.Imm26Offset;
        return Routine.Of<T>();
    }

    private static Routine Conditional(A64Word w, ref Instruction i)
    {
        i.Imm = w.Imm19Offset;
        return ConditionCodes.Pick<JumpIf>((int)w.Raw.Field(3, 0));
    }

    private static Routine Compare<TZero>(A64Word w, ref Instruction i)
        where TZero : struct, IFlag
    {
        i.Rn = w.RtOrZr;
        i.Imm = w.Imm19Offset;
        return w.Sf ? Routine.Of<JumpIfZero<TZero, W64>>() : Routine.Of<JumpIfZero<TZero, W32>>();
    }

    private static Routine Test<TSet>(A64Word w, ref Instruction i)
        where TSet : struct, IFlag
    {
        i.Rn = w.RtOrZr;
        i.Imm = w.Imm14Offset;
        i.Amount = (byte)((w.Raw.Field(31, 31) << 5) | w.Raw.Field(23, 19));
        return Routine.Of<JumpIfBit<TSet>>();
    }

    private static Routine Register<T>(A64Word w, ref Instruction i)
        where T : struct, IRoutine
    {
        i.Rn = w.RnOrZr;
        return Routine.Of<T>();
    }

    private readonly struct Jump : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine => e.Branch(in i, i.Imm);
    }

    private readonly struct Call : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(30, e.PcPlus(in i, 4));
            return e.Branch(in i, i.Imm);
        }
    }

    private readonly struct JumpIf : IConditional
    {
        public static Routine Of<TCode>()
            where TCode : struct, ICode => Routine.Of<JumpIf<TCode>>();
    }

    private readonly struct JumpIf<TCode> : IRoutine
        where TCode : struct, ICode
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine => e.BranchIf(e.Cond(TCode.Value), in i, i.Imm);
    }

    private readonly struct JumpIfZero<TZero, W> : IRoutine
        where TZero : struct, IFlag
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong value = e.X(i.Rn);
            return e.BranchIf(TZero.Value ? e.IsZero<W>(value) : e.IsNotZero<W>(value), in i, i.Imm);
        }
    }

    private readonly struct JumpIfBit<TSet> : IRoutine
        where TSet : struct, IFlag
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong value = e.X(i.Rn);
            return e.BranchIf(TSet.Value ? e.BitIsSet(value, i.Amount) : e.BitIsClear(value, i.Amount), in i, i.Imm);
        }
    }

    private readonly struct JumpTo : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine => e.BranchTo(e.X(i.Rn));
    }

    private readonly struct CallTo : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong target = e.X(i.Rn);
            e.SetX(30, e.PcPlus(in i, 4));
            return e.BranchTo(target);
        }
    }

    private readonly struct ExceptionReturn : ICoreCall
    {
        public static Flow Do(ICore core, in Instruction i) => core.ExceptionReturn(in i);
    }
}
