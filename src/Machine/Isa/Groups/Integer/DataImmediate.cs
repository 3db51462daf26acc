using System.Numerics;
using GdbHost.Machine.Common;

namespace GdbHost.Machine.Isa.Groups.Integer;

/// <summary>Data processing (immediate), DDI 0487; bit fields are in <see cref="Bitfield"/>.</summary>
internal static class DataImmediate
{
    public static readonly Row[] Rows =
    [
        // PC-relative addressing
        new("0 immlo:2 10000 immhi:19 Rd:5", "ADR", Adr),
        new("1 immlo:2 10000 immhi:19 Rd:5", "ADRP", Adrp),

        // Add/subtract (immediate)
        new("sf 00 100010 sh imm12:12 Rn:5 Rd:5", "ADD (immediate)", static (w, ref i) => AddSub<AddOp>(w, ref i, w.RdOrSp)),
        new("sf 01 100010 sh imm12:12 Rn:5 Rd:5", "ADDS (immediate)", static (w, ref i) => AddSub<AddsOp>(w, ref i, w.RdOrZr)),
        new("sf 10 100010 sh imm12:12 Rn:5 Rd:5", "SUB (immediate)", static (w, ref i) => AddSub<SubOp>(w, ref i, w.RdOrSp)),
        new("sf 11 100010 sh imm12:12 Rn:5 Rd:5", "SUBS (immediate)", static (w, ref i) => AddSub<SubsOp>(w, ref i, w.RdOrZr)),

        // Logical (immediate)
        new("sf 00 100100 N immr:6 imms:6 Rn:5 Rd:5", "AND (immediate)", static (w, ref i) => Logical<AndOp>(w, ref i, w.RdOrSp)),
        new("sf 01 100100 N immr:6 imms:6 Rn:5 Rd:5", "ORR (immediate)", static (w, ref i) => Logical<OrrOp>(w, ref i, w.RdOrSp)),
        new("sf 10 100100 N immr:6 imms:6 Rn:5 Rd:5", "EOR (immediate)", static (w, ref i) => Logical<EorOp>(w, ref i, w.RdOrSp)),
        new("sf 11 100100 N immr:6 imms:6 Rn:5 Rd:5", "ANDS (immediate)", static (w, ref i) => Logical<AndsOp>(w, ref i, w.RdOrZr)),

        // Move wide (immediate)
        new("sf 00 100101 hw:2 imm16:16 Rd:5", "MOVN", MoveNot),
        new("sf 10 100101 hw:2 imm16:16 Rd:5", "MOVZ", MoveZero),
        new("sf 11 100101 hw:2 imm16:16 Rd:5", "MOVK", MoveKeep),
    ];

    /// <summary>
    /// The bit mask of logical immediates (DDI 0487, DecodeBitMasks), or null for a reserved value.
    /// </summary>
    public static ulong? BitMask(bool n, uint imms, uint immr, bool is64)
    {
        uint lengthBits = (n ? 64u : 0) | (~imms & 63);
        int length = 31 - BitOperations.LeadingZeroCount(lengthBits);
        if (length < 1 || (n && !is64))
        {
            return null;
        }

        int size = 1 << length;
        uint levels = (uint)size - 1;
        int ones = (int)(imms & levels) + 1;
        int rotation = (int)(immr & levels);
        if (ones == size)
        {
            return null;
        }

        ulong element = ulong.MaxValue >> (64 - ones);
        ulong all = ulong.MaxValue >> (64 - size);
        ulong rotated = rotation == 0 ? element : ((element >> rotation) | (element << (size - rotation))) & all;
        ulong mask = rotated;
        for (int filled = size; filled < 64; filled *= 2)
        {
            mask |= mask << filled;
        }

        return is64 ? mask : (uint)mask;
    }

    private static ulong AdrImmediate(A64Word w) =>
        ((((ulong)w.Raw.Field(23, 5)) << 2) | w.Raw.Field(30, 29)).SignExtend(21);

    private static Routine Adr(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        i.Imm = AdrImmediate(w);
        return Routine.Of<AdrRoutine>();
    }

    private static Routine Adrp(A64Word w, ref Instruction i)
    {
        i.Rd = w.RdOrZr;
        i.Imm = AdrImmediate(w) << 12;
        return Routine.Of<AdrpRoutine>();
    }

    private static Routine AddSub<TOp>(A64Word w, ref Instruction i, byte destination)
        where TOp : struct, IBinary
    {
        i.Rd = destination;
        i.Rn = w.RnOrSp;
        i.Imm = w.Raw.Bit(22) ? w.Imm12 << 12 : w.Imm12;
        return w.Sf ? Routine.Of<WithImmediate<TOp, W64>>() : Routine.Of<WithImmediate<TOp, W32>>();
    }

    private static Routine? Logical<TOp>(A64Word w, ref Instruction i, byte destination)
        where TOp : struct, IBinary
    {
        if (BitMask(w.Raw.Bit(22), w.Imms, w.Immr, w.Sf) is not ulong mask)
        {
            return null;
        }

        i.Rd = destination;
        i.Rn = w.RnOrZr;
        i.Imm = mask;
        return w.Sf ? Routine.Of<WithImmediate<TOp, W64>>() : Routine.Of<WithImmediate<TOp, W32>>();
    }

    private static bool TryShift(A64Word w, ref Instruction i)
    {
        uint hw = w.Raw.Field(22, 21);
        i.Rd = w.RdOrZr;
        i.Amount = (byte)(hw * 16);
        i.Imm = (ulong)w.Imm16 << (int)(hw * 16);
        return w.Sf || hw < 2;
    }

    private static Routine? MoveZero(A64Word w, ref Instruction i) => TryShift(w, ref i) ? Routine.Of<Constant>() : null;

    private static Routine? MoveNot(A64Word w, ref Instruction i)
    {
        if (!TryShift(w, ref i))
        {
            return null;
        }

        i.Imm = w.Sf ? ~i.Imm : (uint)~i.Imm;
        return Routine.Of<Constant>();
    }

    private static Routine? MoveKeep(A64Word w, ref Instruction i) =>
        !TryShift(w, ref i) ? null : w.Sf ? Routine.Of<Keep<W64>>() : Routine.Of<Keep<W32>>();

    private readonly struct AdrRoutine : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.PcPlus(in i, i.Imm));
            return Flow.Next;
        }
    }

    private readonly struct AdrpRoutine : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.PagePlus(in i, i.Imm));
            return Flow.Next;
        }
    }

    private readonly struct Constant : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetX(i.Rd, e.Const(i.Imm));
            return Flow.Next;
        }
    }

    private readonly struct Keep<W> : IRoutine
        where W : struct, IWidth
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            ulong kept = e.And<W>(e.X(Slots.AsSource(i.Rd)), e.Const(~(0xffffUL << i.Amount)));
            e.SetX(i.Rd, e.Or<W>(kept, e.Const(i.Imm)));
            return Flow.Next;
        }
    }
}
