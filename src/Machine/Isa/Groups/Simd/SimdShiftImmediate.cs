using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD shift by immediate (DDI 0487). With immh zero the word is of the modified immediate class.
/// </summary>
internal static class SimdShiftImmediate
{
    public static readonly Row[] Rows =
    [
        new("0 Q 0 011110 immh:4!=0000 immb:3 00000 1 Rn:5 Rd:5", "SSHR", SignedRight<ShiftRight>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 00000 1 Rn:5 Rd:5", "USHR", UnsignedRight<ShiftRight>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 00010 1 Rn:5 Rd:5", "SSRA", SignedRightInto<ShiftRightAdd>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 00010 1 Rn:5 Rd:5", "USRA", UnsignedRightInto<ShiftRightAdd>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 00100 1 Rn:5 Rd:5", "SRSHR", SignedRight<RoundingShiftRight>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 00100 1 Rn:5 Rd:5", "URSHR", UnsignedRight<RoundingShiftRight>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 00110 1 Rn:5 Rd:5", "SRSRA", SignedRightInto<RoundingShiftRightAdd>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 00110 1 Rn:5 Rd:5", "URSRA", UnsignedRightInto<RoundingShiftRightAdd>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 01000 1 Rn:5 Rd:5", "SRI", UnsignedRightInto<ShiftRightInsert>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 01010 1 Rn:5 Rd:5", "SHL", UnsignedLeft<ShiftLeft>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 01010 1 Rn:5 Rd:5", "SLI", UnsignedLeftInto<ShiftLeftInsert>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 01100 1 Rn:5 Rd:5", "SQSHLU", UnsignedSaturatingLeft<SaturatingShiftLeftUnsigned>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 01110 1 Rn:5 Rd:5", "SQSHL (immediate)", SignedSaturatingLeft<SaturatingShiftLeft>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 01110 1 Rn:5 Rd:5", "UQSHL (immediate)", UnsignedSaturatingLeft<SaturatingShiftLeft>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 10000 1 Rn:5 Rd:5", "SHRN, SHRN2", Narrow<ShiftRight>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 10000 1 Rn:5 Rd:5", "SQSHRUN, SQSHRUN2", SignedToUnsignedNarrow<ShiftRightNarrow>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 10001 1 Rn:5 Rd:5", "RSHRN, RSHRN2", Narrow<RoundingShiftRight>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 10001 1 Rn:5 Rd:5", "SQRSHRUN, SQRSHRUN2", SignedToUnsignedNarrow<RoundingShiftRightNarrow>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 10010 1 Rn:5 Rd:5", "SQSHRN, SQSHRN2", SignedNarrow<ShiftRightNarrow>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 10010 1 Rn:5 Rd:5", "UQSHRN, UQSHRN2", UnsignedNarrow<ShiftRightNarrow>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 10011 1 Rn:5 Rd:5", "SQRSHRN, SQRSHRN2", SignedNarrow<RoundingShiftRightNarrow>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 10011 1 Rn:5 Rd:5", "UQRSHRN, UQRSHRN2", UnsignedNarrow<RoundingShiftRightNarrow>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 10100 1 Rn:5 Rd:5", "SSHLL, SSHLL2", SignedLong<ShiftLeft>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 10100 1 Rn:5 Rd:5", "USHLL, USHLL2", UnsignedLong<ShiftLeft>),
    ];

    private static Routine? SignedRight<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Right(w, ref i) ? Pick.Signed<SameShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? UnsignedRight<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Right(w, ref i) ? Pick.Unsigned<SameShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? SignedRightInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => RightInto(w, ref i) ? Pick.Signed<SameShape2<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? UnsignedRightInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => RightInto(w, ref i) ? Pick.Unsigned<SameShape2<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? UnsignedLeft<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Left(w, ref i) ? Pick.Unsigned<SameShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? UnsignedLeftInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => LeftInto(w, ref i) ? Pick.Unsigned<SameShape2<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? SignedSaturatingLeft<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating1 => Left(w, ref i) ? Pick.Signed<SaturatingShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? UnsignedSaturatingLeft<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating1 => Left(w, ref i) ? Pick.Unsigned<SaturatingShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? Narrow<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Narrow(w, ref i) ? Pick.UnsignedWidening<NarrowShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? SignedNarrow<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, INarrowing => Narrow(w, ref i) ? Pick.SignedWidening<SaturatingNarrowShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? UnsignedNarrow<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, INarrowing => Narrow(w, ref i) ? Pick.UnsignedWidening<SaturatingNarrowShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? SignedToUnsignedNarrow<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, INarrowing => Narrow(w, ref i) ? Pick.SignedToUnsigned<SaturatingNarrowShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? SignedLong<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Long(w, ref i) ? Pick.SignedWidening<LongShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? UnsignedLong<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Long(w, ref i) ? Pick.UnsignedWidening<LongShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static bool Right(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Amount = ShiftFields.Right(w);
        return Vector(w, ref i);
    }

    private static bool RightInto(A64Word w, ref Instruction i)
    {
        OperandFields.DestinationFirst(w, ref i);
        i.Amount = ShiftFields.Right(w);
        return Vector(w, ref i);
    }

    private static bool Left(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Amount = ShiftFields.Left(w);
        return Vector(w, ref i);
    }

    private static bool LeftInto(A64Word w, ref Instruction i)
    {
        OperandFields.DestinationFirst(w, ref i);
        i.Amount = ShiftFields.Left(w);
        return Vector(w, ref i);
    }

    private static bool Narrow(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Amount = ShiftFields.Right(w);
        return Halves(w, ref i);
    }

    private static bool Long(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Amount = ShiftFields.Left(w);
        return Halves(w, ref i);
    }

    private static bool Vector(A64Word w, ref Instruction i)
    {
        i.Option = OperandFields.VectorBytes(w);
        return w.Q || ShiftFields.Size(w) < 3;
    }

    private static bool Halves(A64Word w, ref Instruction i)
    {
        i.Option = 16;
        i.Imm2 = w.Q ? 1 : 0;
        return ShiftFields.Size(w) < 3;
    }
}
