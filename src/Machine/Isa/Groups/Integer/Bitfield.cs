using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>
/// Bitfield and extract, DDI 0487. The aliases LSL, LSR, ASR, UXTx and SXTx are what compilers emit; they get
/// routines of one operation.
/// </summary>
internal static class Bitfield
{
    public static readonly Row[] Rows =
    [
        // Bitfield: N equals sf, and the 32-bit form has immr<5> and imms<5> clear.
        new("sf 00 100110 N immr:6 imms:6 Rn:5 Rd:5", "SBFM", Signed),
        new("sf 01 100110 N immr:6 imms:6 Rn:5 Rd:5", "BFM", Insert),
        new("sf 10 100110 N immr:6 imms:6 Rn:5 Rd:5", "UBFM", Unsigned),

        // Extract
        new("sf 00 100111 N 0 Rm:5 imms:6 Rn:5 Rd:5", "EXTR", Extract),
    ];

    private static bool IsReserved(A64Word w) => w.Raw.Bit(22) != w.Sf || (!w.Sf && (w.Immr > 31 || w.Imms > 31));

    private static bool TryOperands(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        i.Rn = w.RnOrZr;
        return !IsReserved(w);
    }

    private static Routine Pick<T32, T64>(A64Word w)
        where T32 : struct, IRoutine
        where T64 : struct, IRoutine => w.Sf ? Routine.Of<T64>() : Routine.Of<T32>();

    /// <summary>A field is moved by shifting it to the top and back down: left by Amount, then right by Option.</summary>
    private static void Shifts(A64Word w, ref Instruction i)
    {
        int top = w.Sf ? 63 : 31;
        int high = (int)w.Imms;
        int rotation = (int)w.Immr;
        i.Amount = (byte)(top - high);
        i.Option = (byte)(high >= rotation ? top - high + rotation : rotation - high - 1);
    }

    private static Routine? Unsigned(A64Word w, ref Instruction i)
    {
        if (!TryOperands(w, ref i))
        {
            return null;
        }

        uint top = w.Sf ? 63u : 31u;
        if (w.Imms == top)
        {
            i.Amount = (byte)w.Immr;
            return Pick<ShiftRight<W32>, ShiftRight<W64>>(w);
        }

        if (w.Imms + 1 == w.Immr)
        {
            i.Amount = (byte)(top - w.Imms);
            return Pick<ShiftLeft<W32>, ShiftLeft<W64>>(w);
        }

        if (w.Immr == 0)
        {
            i.Imm = ulong.MaxValue >> (int)(63 - w.Imms);
            return Pick<WithImmediate<AndOp, W32>, WithImmediate<AndOp, W64>>(w);
        }

        Shifts(w, ref i);
        return Pick<UnsignedField<W32>, UnsignedField<W64>>(w);
    }

    private static Routine? Signed(A64Word w, ref Instruction i)
    {
        if (!TryOperands(w, ref i))
        {
            return null;
        }

        if (w.Imms == (w.Sf ? 63u : 31u))
        {
            i.Amount = (byte)w.Immr;
            return Pick<ShiftRightSigned<W32>, ShiftRightSigned<W64>>(w);
        }

        if (w.Immr == 0 && (w.Imms is 7 or 15 or 31))
        {
            i.Amount = (byte)(w.Imms + 1);
            return Pick<SignExtension<W32>, SignExtension<W64>>(w);
        }

        Shifts(w, ref i);
        return Pick<SignedField<W32>, SignedField<W64>>(w);
    }

    private static Routine? Insert(A64Word w, ref Instruction i)
    {
        if (!TryOperands(w, ref i))
        {
            return null;
        }

        // Imm: the bits of the destination that the field replaces, after rotation of the source by Amount.
        int width = w.Sf ? 64 : 32;
        bool extracts = w.Imms >= w.Immr;
        int count = extracts ? (int)(w.Imms - w.Immr) + 1 : (int)w.Imms + 1;
        int at = extracts ? 0 : width - (int)w.Immr;
        i.Imm = (ulong.MaxValue >> (64 - count)) << at;
        i.Amount = (byte)w.Immr;
        return Pick<InsertField<W32>, InsertField<W64>>(w);
    }

    private static Routine? Extract(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        i.Rn = w.RnOrZr;
        i.Rm = w.RmOrZr;
        i.Amount = (byte)w.Imms;
        bool reserved = w.Raw.Bit(22) != w.Sf || (!w.Sf && w.Imms > 31);
        if (reserved)
        {
            return null;
        }

        if (i.Rn == i.Rm)
        {
            return Pick<Rotate<W32>, Rotate<W64>>(w);
        }

        return w.Imms == 0 ? Pick<MoveLow<W32>, MoveLow<W64>>(w) : Pick<ExtractPair<W32>, ExtractPair<W64>>(w);
    }

    private readonly struct ShiftRight<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Lsr<W>(e.X(i.Rn), i.Amount));
            return Flow.Next;
        }
    }

    private readonly struct ShiftRightSigned<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Asr<W>(e.X(i.Rn), i.Amount));
            return Flow.Next;
        }
    }

    private readonly struct ShiftLeft<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Lsl<W>(e.X(i.Rn), i.Amount));
            return Flow.Next;
        }
    }

    private readonly struct SignExtension<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.SignExtend<W>(e.X(i.Rn), i.Amount));
            return Flow.Next;
        }
    }

    private readonly struct UnsignedField<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Lsr<W>(e.Lsl<W>(e.X(i.Rn), i.Amount), i.Option));
            return Flow.Next;
        }
    }

    private readonly struct SignedField<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Asr<W>(e.Lsl<W>(e.X(i.Rn), i.Amount), i.Option));
            return Flow.Next;
        }
    }

    private readonly struct InsertField<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong field = e.And<W>(e.Ror<W>(e.X(i.Rn), i.Amount), e.Const(i.Imm));
            ulong kept = e.And<W>(e.X(Slots.AsSource(i.Rd)), e.Const(~i.Imm));
            e.SetX(i.Rd, e.Or<W>(kept, field));
            return Flow.Next;
        }
    }

    private readonly struct Rotate<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Ror<W>(e.X(i.Rn), i.Amount));
            return Flow.Next;
        }
    }

    private readonly struct MoveLow<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Lsr<W>(e.X(i.Rm), 0));
            return Flow.Next;
        }
    }

    private readonly struct ExtractPair<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            int width = W.Is64 ? 64 : 32;
            ulong low = e.Lsr<W>(e.X(i.Rm), i.Amount);
            ulong high = e.Lsl<W>(e.X(i.Rn), width - i.Amount);
            e.SetX(i.Rd, e.Or<W>(low, high));
            return Flow.Next;
        }
    }
}
