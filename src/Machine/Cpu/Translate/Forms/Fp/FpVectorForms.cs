using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Fp;
using GdbHost.Machine.Isa.Groups.FloatingPoint;

namespace GdbHost.Machine.Cpu.Translate.Forms.Fp;

/// <summary>Floating point by elements: each, with one element, pairs, across.</summary>
internal static class FpVectorForms
{
    /// <summary>Element imm in every place.</summary>
    private static readonly NativeForm BroadcastSingle = new VectorForm1(static (w, d, a, imm) => w.OpImmediate(Avx.Pshufd, d, a, imm * 0x55));

    private static readonly NativeForm BroadcastDouble =
        new VectorForm1(static (w, d, a, imm) => w.Op(imm == 0 ? Avx.Punpcklqdq : Avx.Punpckhqdq, d, a, a));

    private static readonly NativeForm EvenSingles = new VectorForm2(static (w, d, a, b, imm) => w.Op(Avx.Shufps, d, a, b, 0x88));
    private static readonly NativeForm OddSingles = new VectorForm2(static (w, d, a, b, imm) => w.Op(Avx.Shufps, d, a, b, 0xdd));
    private static readonly NativeForm EvenDoubles = new VectorForm2(static (w, d, a, b, imm) => w.Op(Avx.Punpcklqdq, d, a, b));
    private static readonly NativeForm OddDoubles = new VectorForm2(static (w, d, a, b, imm) => w.Op(Avx.Punpckhqdq, d, a, b));

    public static NativeForm? Find(Type operation)
    {
        if (Generic.Is(operation, typeof(EachLane1<,>), out Type[] part))
        {
            return One(part[1], FpScalarForms.IsDouble(part[0]));
        }

        if (Generic.Is(operation, typeof(EachLane2<,>), out part))
        {
            return Two(part[1], FpScalarForms.IsDouble(part[0]));
        }

        if (Generic.Is(operation, typeof(EachLane3<,>), out part))
        {
            return FpArithmeticForms.Vector3(part[1], FpScalarForms.IsDouble(part[0]));
        }

        if (Generic.Is(operation, typeof(ByElement2<,>), out part))
        {
            bool wide = FpScalarForms.IsDouble(part[0]);
            return ByElement(Two(part[1], wide), wide);
        }

        if (Generic.Is(operation, typeof(ByElement3<,>), out part))
        {
            bool wide = FpScalarForms.IsDouble(part[0]);
            return ByElement(FpArithmeticForms.Vector3(part[1], wide), wide);
        }

        return FindHorizontal(operation);
    }

    private static ComposedForm? FindHorizontal(Type operation)
    {
        if (Generic.Is(operation, typeof(Pairwise<,>), out Type[] part))
        {
            return Pairs(part[1], FpScalarForms.IsDouble(part[0]));
        }

        if (Generic.Is(operation, typeof(Across<,>), out part))
        {
            return AcrossAll(part[1], FpScalarForms.IsDouble(part[0]));
        }

        return operation == typeof(Element<FpSingle>) ? LowElement(BroadcastSingle)
            : operation == typeof(Element<FpDouble>) ? LowElement(BroadcastDouble)
            : null;
    }

    private static NativeForm? Two(Type operation, bool wide) =>
        FpArithmeticForms.Vector2(operation, wide) ?? FpCompareForms.Find2(operation, wide, packed: true);

    private static NativeForm? One(Type operation, bool wide)
    {
        if (operation == typeof(AbsoluteValue))
        {
            return Bits(Avx.Pand, wide ? HostConstant.MagnitudeDouble : HostConstant.MagnitudeSingle);
        }

        if (operation == typeof(Negate))
        {
            return Bits(Avx.Pxor, wide ? HostConstant.SignDouble : HostConstant.SignSingle);
        }

        return operation == typeof(SquareRoot) ? FpArithmeticForms.SquareRoot(wide, packed: true)
            : operation == typeof(RoundToIntegral) ? new FpRoundForm(wide, packed: true)
            : operation == typeof(ToInteger) && !wide ? new ToWords()
            : operation == typeof(FromInteger) && !wide ? new FromWords()
            : FpCompareForms.Find1(operation, wide, packed: true);
    }

    private static VectorForm1 Bits(VexOp op, HostConstant constant) => new((w, d, a, imm) =>
    {
        w.Op(op, d, a, constant);
        if (imm == LaneChoice.Of(2, 0).Raw && constant is HostConstant.MagnitudeSingle or HostConstant.SignSingle)
        {
            w.KeepDouble(d, d);
        }
    });

    private static ComposedForm? ByElement(NativeForm? each, bool wide) => each is null
        ? null
        : new((unit, a, b, c, imm) =>
        {
            LaneChoice lanes = new(imm);
            ulong element = (wide ? BroadcastDouble : BroadcastSingle).Build(unit, b, ulong.MaxValue, ulong.MaxValue, lanes.Operand);
            return each.Build(unit, a, element, c, LaneChoice.Of(lanes.Count, 0).Raw);
        });

    /// <summary>Operations on scalars look at the low element only.</summary>
    private static ComposedForm LowElement(NativeForm broadcast) =>
        new((unit, a, b, c, imm) => imm == 0 ? unit.Vector(a) : broadcast.Build(unit, a, b, c, imm));

    private static ComposedForm? Pairs(Type operation, bool wide)
    {
        NativeForm? each = Two(operation, wide);
        return each is null ? null : new((unit, a, b, c, imm) =>
        {
            if (new LaneChoice(imm).Count == 2 && !wide)
            {
                // The pairs of both halves side by side: 0 and 1 of a, 0 and 1 of b.
                a = EvenDoubles.Build(unit, a, b, c, 0);
                b = a;
            }

            ulong even = (wide ? EvenDoubles : EvenSingles).Build(unit, a, b, c, 0);
            ulong odd = (wide ? OddDoubles : OddSingles).Build(unit, a, b, c, 0);
            return each.Build(unit, even, odd, ulong.MaxValue, imm);
        });
    }

    private static ComposedForm? AcrossAll(Type operation, bool wide)
    {
        NativeForm? two = FpArithmeticForms.Scalar2(operation, wide) ?? FpCompareForms.Find2(operation, wide, packed: false);
        NativeForm broadcast = wide ? BroadcastDouble : BroadcastSingle;
        return two is null ? null : new((unit, a, b, c, imm) =>
        {
            ulong Element(int n) => n == 0 ? a : broadcast.Build(unit, a, b, c, n);
            ulong low = two.Build(unit, a, Element(1), c, 0);
            return new LaneChoice(imm).Count == 2 ? low : two.Build(unit, low, two.Build(unit, Element(2), Element(3), c, 0), c, 0);
        });
    }

    /// <summary>FCVT*S and FCVT*U of words, for results that are not negative numbers of the other kind.</summary>
    private sealed class ToWords() : FpForm(wide: false, packed: true)
    {
        private const int Rounding = 8;

        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
        {
            RoundingChoice choice = new(new LaneChoice(imm).Operand);
            if (choice.FractionBits != 0)
            {
                unit.GiveUp();
            }

            return Inexact(unit, a, None, None, imm);
        }

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            RoundingChoice choice = new(new LaneChoice((int)(uint)op.Imm).Operand);
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm d = writer.Registers.DefineVectorApart(k);
            FpRounding mode = choice.Mode(default);
            Xmm from = a;
            if (mode == FpRounding.TieAway)
            {
                FpRoundForm.AwayFromZero(writer, wide: false, packed: true, a);
                from = FormWriter.T0;
            }
            else if (mode != FpRounding.Zero)
            {
                writer.OpImmediate(Avx.Roundps, FormWriter.T0, a, FpRoundForm.HostMode(mode) | Rounding);
                from = FormWriter.T0;
            }

            writer.Op(Avx.Cvttps2dq, d, from);
            if (choice.Unsigned)
            {
                FpChecks.NoSign(writer, ShapeOf(op), d);
            }
            else
            {
                // The host gives the least number for all that does not fit.
                writer.Op(Avx.Pcmpeq[Lane.S], FormWriter.T1, d, HostConstant.SignSingle);
                FpChecks.NoSign(writer, ShapeOf(op), FormWriter.T1);
            }

            Clear(writer, op, d, upperIsZero: false);
        }
    }

    /// <summary>SCVTF, and UCVTF for words with a clear top bit.</summary>
    private sealed class FromWords() : FpForm(wide: false, packed: true)
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
        {
            RoundingChoice choice = new(new LaneChoice(imm).Operand);
            if (choice.FractionBits != 0)
            {
                unit.GiveUp();
            }

            return Inexact(unit, a, None, None, imm);
        }

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm d = writer.Registers.DefineVectorApart(k);
            if (new RoundingChoice(new LaneChoice((int)(uint)op.Imm).Operand).Unsigned)
            {
                FpChecks.NoSign(writer, ShapeOf(op), a);
            }

            writer.Op(Avx.Cvtdq2ps, d, a);
            Clear(writer, op, d, upperIsZero: false);
        }
    }
}
