using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Groups.FloatingPoint;

namespace GdbHost.Machine.Cpu.Translate.Forms.Fp;

/// <summary>Comparisons that give masks, and maximum and minimum: exact for all but NaNs, for which they leave.</summary>
internal static class FpCompareForms
{
    private enum Place
    {
        Both,

        /// <summary>Magnitudes are compared.</summary>
        Magnitudes,

        /// <summary>The second operand is zero.</summary>
        WithZero,

        /// <summary>The first operand is zero.</summary>
        ZeroWith,
    }

    public static NativeForm? Find2(Type operation, bool wide, bool packed)
    {
        const byte MaxCode = 0x5f;
        const byte MinCode = 0x5d;
        if (operation == typeof(Max) || operation == typeof(MaxNumber))
        {
            return new Choice(MaxCode, Avx.Pand, wide, packed);
        }

        if (operation == typeof(Min) || operation == typeof(MinNumber))
        {
            return new Choice(MinCode, Avx.Por, wide, packed);
        }

        return Generic.Is(operation, typeof(Absolute<>), out Type[] part)
            ? Compare(part[0], Place.Magnitudes, wide, packed)
            : Compare(operation, Place.Both, wide, packed);
    }

    public static NativeForm? Find1(Type operation, bool wide, bool packed) =>
        Generic.Is(operation, typeof(WithZero<>), out Type[] part) ? Compare(part[0], Place.WithZero, wide, packed)
        : Generic.Is(operation, typeof(ZeroWith<>), out part) ? Compare(part[0], Place.ZeroWith, wide, packed)
        : null;

    private static Mask? Compare(Type relation, Place place, bool wide, bool packed)
    {
        const int EqualOrdered = 0;
        const int GreaterOrEqualOrdered = 0x0d;
        const int GreaterOrdered = 0x0e;
        return relation == typeof(Equal) ? new Mask(EqualOrdered, place, wide, packed)
            : relation == typeof(GreaterOrEqual) ? new Mask(GreaterOrEqualOrdered, place, wide, packed)
            : relation == typeof(Greater) ? new Mask(GreaterOrdered, place, wide, packed)
            : null;
    }

    private sealed class Mask(int relation, Place place, bool wide, bool packed) : FpForm(wide, packed)
    {
        private const byte Code = 0xc2;

        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) =>
            Exact(unit, unit.Vector(a), b == None ? None : unit.Vector(b), None, imm);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm b = op.B >= 0 ? writer.Registers.UseVector(op.B) : FormWriter.T2;
            Xmm d = writer.Registers.DefineVectorApart(k);
            switch (place)
            {
                case Place.Magnitudes:
                    HostConstant magnitude = Wide ? HostConstant.MagnitudeDouble : HostConstant.MagnitudeSingle;
                    writer.Op(Avx.Pand, FormWriter.T1, a, magnitude);
                    writer.Op(Avx.Pand, FormWriter.T2, b, magnitude);
                    (a, b) = (FormWriter.T1, FormWriter.T2);
                    break;
                case Place.WithZero:
                    writer.Zero(FormWriter.T2);
                    break;
                case Place.ZeroWith:
                    writer.Zero(FormWriter.T2);
                    (a, b) = (b, a);
                    break;
            }

            FpChecks.Ordered(writer, ShapeOf(op), a, b);
            writer.Op(Avx.Fp(Code, Wide, packed: true), d, a, b, relation);
            Clear(writer, op, d, upperIsZero: false);
        }
    }

    /// <summary>The host gives the second operand where both are zero: both orders together give the right zero.</summary>
    private sealed class Choice(byte code, VexOp together, bool wide, bool packed) : FpForm(wide, packed)
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) => Exact(unit, unit.Vector(a), unit.Vector(b), None, imm);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm b = writer.Registers.UseVector(op.B);
            Xmm d = writer.Registers.DefineVectorApart(k);
            FpChecks.Ordered(writer, ShapeOf(op), a, b);
            writer.Op(Avx.Fp(code, Wide, packed: true), FormWriter.T0, a, b);
            writer.Op(Avx.Fp(code, Wide, packed: true), FormWriter.T1, b, a);
            writer.Op(together, d, FormWriter.T0, FormWriter.T1);
            Clear(writer, op, d, upperIsZero: false);
        }
    }
}
