using System.Runtime.Intrinsics;
using GdbHost.Machine.Isa.Fp;

namespace GdbHost.Machine.Isa.Groups.FloatingPoint;

/// <summary>
/// Advanced SIMD modified immediate, FMOV (cmode 1111), and shift by immediate, the conversions between floating-point
/// and fixed-point, vector and scalar, DDI 0487.
/// </summary>
internal static class SimdFpImmediate
{
    public static readonly Row[] Rows =
    [
        // Advanced SIMD modified immediate; op = 1 with Q = 0 is reserved
        new("0 Q 0 0111100000 abc:3 1111 01 defgh:5 Rd:5", "FMOV (vector, immediate), single", ConstantSingle),
        new("0 1 1 0111100000 abc:3 1111 01 defgh:5 Rd:5", "FMOV (vector, immediate), double", ConstantDouble),

        // Advanced SIMD shift by immediate; immh = 0000 is modified immediate
        new("0 Q 0 011110 immh:4!=0000 immb:3 11100 1 Rn:5 Rd:5", "SCVTF (vector, fixed-point)", Each<FromInteger, ByFpcr, No>),
        new("0 Q 0 011110 immh:4!=0000 immb:3 11111 1 Rn:5 Rd:5", "FCVTZS (vector, fixed-point)", Each<ToInteger, Truncate, No>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 11100 1 Rn:5 Rd:5", "UCVTF (vector, fixed-point)", Each<FromInteger, ByFpcr, Yes>),
        new("0 Q 1 011110 immh:4!=0000 immb:3 11111 1 Rn:5 Rd:5", "FCVTZU (vector, fixed-point)", Each<ToInteger, Truncate, Yes>),

        // Advanced SIMD scalar shift by immediate
        new("01 0 111110 immh:4!=0000 immb:3 11100 1 Rn:5 Rd:5", "SCVTF (vector, fixed-point, scalar)", Low<FromInteger, ByFpcr, No>),
        new("01 0 111110 immh:4!=0000 immb:3 11111 1 Rn:5 Rd:5", "FCVTZS (vector, fixed-point, scalar)", Low<ToInteger, Truncate, No>),
        new("01 1 111110 immh:4!=0000 immb:3 11100 1 Rn:5 Rd:5", "UCVTF (vector, fixed-point, scalar)", Low<FromInteger, ByFpcr, Yes>),
        new("01 1 111110 immh:4!=0000 immb:3 11111 1 Rn:5 Rd:5", "FCVTZU (vector, fixed-point, scalar)", Low<ToInteger, Truncate, Yes>),
    ];

    private static Routine ConstantSingle(A64Word w, ref Instruction i)
    {
        ulong element = FpImmediate.Expand<FpSingle>(Imm8(w));
        return Constant(w, ref i, (element << 32) | element);
    }

    private static Routine ConstantDouble(A64Word w, ref Instruction i) => Constant(w, ref i, FpImmediate.Expand<FpDouble>(Imm8(w)));

    private static Routine Constant(A64Word w, ref Instruction i, ulong half)
    {
        i.Rd = w.Rd;
        i.Imm = half;
        return w.Q ? Routine.OfFp<SetBothHalves>() : Routine.OfFp<SetLowHalf>();
    }

    private static uint Imm8(A64Word w) => (w.Abc << 5) | w.Defgh;

    private static Routine? Each<TOp, TMode, TUnsigned>(A64Word w, ref Instruction i)
        where TOp : struct, IFpUnary
        where TMode : struct, IRoundingMode
        where TUnsigned : struct, IFlag
    {
        FpForms.Registers(w, ref i);
        int operand = RoundingChoice.Of<TMode>(TUnsigned.Value, fractionBits: FractionBits(w)).Raw;
        switch (Width(w))
        {
            case 32:
                i.Imm2 = LaneChoice.Of(w.Q ? 4 : 2, operand).Raw;
                return Routine.OfFp<VectorOne<EachLane1<FpSingle, TOp>>>();
            case 64 when w.Q:
                i.Imm2 = LaneChoice.Of(2, operand).Raw;
                return Routine.OfFp<VectorOne<EachLane1<FpDouble, TOp>>>();
            default:
                return null;
        }
    }

    private static Routine? Low<TOp, TMode, TUnsigned>(A64Word w, ref Instruction i)
        where TOp : struct, IFpUnary
        where TMode : struct, IRoundingMode
        where TUnsigned : struct, IFlag
    {
        FpForms.Registers(w, ref i);
        i.Imm2 = RoundingChoice.Of<TMode>(TUnsigned.Value, fractionBits: FractionBits(w)).Raw;
        return Width(w) switch
        {
            32 => Routine.OfFp<One<Scalar1<FpSingle, TOp>>>(),
            64 => Routine.OfFp<One<Scalar1<FpDouble, TOp>>>(),
            _ => null,
        };
    }

    // immh 1xxx is double, 01xx single; 001x is half (later than Armv8.0) and 0001 reserved.
    private static int Width(A64Word w) => w.Immh switch
    {
        >= 8 => 64,
        >= 4 => 32,
        _ => 0,
    };

    private static int FractionBits(A64Word w) => (2 * Width(w)) - (int)((w.Immh << 3) | w.Immb);

    private readonly struct SetLowHalf : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetD(i.Rd, e.Const(i.Imm));
            return Flow.Next;
        }
    }

    private readonly struct SetBothHalves : IRoutine
    {
        public static Flow Execute<E>(ref E e, in Instruction i)
            where E : struct, IEngine
        {
            e.SetQ(i.Rd, e.VectorConst(Vector128.Create(i.Imm).AsByte()));
            return Flow.Next;
        }
    }
}
