using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Fp;
using GdbHost.Machine.Isa.Groups.FloatingPoint;

namespace GdbHost.Machine.Cpu.Translate.Forms.Fp;

/// <summary>Scalar floating point: arithmetic, comparison, maximum, rounding.</summary>
internal static class FpScalarForms
{
    public static NativeForm? Find(Type operation)
    {
        if (Generic.Is(operation, typeof(Scalar1<,>), out Type[] part))
        {
            return One(part[1], IsDouble(part[0]));
        }

        if (Generic.Is(operation, typeof(Scalar2<,>), out part))
        {
            bool wide = IsDouble(part[0]);
            return FpArithmeticForms.Scalar2(part[1], wide) ?? FpCompareForms.Find2(part[1], wide, packed: false);
        }

        if (Generic.Is(operation, typeof(Scalar3<,>), out part))
        {
            return FpArithmeticForms.Scalar3(part[1], IsDouble(part[0]));
        }

        if (Generic.Is(operation, typeof(FpComparisons.Flags<,>), out part))
        {
            return new Flags(IrCode.FpCompare, IsDouble(part[0]));
        }

        return Generic.Is(operation, typeof(FpComparisons.FlagsIf<,>), out part) ? new Flags(IrCode.FpCompareIf, IsDouble(part[0])) : null;
    }

    public static bool IsDouble(Type format) => format == typeof(FpDouble);

    private static NativeForm? One(Type operation, bool wide)
    {
        if (operation == typeof(ToInteger))
        {
            NativeForm toGeneral = FpConversionForms.ToGeneral(wide, wide);
            return new ComposedForm((unit, a, b, c, imm) => unit.Vector(toGeneral.Build(unit, a, b, c, imm)));
        }

        if (operation == typeof(FromInteger))
        {
            return FpConversionForms.FromGeneral(wide, wide);
        }

        return operation == typeof(SquareRoot) ? FpArithmeticForms.SquareRoot(wide, packed: false)
            : operation == typeof(RoundToIntegral) ? new FpRoundForm(wide, packed: false)
            : FpCompareForms.Find1(operation, wide, packed: false);
    }

    private sealed class Flags(IrCode code, bool wide) : NativeForm
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
        {
            a = unit.Vector(a);
            b = unit.Vector(b);
            c = c == None ? None : unit.General(c);
            unit.CheckFpControl();
            ulong id = unit.AddLeaving(code, 0, a, b, c);
            unit.Op(id).Wide = wide;
            return id;
        }
    }
}

/// <summary>FRINT*: the immediate is a <see cref="RoundingChoice"/>, in the packed form inside a <see cref="LaneChoice"/>.</summary>
internal sealed class FpRoundForm(bool wide, bool packed) : FpForm(wide, packed)
{
    private const int NoException = 8;
    private const int Truncate = 3;

    public static int HostMode(FpRounding mode) => mode switch
    {
        FpRounding.PositiveInfinity => 2,
        FpRounding.NegativeInfinity => 1,
        FpRounding.Zero => Truncate,
        _ => 0,
    };

    /// <summary>Writes to T0 the number that gives the nearest integer, ties away from zero, when it is truncated. Uses T1.</summary>
    public static void AwayFromZero(FormWriter w, bool wide, bool packed, Xmm a)
    {
        const byte Add = 0x58;
        w.Load(FormWriter.T1, wide ? HostConstant.SignDouble : HostConstant.SignSingle);
        w.Op(Avx.Pand, FormWriter.T1, FormWriter.T1, a);
        w.Op(Avx.Por, FormWriter.T1, FormWriter.T1, wide ? HostConstant.BelowHalfDouble : HostConstant.BelowHalfSingle);
        w.Op(Avx.Fp(Add, wide, packed), FormWriter.T0, a, FormWriter.T1);
    }

    public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
    {
        a = unit.Vector(a);
        return ChoiceOf(imm).Inexact ? Inexact(unit, a, None, None, imm) : Exact(unit, a, None, None, imm);
    }

    public override void Write(FormWriter writer, ref IrOp op, int k)
    {
        Xmm a = writer.Registers.UseVector(op.A);
        Xmm d = writer.Registers.DefineVectorApart(k);
        FpRounding mode = ChoiceOf((int)(uint)op.Imm).Mode(default);
        Xmm from = a;
        int host = HostMode(mode);
        if (mode == FpRounding.TieAway)
        {
            AwayFromZero(writer, Wide, Packed, a);
            from = FormWriter.T0;
            host = Truncate;
        }

        if (Packed)
        {
            writer.OpImmediate(Wide ? Avx.Roundpd : Avx.Roundps, d, from, host | NoException);
        }
        else
        {
            writer.Op(Wide ? Avx.Roundsd : Avx.Roundss, d, from, from, host | NoException);
        }

        Check(writer, op, Ordinary.Finite, d, null);
        Clear(writer, op, d, upperIsZero: false);
    }

    private RoundingChoice ChoiceOf(int imm) => new(Packed ? new LaneChoice(imm).Operand : imm);
}
