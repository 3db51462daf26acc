using System;
using System.Collections.Generic;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Integer operations on elements of one width.</summary>
internal static class LaneForms
{
    /// <summary>Operations of two vectors, by element type; null where the host has no short form.</summary>
    private static readonly Dictionary<Type, Func<Lane, Emit2?>> Two = new()
    {
        [typeof(Add)] = static lane => Plain(Avx.Padd[lane.Size]),
        [typeof(Subtract)] = static lane => Plain(Avx.Psub[lane.Size]),
        [typeof(Multiply)] = LaneMultiply.Product,
        [typeof(Maximum)] = static lane => lane.Size < Lane.D ? Plain((lane.Signed ? Avx.Pmaxs : Avx.Pmaxu)[lane.Size]) : null,
        [typeof(Minimum)] = static lane => lane.Size < Lane.D ? Plain((lane.Signed ? Avx.Pmins : Avx.Pminu)[lane.Size]) : null,
        [typeof(AbsoluteDifference)] = Difference,
        [typeof(HalvingAdd)] = LaneHalving.Add,
        [typeof(RoundingHalvingAdd)] = LaneHalving.RoundingAdd,
        [typeof(HalvingSubtract)] = LaneHalving.Subtract,
        [typeof(Greater)] = LaneCompare.Greater,
        [typeof(GreaterOrEqual)] = LaneCompare.GreaterOrEqual,
        [typeof(Same)] = static lane => Plain(Avx.Pcmpeq[lane.Size]),
        [typeof(CommonBits)] = LaneCompare.CommonBits,
        [typeof(Each2<ShiftBy>)] = LaneShifts.ByVector,
        [typeof(ShiftRightAdd)] = static lane => LaneShifts.Into(Avx.Padd[lane.Size], LaneShifts.Right(lane)),
        [typeof(RoundingShiftRightAdd)] = static lane => LaneShifts.Into(Avx.Padd[lane.Size], LaneShifts.RoundingRight(lane)),
        [typeof(ShiftLeftInsert)] = LaneShifts.LeftInsert,
        [typeof(ShiftRightInsert)] = LaneShifts.RightInsert,
        [typeof(AddLongPairwiseAdd)] = static lane => LaneShifts.Into(Avx.Padd[lane.Size], LanePairs.AddLong(lane)),
        [typeof(RoundingAdd)] = static lane => LaneHalving.RoundedHigh(Avx.Padd, lane),
        [typeof(RoundingSubtract)] = static lane => LaneHalving.RoundedHigh(Avx.Psub, lane),
        [typeof(Unzip<No>)] = static lane => LanePairs.Unzip(lane, odd: false),
        [typeof(Unzip<Yes>)] = static lane => LanePairs.Unzip(lane, odd: true),
        [typeof(Zip<No>)] = static lane => Plain(Avx.Punpckl[lane.Size]),
        [typeof(Zip<Yes>)] = LanePairs.ZipUpper,
        [typeof(Transpose<No>)] = LanePairs.TransposeEven,
        [typeof(Transpose<Yes>)] = LanePairs.TransposeOdd,
    };

    private static readonly Dictionary<Type, Func<Lane, Emit1?>> One = new()
    {
        [typeof(Negate)] = static lane => (w, d, a, imm) =>
        {
            w.Zero(FormWriter.T0);
            w.Op(Avx.Psub[lane.Size], d, FormWriter.T0, a);
        },
        [typeof(Absolute)] = Magnitude,
        [typeof(GreaterThanZero)] = static lane => LaneCompare.WithZero(lane, zeroFirst: false, inverted: false),
        [typeof(GreaterOrEqualZero)] = static lane => LaneCompare.WithZero(lane, zeroFirst: true, inverted: true),
        [typeof(LessOrEqualZero)] = static lane => LaneCompare.WithZero(lane, zeroFirst: false, inverted: true),
        [typeof(LessThanZero)] = static lane => LaneCompare.WithZero(lane, zeroFirst: true, inverted: false),
        [typeof(EqualZero)] = static lane => (w, d, a, imm) =>
        {
            w.Zero(FormWriter.T0);
            w.Op(Avx.Pcmpeq[lane.Size], d, FormWriter.T0, a);
        },
        [typeof(ShiftLeft)] = static lane => (w, d, a, imm) => w.ShiftLeft(lane.Size, d, a, imm),
        [typeof(ShiftRight)] = LaneShifts.Right,
        [typeof(RoundingShiftRight)] = LaneShifts.RoundingRight,
        [typeof(AddLongPairwise)] = LanePairs.AddLong,
        [typeof(ReverseElements)] = LanePairs.Reverse,
        [typeof(Each1<CountOnes>)] = static _ => LaneBits.CountOnes,
        [typeof(Each1<ReverseBits>)] = static _ => LaneBits.Reverse,
    };

    public static NativeForm? Find(Type operation)
    {
        if (Generic.Is(operation, typeof(Same2<,>), out Type[] part))
        {
            return Form2(part[0], Lane.Of(part[1]));
        }

        if (Generic.Is(operation, typeof(Same1<,>), out part))
        {
            return Form1(part[0], Lane.Of(part[1]));
        }

        return Generic.Is(operation, typeof(Same3<,>), out part) ? Form3(part[0], Lane.Of(part[1])) : null;
    }

    public static NativeForm? Form1(Type operation, Lane lane) =>
        One.TryGetValue(operation, out Func<Lane, Emit1?>? row) && row(lane) is { } emit ? new VectorForm1(emit) : null;

    public static NativeForm? Form2(Type operation, Lane lane)
    {
        if (Generic.Is(operation, typeof(Pairwise<>), out Type[] part))
        {
            return LanePairs.Pairwise(part[0], lane);
        }

        return Two.TryGetValue(operation, out Func<Lane, Emit2?>? row) && row(lane) is { } emit ? new VectorForm2(emit) : null;
    }

    /// <summary>The old destination plus or minus something of the two others.</summary>
    public static NativeForm? Form3(Type operation, Lane lane)
    {
        (Type? inner, VexOp combine) = operation == typeof(MultiplyAdd) ? (typeof(Multiply), Avx.Padd[lane.Size])
            : operation == typeof(MultiplySubtract) ? (typeof(Multiply), Avx.Psub[lane.Size])
            : operation == typeof(AbsoluteDifferenceAdd) ? (typeof(AbsoluteDifference), Avx.Padd[lane.Size])
            : (null, default);
        return inner is not null && Form2(inner, lane) is { } first ? Accumulating(first, combine) : null;
    }

    /// <summary>The old destination and the result of an operation, combined.</summary>
    public static NativeForm Accumulating(NativeForm first, VexOp combine)
    {
        VectorForm2 second = new((w, d, a, b, imm) => w.Op(combine, d, a, b));
        return new ComposedForm((unit, a, b, c, imm) => second.Build(unit, c, first.Build(unit, a, b, ulong.MaxValue, imm), ulong.MaxValue, 0));
    }

    public static Emit2 Plain(VexOp op) => (w, d, a, b, imm) => w.Op(op, d, a, b);

    private static Emit2 Difference(Lane lane)
    {
        if (lane.Size == Lane.D)
        {
            // Of extended words: the difference fits.
            return static (w, d, a, b, imm) =>
            {
                w.Op(Avx.Psub[Lane.D], FormWriter.T0, a, b);
                Magnitude64(w, d, FormWriter.T0);
            };
        }

        return (w, d, a, b, imm) =>
        {
            w.Op((lane.Signed ? Avx.Pmaxs : Avx.Pmaxu)[lane.Size], FormWriter.T0, a, b);
            w.Op((lane.Signed ? Avx.Pmins : Avx.Pminu)[lane.Size], FormWriter.T1, a, b);
            w.Op(Avx.Psub[lane.Size], d, FormWriter.T0, FormWriter.T1);
        };
    }

    private static Emit1 Magnitude(Lane lane) =>
        lane.Size == Lane.D ? static (w, d, a, imm) => Magnitude64(w, d, a) : (w, d, a, imm) => w.Op(Avx.Pabs[lane.Size], d, a);

    private static void Magnitude64(FormWriter w, Xmm d, Xmm a)
    {
        w.Zero(FormWriter.T1);
        w.Op(Avx.Pcmpgtq, FormWriter.T1, FormWriter.T1, a);
        w.Op(Avx.Pxor, FormWriter.T0, a, FormWriter.T1);
        w.Op(Avx.Psub[Lane.D], d, FormWriter.T0, FormWriter.T1);
    }
}
