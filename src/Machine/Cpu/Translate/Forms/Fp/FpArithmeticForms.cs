using System;
using System.Collections.Generic;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Groups.FloatingPoint;

namespace GdbHost.Machine.Cpu.Translate.Forms.Fp;

/// <summary>Which operands make a result of zero exact.</summary>
internal enum ZeroFrom
{
    Nothing,
    First,
    Either,
}

/// <summary>What is done to a result after it was checked.</summary>
internal enum Afterwards
{
    Nothing,
    Negate,
    Magnitude,
}

/// <summary>An operation of the host's floating point.</summary>
/// <param name="Code">Opcode.</param>
/// <param name="Ordinary">Results for which it is exact.</param>
/// <param name="Zero">Operands that make other results exact.</param>
/// <param name="Afterwards">What is done to the result.</param>
internal sealed record FpRow(byte Code, Ordinary Ordinary, ZeroFrom Zero = ZeroFrom.Nothing, Afterwards Afterwards = Afterwards.Nothing);

/// <summary>Arithmetic of two and three operands, scalar and by elements.</summary>
internal static class FpArithmeticForms
{
    private static readonly Dictionary<Type, FpRow> Binary = new()
    {
        [typeof(Add)] = new(0x58, Ordinary.Finite),
        [typeof(Subtract)] = new(0x5c, Ordinary.Finite),
        [typeof(AbsoluteDifference)] = new(0x5c, Ordinary.Finite, Afterwards: Afterwards.Magnitude),
        [typeof(Multiply)] = new(0x59, Ordinary.Normal, ZeroFrom.Either),
        [typeof(MultiplyExtended)] = new(0x59, Ordinary.Normal, ZeroFrom.Either),
        [typeof(MultiplyNegate)] = new(0x59, Ordinary.Normal, ZeroFrom.Either, Afterwards.Negate),
        [typeof(Divide)] = new(0x5e, Ordinary.Normal, ZeroFrom.First),
    };

    /// <summary>By the opcode of the packed form with operands 2, 3, 1; the scalar form's is one more.</summary>
    private static readonly Dictionary<Type, byte> Fused = new()
    {
        [typeof(MultiplyAdd)] = 0xb8,
        [typeof(MultiplySubtract)] = 0xbc,
        [typeof(NegateMultiplySubtract)] = 0xba,
        [typeof(NegateMultiplyAdd)] = 0xbe,
    };

    public static NativeForm? Scalar2(Type operation, bool wide) =>
        Binary.TryGetValue(operation, out FpRow? row) ? new Two(row, wide, packed: false) : null;

    public static NativeForm? Vector2(Type operation, bool wide) =>
        Binary.TryGetValue(operation, out FpRow? row) ? new Two(row, wide, packed: true) : null;

    /// <summary>The addend is the first operand.</summary>
    public static NativeForm? Scalar3(Type operation, bool wide) =>
        Fused.TryGetValue(operation, out byte code) ? new ScalarFused((byte)(code + 1), wide) : null;

    /// <summary>The addend is the third operand.</summary>
    public static NativeForm? Vector3(Type operation, bool wide) =>
        Fused.TryGetValue(operation, out byte code) ? new VectorFused(code, wide) : null;

    public static NativeForm SquareRoot(bool wide, bool packed) => new Root(wide, packed);

    private sealed class Two(FpRow row, bool wide, bool packed) : FpForm(wide, packed)
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) => Inexact(unit, unit.Vector(a), unit.Vector(b), None, imm);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm b = writer.Registers.UseVector(op.B);
            Xmm d = writer.Registers.DefineVectorApart(k);
            writer.Op(Avx.Fp(row.Code, Wide, Packed), d, a, b);
            ZeroFactor? exception = row.Zero switch
            {
                ZeroFrom.Either => new ZeroFactor(Wide, Packed, d, a, b),
                ZeroFrom.First => new ZeroFactor(Wide, Packed, d, a, a),
                _ => null,
            };
            Check(writer, op, row.Ordinary, d, exception);
            switch (row.Afterwards)
            {
                case Afterwards.Negate:
                    writer.Op(Avx.Pxor, d, d, Wide ? HostConstant.SignDouble : HostConstant.SignSingle);
                    break;
                case Afterwards.Magnitude:
                    writer.Op(Avx.Pand, d, d, Wide ? HostConstant.MagnitudeDouble : HostConstant.MagnitudeSingle);
                    break;
            }

            Clear(writer, op, d, upperIsZero: row.Afterwards != Afterwards.Negate && IsClear(writer, op.A));
        }
    }

    private sealed class Root(bool wide, bool packed) : FpForm(wide, packed)
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) => Inexact(unit, unit.Vector(a), None, None, imm);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            const byte Code = 0x51;
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm d = writer.Registers.DefineVectorApart(k);
            writer.Op(Avx.Fp(Code, Wide, Packed), d, Packed ? Xmm.None : a, a);
            Check(writer, op, Ordinary.Finite, d, null);
            Clear(writer, op, d, IsClear(writer, op.A));
        }
    }

    private sealed class ScalarFused(byte code, bool wide) : FpForm(wide, packed: false)
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) =>
            Inexact(unit, unit.Vector(a), unit.Vector(b), unit.Vector(c), imm);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm addend = writer.Registers.UseVector(op.A);
            Xmm a = writer.Registers.UseVector(op.B);
            Xmm b = writer.Registers.UseVector(op.C);
            Xmm d = writer.Registers.DefineVectorApart(k);
            if (IsClear(writer, op.A))
            {
                writer.Move(d, addend);
            }
            else if (Wide)
            {
                writer.KeepDouble(d, addend);
            }
            else
            {
                writer.KeepSingle(d, addend);
            }

            writer.Op(Avx.Fma(code, Wide), d, a, b);
            Check(writer, op, Ordinary.Normal, d, new ZeroFactor(Wide, false, d, a, b));
        }
    }

    private sealed class VectorFused(byte code, bool wide) : FpForm(wide, packed: true)
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) => Inexact(unit, a, b, c, imm);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm b = writer.Registers.UseVector(op.B);
            Xmm addend = writer.Registers.UseVector(op.C);
            Xmm d = writer.Registers.DefineVectorApart(k);
            writer.Move(d, addend);
            writer.Op(Avx.Fma(code, Wide), d, a, b);
            Check(writer, op, Ordinary.Normal, d, new ZeroFactor(Wide, true, d, a, b));
            Clear(writer, op, d, upperIsZero: false);
        }
    }
}
