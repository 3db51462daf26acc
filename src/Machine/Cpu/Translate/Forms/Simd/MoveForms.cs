using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Groups.FloatingPoint;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Bitwise operations, halves, and moves of elements within vectors and between the two register files.</summary>
internal static class MoveForms
{
    private const int Half = 8;

    private static readonly VectorForm1 KeepLess = new(
        static (w, d, a, imm) =>
        {
            switch (imm)
            {
                case 1:
                    w.Op(Avx.Pand, d, a, HostConstant.FirstB);
                    break;
                case 2:
                    w.Op(Avx.Pand, d, a, HostConstant.FirstH);
                    break;
                case 4:
                    w.KeepSingle(d, a);
                    break;
                default:
                    w.Move(d, a);
                    break;
            }
        },
        IrTraits.UpperZero);

    private static readonly ComposedForm KeepLowBytes = new(static (unit, a, b, c, imm) =>
        imm == Half ? (unit.Op(a).Is(IrTraits.UpperZero) ? a : unit.Add(IrCode.LowHalf, a: a, traits: IrTraits.InVector | IrTraits.UpperZero))
        : imm == Half / 2 && unit.Op(a).Is(IrTraits.Single) ? a
        : KeepLess.Build(unit, a, b, c, imm));

    public static NativeForm? Find(Type operation)
    {
        if (operation == typeof(KeepLow))
        {
            return KeepLowBytes;
        }

        if (Generic.Is(operation, typeof(Duplicate<>), out Type[] part))
        {
            Lane lane = Lane.Of(part[0]);
            return new VectorForm1((w, d, a, imm) => Broadcast(w, lane.Size, d, a, imm));
        }

        if (Generic.Is(operation, typeof(Broadcast<>), out part))
        {
            return new FromGeneral(Lane.Of(part[0]).Size);
        }

        if (Generic.Is(operation, typeof(InsertValue<>), out part))
        {
            return new Insert(Lane.Of(part[0]).Size);
        }

        if (Generic.Is(operation, typeof(ElementValue<>), out part) && !Lane.Of(part[0]).Signed)
        {
            return new ToGeneral(Lane.Of(part[0]).Size);
        }

        return operation == typeof(FpConversions.Top) ? Indexed(new ToGeneral(Lane.D), 1)
            : operation == typeof(FpConversions.WithTop) ? Indexed(new Insert(Lane.D), 1)
            : Bitwise(operation);
    }

    private static ComposedForm Indexed(NativeForm form, int index) => new((unit, a, b, c, imm) => form.Build(unit, a, b, c, index));

    private static NativeForm? Bitwise(Type operation) =>
        operation == typeof(And) ? new VectorForm2(LaneForms.Plain(Avx.Pand))
        : operation == typeof(Or) ? new VectorForm2(LaneForms.Plain(Avx.Por))
        : operation == typeof(Xor) ? new VectorForm2(LaneForms.Plain(Avx.Pxor))
        : operation == typeof(AndNot) ? new VectorForm2(static (w, d, a, b, imm) => w.Op(Avx.Pandn, d, b, a))
        : operation == typeof(OrNot) ? new VectorForm2(static (w, d, a, b, imm) =>
        {
            w.Ones(FormWriter.T0);
            w.Op(Avx.Pxor, FormWriter.T0, FormWriter.T0, b);
            w.Op(Avx.Por, d, FormWriter.T0, a);
        })
        : operation == typeof(Not) ? new VectorForm1(static (w, d, a, imm) =>
        {
            w.Ones(FormWriter.T0);
            w.Op(Avx.Pxor, d, FormWriter.T0, a);
        })
        : operation == typeof(Select) ? new VectorForm3(static (w, d, a, b, old) => Choose(w, d, mask: old, ones: a, zeros: b))
        : operation == typeof(InsertIfTrue) ? new VectorForm3(static (w, d, a, b, old) => Choose(w, d, mask: b, ones: a, zeros: old))
        : operation == typeof(InsertIfFalse) ? new VectorForm3(static (w, d, a, b, old) => Choose(w, d, mask: b, ones: old, zeros: a))
        : operation == typeof(UpperHalf) ? new VectorForm1(static (w, d, a, imm) => w.Asm.VexShift(0x73, 3, d, a, Half), IrTraits.UpperZero)
        : operation == typeof(JoinHalves) ? new VectorForm2(LaneForms.Plain(Avx.Punpcklqdq))
        : null;

    private static void Choose(FormWriter w, Xmm d, Xmm mask, Xmm ones, Xmm zeros)
    {
        w.Op(Avx.Pand, FormWriter.T0, mask, ones);
        w.Op(Avx.Pandn, FormWriter.T1, mask, zeros);
        w.Op(Avx.Por, d, FormWriter.T0, FormWriter.T1);
    }

    private static void Broadcast(FormWriter w, int size, Xmm d, Xmm a, int index)
    {
        switch (size)
        {
            case Lane.D:
                w.Op(index == 0 ? Avx.Punpcklqdq : Avx.Punpckhqdq, d, a, a);
                break;
            case Lane.S:
                w.OpImmediate(Avx.Pshufd, d, a, index * 0x55);
                break;
            default:
                if (index != 0)
                {
                    w.Asm.VexShift(0x73, 3, FormWriter.T0, a, index << size);
                    a = FormWriter.T0;
                }

                w.Op(Avx.Pbroadcast[size], d, a);
                break;
        }
    }

    /// <summary>A general value in every element.</summary>
    private sealed class FromGeneral(int size) : NativeForm
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
        {
            if (size >= Lane.S)
            {
                unit.MoveLoad(a);
            }

            return Operation(unit, unit.Vector(a), None, None, 0, IrTraits.InVector);
        }

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            writer.Op(Avx.Pbroadcast[size], writer.Registers.DefineVector(k), a);
        }
    }

    private sealed class Insert(int size) : NativeForm
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
        {
            bool onZero = unit.Op(c).Code == IrCode.VectorConst && unit.Vectors[(int)unit.Op(c).Imm] == default;
            if (onZero && imm == 0 && size == Lane.D)
            {
                unit.MoveLoad(a);
                ulong vector = unit.Vector(a);
                return unit.Op(vector).Is(IrTraits.UpperZero)
                    ? vector
                    : unit.Add(IrCode.LowHalf, a: vector, traits: IrTraits.InVector | IrTraits.UpperZero);
            }

            return Operation(unit, unit.General(a), None, c, imm, IrTraits.InVector);
        }

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Gpr a = writer.Registers.Use(op.A, Gpr.Rax);
            Xmm old = writer.Registers.UseVector(op.C);
            VexOp insert = size switch { Lane.B => Avx.Pinsrb, Lane.H => Avx.Pinsrw, Lane.S => Avx.Pinsrd, _ => Avx.Pinsrq };
            writer.Asm.Vex(insert, writer.Registers.DefineVector(k), old, a, (int)(uint)op.Imm);
        }
    }

    private sealed class ToGeneral(int size) : NativeForm
    {
        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) => size == Lane.D && imm == 0
            ? a
            : Operation(unit, a, None, None, imm, size < Lane.D ? IrTraits.ZeroExtended : IrTraits.None);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            VexOp extract = size switch { Lane.B => Avx.Pextrb, Lane.H => Avx.Pextrw, Lane.S => Avx.Pextrd, _ => Avx.Pextrq };
            writer.Asm.VexExtract(extract, writer.Registers.Define(k), a, (int)(uint)op.Imm);
        }
    }
}
