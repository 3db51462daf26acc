using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Extraction, table lookup, and reduction across elements.</summary>
internal static class PermuteForms
{
    private const ulong None = ulong.MaxValue;

    public static NativeForm? Find(Type operation)
    {
        if (operation == typeof(TableLookup))
        {
            return new Lookup();
        }

        if (operation == typeof(Extract))
        {
            return new VectorForm2(static (w, d, a, b, imm) => w.Op(Avx.Palignr, d, b, a, imm));
        }

        if (operation == typeof(ExtractHalf))
        {
            return new VectorForm2(static (w, d, a, b, imm) =>
            {
                w.Op(Avx.Punpcklqdq, FormWriter.T0, a, b);
                w.Asm.VexShift(0x73, 3, d, FormWriter.T0, imm);
            });
        }

        return Generic.Is(operation, typeof(Reduce<,,>), out Type[] part) ? Reduction(part[0], Lane.Of(part[1]), Lane.Of(part[2])) : null;
    }

    private static NativeForm? Reduction(Type operation, Lane lane, Lane result)
    {
        Type each = operation == typeof(Sum) ? typeof(Add) : operation == typeof(Larger) ? typeof(Maximum) : typeof(Minimum);
        if (LaneForms.Form2(each, result) is null)
        {
            return null;
        }

        VexOp? op = each == typeof(Add) ? Avx.Padd[result.Size]
            : result.Size == Lane.D ? null
            : each == typeof(Maximum) ? (result.Signed ? Avx.Pmaxs : Avx.Pmaxu)[result.Size]
            : (result.Signed ? Avx.Pmins : Avx.Pminu)[result.Size];
        if (op is null)
        {
            return null;
        }

        VectorForm1 reduce = new((w, d, a, imm) => Fold(w, op.Value, result.Size, d, a, imm), IrTraits.UpperZero);
        if (lane.Size == result.Size)
        {
            return reduce;
        }

        return LaneForms.Form1(typeof(AddLongPairwise), result) is { } pairs
            ? new ComposedForm((unit, a, b, c, imm) => reduce.Build(unit, pairs.Build(unit, a, None, None, 0), None, None, imm))
            : null;
    }

    /// <summary>Folds the vector of imm bytes in half until one element is left, and clears the rest.</summary>
    private static void Fold(FormWriter w, VexOp op, int size, Xmm d, Xmm a, int imm)
    {
        Xmm all = a;
        for (int distance = imm / 2; distance >= 1 << size; distance /= 2)
        {
            w.Asm.VexShift(0x73, 3, FormWriter.T1, all, distance);
            w.Op(op, FormWriter.T0, all, FormWriter.T1);
            all = FormWriter.T0;
        }

        switch (size)
        {
            case Lane.B:
                w.Op(Avx.Pand, d, all, HostConstant.FirstB);
                break;
            case Lane.H:
                w.Op(Avx.Pand, d, all, HostConstant.FirstH);
                break;
            case Lane.S:
                w.KeepSingle(d, all);
                break;
            default:
                w.KeepDouble(d, all);
                break;
        }
    }

    /// <summary>
    /// One register of a table. The host's lookup gives zero for an index whose top bit is set: all that are not in this register are made
    /// such. What the other registers gave is kept there.
    /// </summary>
    private sealed class Lookup : NativeForm
    {
        private static readonly VectorForm1 Rebase = new(static (w, d, a, imm) =>
        {
            w.Asm.MovImmediate(Gpr.Rax, (uint)imm * 0x0101_0101u);
            w.Asm.Vex(Avx.MovdFromGeneral, FormWriter.T0, Xmm.None, Gpr.Rax);
            w.OpImmediate(Avx.Pshufd, FormWriter.T0, FormWriter.T0, 0);
            w.Op(Avx.Psub[Lane.B], d, a, FormWriter.T0);
        });

        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
        {
            bool onZero = unit.Op(c).Code == IrCode.VectorConst && unit.Vectors[(int)unit.Op(c).Imm] == default;
            if (imm != 0)
            {
                b = unit.Add(IrCode.Form, true, 0, b, None, None, (uint)imm | ((ulong)(uint)unit.NumberOf(Rebase) << 32), IrTraits.InVector);
            }

            return Operation(unit, a, b, onZero ? None : c, imm, IrTraits.InVector);
        }

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm b = writer.Registers.UseVector(op.B);
            Xmm old = op.C >= 0 ? writer.Registers.UseVector(op.C) : Xmm.None;
            Xmm d = writer.Registers.DefineVector(k);
            writer.Op(Avx.Paddusb, FormWriter.T0, b, HostConstant.IndexLimit);
            if (old == Xmm.None)
            {
                writer.Op(Avx.Pshufb, d, a, FormWriter.T0);
                return;
            }

            writer.Op(Avx.Pshufb, FormWriter.T1, a, FormWriter.T0);
            writer.Asm.Vex4(Avx.Pblendvb, d, FormWriter.T1, old, FormWriter.T0);
        }
    }
}
