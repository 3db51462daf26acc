using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;
using GdbHost.Machine.Isa.Fp;
using GdbHost.Machine.Isa.Groups.FloatingPoint;

namespace GdbHost.Machine.Cpu.Translate.Forms.Fp;

/// <summary>Conversions of scalars: between formats, and between them and integers or fixed point in general registers.</summary>
internal static unsafe class FpConversionForms
{
    public static NativeForm? Find(Type operation)
    {
        if (Generic.Is(operation, typeof(FpConversions.GeneralFrom<,>), out Type[] part))
        {
            return ToGeneral(FpScalarForms.IsDouble(part[0]), part[1] == typeof(W64));
        }

        if (Generic.Is(operation, typeof(FpConversions.GeneralTo<,>), out part))
        {
            return FromGeneral(FpScalarForms.IsDouble(part[0]), part[1] == typeof(W64));
        }

        return operation == typeof(ConvertFormat<FpSingle, FpDouble>) ? new Widen()
            : operation == typeof(ConvertFormat<FpDouble, FpSingle>) ? new Narrow()
            : null;
    }

    public static NativeForm ToGeneral(bool wide, bool to64) => new To(wide, to64);

    public static NativeForm FromGeneral(bool wide, bool from64) => new From(wide, from64);

    /// <summary>Writes to a register two to the power of an exponent. Uses RAX.</summary>
    private static void PowerOfTwo(FormWriter w, bool wide, Xmm d, int exponent)
    {
        w.Asm.MovImmediate(Gpr.Rax, wide ? (ulong)(1023 + exponent) << 52 : (ulong)(127 + exponent) << 23);
        w.Asm.Vex(HostOps.FromGeneral, d, Xmm.None, Gpr.Rax);
    }

    private static VexOp Convert(bool wide, byte code, bool general64) => new(wide ? Prefix.F2 : Prefix.F3, Map.M0F, code, general64);

    private sealed class To(bool wide, bool to64) : NativeForm
    {
        private const byte Multiply = 0x59;
        private const byte Rounding = 0x2d;
        private const byte Truncating = 0x2c;

        public override bool Leaves => true;

        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
        {
            a = unit.Vector(a);
            unit.CheckFpControl();
            unit.CheckInexact();
            return Operation(unit, a, None, None, imm, to64 ? IrTraits.None : IrTraits.ZeroExtended);
        }

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            RoundingChoice choice = new((int)(uint)op.Imm);
            Xmm from = writer.Registers.UseVector(op.A);
            if (choice.FractionBits != 0)
            {
                PowerOfTwo(writer, wide, FormWriter.T0, choice.FractionBits);
                writer.Op(Avx.Fp(Multiply, wide, packed: false), FormWriter.T0, from, FormWriter.T0);
                from = FormWriter.T0;
            }

            writer.Unit.Flags.Forget();
            FpRounding mode = choice.Mode(default);
            switch (mode)
            {
                case FpRounding.PositiveInfinity or FpRounding.NegativeInfinity:
                    writer.Op(wide ? Avx.Roundsd : Avx.Roundss, FormWriter.T0, from, from, FpRoundForm.HostMode(mode));
                    from = FormWriter.T0;
                    break;
                case FpRounding.TieAway:
                    FpRoundForm.AwayFromZero(writer, wide, packed: false, from);
                    from = FormWriter.T0;
                    break;
            }

            writer.Asm.Vex(Convert(wide, mode == FpRounding.TieEven ? Rounding : Truncating, true), Gpr.Rax, from);
            CheckRange(writer, choice.Unsigned);
            writer.Asm.Mov(to64, writer.Registers.Define(k), Gpr.Rax);
        }

        /// <summary>The host gives the least 64-bit number for all that does not fit.</summary>
        private void CheckRange(FormWriter w, bool isUnsigned)
        {
            HostCondition outside;
            if (to64 && isUnsigned)
            {
                w.Asm.Test(true, Gpr.Rax, Gpr.Rax);
                outside = HostCondition.Sign;
            }
            else if (to64)
            {
                w.Asm.Alu(Alu.Cmp, true, Gpr.Rax, 1);
                outside = HostCondition.Overflow;
            }
            else
            {
                if (isUnsigned)
                {
                    w.Asm.ZeroExtend(32, Gpr.Rcx, Gpr.Rax);
                }
                else
                {
                    w.Asm.SignExtend(true, 32, Gpr.Rcx, Gpr.Rax);
                }

                w.Asm.Alu(Alu.Cmp, true, Gpr.Rcx, Gpr.Rax);
                outside = HostCondition.NotEqual;
            }

            w.Unit.LeavesAt(w.Asm.Jump(outside));
        }
    }

    private sealed class From(bool wide, bool from64) : NativeForm
    {
        private const byte Code = 0x2a;
        private const byte Multiply = 0x59;

        public override bool Leaves => true;

        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
        {
            a = unit.General(a);
            unit.CheckFpControl();
            if (from64 || !wide)
            {
                unit.CheckInexact();
            }

            return Operation(unit, a, None, None, imm, IrTraits.InVector | IrTraits.UpperZero | (wide ? IrTraits.None : IrTraits.Single));
        }

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            RoundingChoice choice = new((int)(uint)op.Imm);
            Gpr from = writer.Registers.Use(op.A, Gpr.Rax);
            if (choice.Unsigned && from64)
            {
                writer.Unit.Flags.Forget();
                writer.Asm.Test(true, from, from);
                writer.Unit.LeavesAt(writer.Asm.Jump(HostCondition.Sign));
            }
            else if (choice.Unsigned)
            {
                writer.Asm.ZeroExtend(32, Gpr.Rax, from);
                from = Gpr.Rax;
            }

            Xmm d = writer.Registers.DefineVector(k);
            writer.Zero(FormWriter.T0);
            writer.Asm.Vex(Convert(wide, Code, from64 || choice.Unsigned), d, FormWriter.T0, from);
            if (choice.FractionBits != 0)
            {
                PowerOfTwo(writer, wide, FormWriter.T0, -choice.FractionBits);
                writer.Op(Avx.Fp(Multiply, wide, packed: false), d, d, FormWriter.T0);
            }
        }
    }

    private sealed class Widen() : FpForm(wide: true, packed: false)
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) => Exact(unit, unit.Vector(a), None, None, imm);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm d = writer.Registers.DefineVectorApart(k);
            writer.Op(Avx.Cvtss2sd, d, a, a);
            Check(writer, op, Ordinary.Finite, d, null);
            Clear(writer, op, d, IsClear(writer, op.A));
        }
    }

    private sealed class Narrow() : FpForm(wide: false, packed: false)
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
        {
            if (new RoundingChoice(imm).Mode(default) != FpRounding.TieEven)
            {
                unit.GiveUp();
            }

            return Inexact(unit, unit.Vector(a), None, None, imm);
        }

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm d = writer.Registers.DefineVectorApart(k);
            writer.Op(Avx.Cvtsd2ss, d, a, a);

            // A zero is one in the format of the operand; the result is then no NaN in it either.
            Check(writer, op, Ordinary.Normal, d, new ZeroFactor(Wide: true, Packed: false, d, a, a));
            Clear(writer, op, d, upperIsZero: false);
        }
    }
}
