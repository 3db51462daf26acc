using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>Data processing (register) with two operands, DDI 0487: logical, add and subtract.</summary>
internal static class DataRegister
{
    public static readonly Row[] Rows =
    [
        // Logical (shifted register)
        new("sf 00 01010 shift:2 0 Rm:5 imm6:6 Rn:5 Rd:5", "AND (shifted register)", Logical<AndOp>),
        new("sf 00 01010 shift:2 1 Rm:5 imm6:6 Rn:5 Rd:5", "BIC (shifted register)", Logical<BicOp>),
        new("sf 01 01010 shift:2 0 Rm:5 imm6:6 Rn:5 Rd:5", "ORR (shifted register)", Logical<OrrOp>),
        new("sf 01 01010 shift:2 1 Rm:5 imm6:6 Rn:5 Rd:5", "ORN (shifted register)", Logical<OrnOp>),
        new("sf 10 01010 shift:2 0 Rm:5 imm6:6 Rn:5 Rd:5", "EOR (shifted register)", Logical<EorOp>),
        new("sf 10 01010 shift:2 1 Rm:5 imm6:6 Rn:5 Rd:5", "EON (shifted register)", Logical<EonOp>),
        new("sf 11 01010 shift:2 0 Rm:5 imm6:6 Rn:5 Rd:5", "ANDS (shifted register)", Logical<AndsOp>),
        new("sf 11 01010 shift:2 1 Rm:5 imm6:6 Rn:5 Rd:5", "BICS (shifted register)", Logical<BicsOp>),

        // Add/subtract (shifted register): shift 11 is reserved
        new("sf 00 01011 shift:2!=11 0 Rm:5 imm6:6 Rn:5 Rd:5", "ADD (shifted register)", Shifted<AddOp>),
        new("sf 01 01011 shift:2!=11 0 Rm:5 imm6:6 Rn:5 Rd:5", "ADDS (shifted register)", Shifted<AddsOp>),
        new("sf 10 01011 shift:2!=11 0 Rm:5 imm6:6 Rn:5 Rd:5", "SUB (shifted register)", Shifted<SubOp>),
        new("sf 11 01011 shift:2!=11 0 Rm:5 imm6:6 Rn:5 Rd:5", "SUBS (shifted register)", Shifted<SubsOp>),

        // Add/subtract (extended register): a shift above 4 is reserved
        new("sf 00 01011 00 1 Rm:5 option:3 imm3:3 Rn:5 Rd:5", "ADD (extended register)", Extended<AddOp, No>),
        new("sf 01 01011 00 1 Rm:5 option:3 imm3:3 Rn:5 Rd:5", "ADDS (extended register)", Extended<AddsOp, Yes>),
        new("sf 10 01011 00 1 Rm:5 option:3 imm3:3 Rn:5 Rd:5", "SUB (extended register)", Extended<SubOp, No>),
        new("sf 11 01011 00 1 Rm:5 option:3 imm3:3 Rn:5 Rd:5", "SUBS (extended register)", Extended<SubsOp, Yes>),

        // Add/subtract (with carry)
        new("sf 00 11010000 Rm:5 000000 Rn:5 Rd:5", "ADC", Plain<AdcOp>),
        new("sf 01 11010000 Rm:5 000000 Rn:5 Rd:5", "ADCS", Plain<AdcsOp>),
        new("sf 10 11010000 Rm:5 000000 Rn:5 Rd:5", "SBC", Plain<SbcOp>),
        new("sf 11 11010000 Rm:5 000000 Rn:5 Rd:5", "SBCS", Plain<SbcsOp>),

        // Data processing (2 source)
        new("sf 00 11010110 Rm:5 000010 Rn:5 Rd:5", "UDIV", Plain<UdivOp>),
        new("sf 00 11010110 Rm:5 000011 Rn:5 Rd:5", "SDIV", Plain<SdivOp>),
        new("sf 00 11010110 Rm:5 001000 Rn:5 Rd:5", "LSLV", Plain<LslvOp>),
        new("sf 00 11010110 Rm:5 001001 Rn:5 Rd:5", "LSRV", Plain<LsrvOp>),
        new("sf 00 11010110 Rm:5 001010 Rn:5 Rd:5", "ASRV", Plain<AsrvOp>),
        new("sf 00 11010110 Rm:5 001011 Rn:5 Rd:5", "RORV", Plain<RorvOp>),
    ];

    private static void Registers(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        i.Rn = w.RnOrZr;
        i.Rm = w.RmOrZr;
    }

    private static Routine Plain<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IBinary
    {
        Registers(w, ref i);
        return w.Sf ? Routine.Of<WithRegister<TOp, W64>>() : Routine.Of<WithRegister<TOp, W32>>();
    }

    private static Routine? Shifted<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IBinary
    {
        Registers(w, ref i);
        i.Amount = (byte)w.Imm6;
        i.Option = (byte)w.Raw.Field(23, 22);
        if (!w.Sf && w.Imm6 > 31)
        {
            return null;
        }

        if (w.Imm6 == 0)
        {
            return w.Sf ? Routine.Of<WithRegister<TOp, W64>>() : Routine.Of<WithRegister<TOp, W32>>();
        }

        if (i.Option == 0)
        {
            return w.Sf ? Routine.Of<WithLslRegister<TOp, W64>>() : Routine.Of<WithLslRegister<TOp, W32>>();
        }

        return w.Sf ? Routine.Of<WithShiftedRegister<TOp, W64>>() : Routine.Of<WithShiftedRegister<TOp, W32>>();
    }

    private static Routine? Logical<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, IBinary
    {
        Routine? general = Shifted<TOp>(w, ref i);
        bool isMove = typeof(TOp) == typeof(OrrOp) && i.Rn == Slots.Zero && i.Amount == 0;
        return general is null || !isMove ? general : w.Sf ? Routine.Of<Move<W64>>() : Routine.Of<Move<W32>>();
    }

    private static Routine? Extended<TOp, TFlags>(A64Word w, ref Instruction i)
        where TOp : struct, IBinary
        where TFlags : struct, IFlag
    {
        i.Rd = TFlags.Value ? w.RdOrZr : w.RdOrSp;
        i.Rn = w.RnOrSp;
        i.Rm = w.RmOrZr;
        i.Option = w.Option;
        i.Amount = (byte)w.Raw.Field(12, 10);
        return i.Amount > 4 ? null
            : w.Sf ? Routine.Of<WithExtendedRegister<TOp, W64>>()
            : Routine.Of<WithExtendedRegister<TOp, W32>>();
    }

    private readonly struct Move<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, W.Is64 ? e.X(i.Rm) : e.ZeroExtend(e.X(i.Rm), 32));
            return Flow.Next;
        }
    }
}
