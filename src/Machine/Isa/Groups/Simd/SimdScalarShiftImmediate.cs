using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Isa.Groups.Simd;

/// <summary>
/// Advanced SIMD scalar shift by immediate (DDI 0487). The forms that neither saturate nor narrow exist for 64 bits only.
/// </summary>
internal static class SimdScalarShiftImmediate
{
    public static readonly Row[] Rows =
    [
        new("01 0 111110 immh:4!=0000 immb:3 00000 1 Rn:5 Rd:5", "SSHR, scalar", SignedRight<ShiftRight>),
        new("01 1 111110 immh:4!=0000 immb:3 00000 1 Rn:5 Rd:5", "USHR, scalar", UnsignedRight<ShiftRight>),
        new("01 0 111110 immh:4!=0000 immb:3 00010 1 Rn:5 Rd:5", "SSRA, scalar", SignedRightInto<ShiftRightAdd>),
        new("01 1 111110 immh:4!=0000 immb:3 00010 1 Rn:5 Rd:5", "USRA, scalar", UnsignedRightInto<ShiftRightAdd>),
        new("01 0 111110 immh:4!=0000 immb:3 00100 1 Rn:5 Rd:5", "SRSHR, scalar", SignedRight<RoundingShiftRight>),
        new("01 1 111110 immh:4!=0000 immb:3 00100 1 Rn:5 Rd:5", "URSHR, scalar", UnsignedRight<RoundingShiftRight>),
        new("01 0 111110 immh:4!=0000 immb:3 00110 1 Rn:5 Rd:5", "SRSRA, scalar", SignedRightInto<RoundingShiftRightAdd>),
        new("01 1 111110 immh:4!=0000 immb:3 00110 1 Rn:5 Rd:5", "URSRA, scalar", UnsignedRightInto<RoundingShiftRightAdd>),
        new("01 1 111110 immh:4!=0000 immb:3 01000 1 Rn:5 Rd:5", "SRI, scalar", UnsignedRightInto<ShiftRightInsert>),
        new("01 0 111110 immh:4!=0000 immb:3 01010 1 Rn:5 Rd:5", "SHL, scalar", UnsignedLeft<ShiftLeft>),
        new("01 1 111110 immh:4!=0000 immb:3 01010 1 Rn:5 Rd:5", "SLI, scalar", UnsignedLeftInto<ShiftLeftInsert>),
        new("01 1 111110 immh:4!=0000 immb:3 01100 1 Rn:5 Rd:5", "SQSHLU, scalar", UnsignedSaturatingLeft<SaturatingShiftLeftUnsigned>),
        new("01 0 111110 immh:4!=0000 immb:3 01110 1 Rn:5 Rd:5", "SQSHL (immediate), scalar", SignedSaturatingLeft<SaturatingShiftLeft>),
        new("01 1 111110 immh:4!=0000 immb:3 01110 1 Rn:5 Rd:5", "UQSHL (immediate), scalar", UnsignedSaturatingLeft<SaturatingShiftLeft>),
        new("01 1 111110 immh:4!=0000 immb:3 10000 1 Rn:5 Rd:5", "SQSHRUN, scalar", SignedToUnsignedNarrow<ShiftRightNarrow>),
        new("01 1 111110 immh:4!=0000 immb:3 10001 1 Rn:5 Rd:5", "SQRSHRUN, scalar", SignedToUnsignedNarrow<RoundingShiftRightNarrow>),
        new("01 0 111110 immh:4!=0000 immb:3 10010 1 Rn:5 Rd:5", "SQSHRN, scalar", SignedNarrow<ShiftRightNarrow>),
        new("01 1 111110 immh:4!=0000 immb:3 10010 1 Rn:5 Rd:5", "UQSHRN, scalar", UnsignedNarrow<ShiftRightNarrow>),
        new("01 0 111110 immh:4!=0000 immb:3 10011 1 Rn:5 Rd:5", "SQRSHRN, scalar", SignedNarrow<RoundingShiftRightNarrow>),
        new("01 1 111110 immh:4!=0000 immb:3 10011 1 Rn:5 Rd:5", "UQRSHRN, scalar", UnsignedNarrow<RoundingShiftRightNarrow>),
    ];

    private static Routine? SignedRight<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Right(w, ref i) ? SameShape1<TOp>.Of<long>() : null;

    private static Routine? UnsignedRight<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Right(w, ref i) ? SameShape1<TOp>.Of<ulong>() : null;

    private static Routine? SignedRightInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => RightInto(w, ref i) ? SameShape2<TOp>.Of<long>() : null;

    private static Routine? UnsignedRightInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => RightInto(w, ref i) ? SameShape2<TOp>.Of<ulong>() : null;

    private static Routine? UnsignedLeft<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes1 => Left(w, ref i) ? SameShape1<TOp>.Of<ulong>() : null;

    private static Routine? UnsignedLeftInto<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ILanes2 => LeftInto(w, ref i) ? SameShape2<TOp>.Of<ulong>() : null;

    private static Routine SignedSaturatingLeft<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating1
    {
        SaturatingLeft(w, ref i);
        return Pick.Signed<SaturatingShape1<TOp>>(ShiftFields.Size(w));
    }

    private static Routine UnsignedSaturatingLeft<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, ISaturating1
    {
        SaturatingLeft(w, ref i);
        return Pick.Unsigned<SaturatingShape1<TOp>>(ShiftFields.Size(w));
    }

    private static Routine? SignedNarrow<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, INarrowing =>
        Narrow(w, ref i) ? Pick.SignedWidening<SaturatingNarrowScalarShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? UnsignedNarrow<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, INarrowing =>
        Narrow(w, ref i) ? Pick.UnsignedWidening<SaturatingNarrowScalarShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static Routine? SignedToUnsignedNarrow<TOp>(A64Word w, ref Instruction i)
        where TOp : struct, INarrowing =>
        Narrow(w, ref i) ? Pick.SignedToUnsigned<SaturatingNarrowScalarShape1<TOp>>(ShiftFields.Size(w)) : null;

    private static bool Right(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Amount = ShiftFields.Right(w);
        return DoubleWord(w, ref i);
    }

    private static bool RightInto(A64Word w, ref Instruction i)
    {
        OperandFields.DestinationFirst(w, ref i);
        i.Amount = ShiftFields.Right(w);
        return DoubleWord(w, ref i);
    }

    private static bool Left(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Amount = ShiftFields.Left(w);
        return DoubleWord(w, ref i);
    }

    private static bool LeftInto(A64Word w, ref Instruction i)
    {
        OperandFields.DestinationFirst(w, ref i);
        i.Amount = ShiftFields.Left(w);
        return DoubleWord(w, ref i);
    }

    private static void SaturatingLeft(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Amount = ShiftFields.Left(w);
        i.Option = (byte)(1 << ShiftFields.Size(w));
    }

    private static bool Narrow(A64Word w, ref Instruction i)
    {
        OperandFields.Registers(w, ref i);
        i.Amount = ShiftFields.Right(w);
        i.Option = (byte)(1 << ShiftFields.Size(w));
        return ShiftFields.Size(w) < 3;
    }

    private static bool DoubleWord(A64Word w, ref Instruction i)
    {
        i.Option = 8;
        return ShiftFields.Size(w) == 3;
    }
}
