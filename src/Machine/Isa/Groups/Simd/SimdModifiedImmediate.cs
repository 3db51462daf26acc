using System.Runtime.Intrinsics;
using GdbHost.Machine.Common;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD modified immediate (DDI 0487). FMOV, cmode 1111, is with the floating-point immediates.
/// </summary>
internal static class SimdModifiedImmediate
{
    public static readonly Row[] Rows =
    [
        new("0 Q 0 0111100000 abc:3 0 amount:2 0 01 defgh:5 Rd:5", "MOVI, 32-bit shifted", Move<Shifted32>),
        new("0 Q 0 0111100000 abc:3 0 amount:2 1 01 defgh:5 Rd:5", "ORR (vector, immediate), 32-bit", Modify<Or, Shifted32>),
        new("0 Q 0 0111100000 abc:3 10 amount 0 01 defgh:5 Rd:5", "MOVI, 16-bit shifted", Move<Shifted16>),
        new("0 Q 0 0111100000 abc:3 10 amount 1 01 defgh:5 Rd:5", "ORR (vector, immediate), 16-bit", Modify<Or, Shifted16>),
        new("0 Q 0 0111100000 abc:3 110 amount 01 defgh:5 Rd:5", "MOVI, 32-bit shifting ones", Move<ShiftedOnes>),
        new("0 Q 0 0111100000 abc:3 1110 01 defgh:5 Rd:5", "MOVI, 8-bit", Move<Bytes>),
        new("0 Q 1 0111100000 abc:3 0 amount:2 0 01 defgh:5 Rd:5", "MVNI, 32-bit shifted", MoveInverted<Shifted32>),
        new("0 Q 1 0111100000 abc:3 0 amount:2 1 01 defgh:5 Rd:5", "BIC (vector, immediate), 32-bit", Modify<AndNot, Shifted32>),
        new("0 Q 1 0111100000 abc:3 10 amount 0 01 defgh:5 Rd:5", "MVNI, 16-bit shifted", MoveInverted<Shifted16>),
        new("0 Q 1 0111100000 abc:3 10 amount 1 01 defgh:5 Rd:5", "BIC (vector, immediate), 16-bit", Modify<AndNot, Shifted16>),
        new("0 Q 1 0111100000 abc:3 110 amount 01 defgh:5 Rd:5", "MVNI, 32-bit shifting ones", MoveInverted<ShiftedOnes>),
        new("0 Q 1 0111100000 abc:3 1110 01 defgh:5 Rd:5", "MOVI, 64-bit", Move<ByteMask>),
    ];

    private const ulong EachByte = 0x0101_0101_0101_0101;
    private const ulong EachHalfword = 0x0001_0001_0001_0001;
    private const ulong EachWord = 0x0000_0001_0000_0001;

    /// <summary>a:b:c:d:e:f:g:h.</summary>
    private static ulong Imm8(A64Word w) => (w.Raw.Field(18, 16) << 5) | w.Raw.Field(9, 5);

    private static Routine Move<TImm>(A64Word w, ref Instruction i)
        where TImm : struct, IExpansion
    {
        Operands(w, ref i, TImm.Of(w));
        return Routine.OfFp<MoveImmediate>();
    }

    private static Routine MoveInverted<TImm>(A64Word w, ref Instruction i)
        where TImm : struct, IExpansion
    {
        Operands(w, ref i, ~TImm.Of(w));
        return Routine.OfFp<MoveImmediate>();
    }

    private static Routine Modify<TOp, TImm>(A64Word w, ref Instruction i)
        where TOp : struct, IVector2
        where TImm : struct, IExpansion
    {
        Operands(w, ref i, TImm.Of(w));
        return Routine.OfFp<ModifyByImmediate<TOp>>();
    }

    private static void Operands(A64Word w, ref Instruction i, ulong imm)
    {
        i.Rd = w.Rd;
        i.Imm = imm;
        i.Option = OperandFields.VectorBytes(w);
    }

    private readonly struct MoveImmediate : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetQ(i.Rd, e.VectorConst(Vector128.Create(i.Imm, i.Option == 16 ? i.Imm : 0).AsByte()));
            return Flow.Next;
        }
    }

    private readonly struct ModifyByImmediate<TOp> : IRoutine
        where TOp : struct, IVector2
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            Vec imm = e.VectorConst(Vector128.Create(i.Imm).AsByte());
            Kept.To(ref e, in i, e.Vector<TOp>(e.Q(i.Rd), imm, 0));
            return Flow.Next;
        }
    }

    /// <summary>How cmode makes 64 bits of the immediate (DDI 0487, AdvSIMDExpandImm).</summary>
    private interface IExpansion
    {
        static abstract ulong Of(A64Word w);
    }

    private readonly struct Shifted32 : IExpansion
    {
        public static ulong Of(A64Word w) => (Imm8(w) << (int)(8 * w.Raw.Field(14, 13))) * EachWord;
    }

    private readonly struct Shifted16 : IExpansion
    {
        public static ulong Of(A64Word w) => (Imm8(w) << (int)(8 * w.Raw.Field(13, 13))) * EachHalfword;
    }

    /// <summary>Ones are shifted in, not zeros.</summary>
    private readonly struct ShiftedOnes : IExpansion
    {
        public static ulong Of(A64Word w)
        {
            int amount = w.Raw.Bit(12) ? 16 : 8;
            return ((Imm8(w) << amount) | ((1ul << amount) - 1)) * EachWord;
        }
    }

    private readonly struct Bytes : IExpansion
    {
        public static ulong Of(A64Word w) => Imm8(w) * EachByte;
    }

    /// <summary>Each bit of the immediate stands for a byte of ones or zeros.</summary>
    private readonly struct ByteMask : IExpansion
    {
        public static ulong Of(A64Word w)
        {
            ulong mask = 0;
            for (int bit = 0; bit < 8; bit++)
            {
                mask |= Imm8(w).Bit(bit) ? 0xfful << (8 * bit) : 0;
            }

            return mask;
        }
    }
}
