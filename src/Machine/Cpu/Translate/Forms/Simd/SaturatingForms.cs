using System;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Simd;

namespace GdbHost.Machine.Cpu.Translate.Forms.Simd;

/// <summary>Saturating sums, differences and narrowing of bytes, halfwords and words; they set FPSR.QC themselves.</summary>
internal static unsafe class SaturatingForms
{
    private const int Qc = 1 << 27;

    public static NativeForm? Find(Type operation)
    {
        if (Generic.Is(operation, typeof(SaturatingEach2<,>), out Type[] part) && Lane.Of(part[1]) is { Size: < Lane.S } lane)
        {
            return part[0] == typeof(SaturatingAdd) ? new Two((lane.Signed ? Avx.Padds : Avx.Paddus)[lane.Size], Avx.Padd[lane.Size])
                : part[0] == typeof(SaturatingSubtract) ? new Two((lane.Signed ? Avx.Psubs : Avx.Psubus)[lane.Size], Avx.Psub[lane.Size])
                : null;
        }

        if (Generic.Is(operation, typeof(SaturatingNarrow1<,,>), out part) && Lane.Of(part[1]) is { Size: < Lane.D } wide)
        {
            Type? shift = part[0] == typeof(ShiftRightNarrow) ? typeof(ShiftRight)
                : part[0] == typeof(RoundingShiftRightNarrow) ? typeof(RoundingShiftRight)
                : null;
            NativeForm? inner = shift is null ? null : LaneForms.Form1(shift, wide);
            Narrow narrow = new(wide, Lane.Of(part[2]));
            return inner is null ? null : new ComposedForm((unit, a, b, c, imm) =>
            {
                ulong shifted = imm == 0 ? unit.Vector(a) : inner.Build(unit, a, b, c, imm);
                return narrow.Build(unit, shifted, b, c, 0);
            });
        }

        return null;
    }

    /// <summary>Sets QC unless two vectors are equal. Uses T1.</summary>
    private static void SetQcUnlessEqual(FormWriter w, Xmm a, Xmm b)
    {
        w.Unit.Flags.Forget();
        w.Op(Avx.Pxor, FormWriter.T1, a, b);
        w.Op(Avx.Ptest, FormWriter.T1, FormWriter.T1);
        byte* same = w.Asm.Jump(HostCondition.Equal);
        w.Asm.Alu(Alu.Or, false, StateLayout.FpStatus, Qc);
        w.Asm.Land(same);
    }

    private sealed class Two(VexOp saturating, VexOp wrapping) : NativeForm
    {
        public override bool HasEffect => true;

        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) => Operation(unit, a, b, None, imm, IrTraits.InVector);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm b = writer.Registers.UseVector(op.B);
            Xmm d = writer.Registers.DefineVector(k);
            writer.Op(wrapping, FormWriter.T0, a, b);
            writer.Op(saturating, d, a, b);
            SetQcUnlessEqual(writer, FormWriter.T0, d);
        }
    }

    /// <summary>The result, extended again, is what it was made from if nothing saturated.</summary>
    private sealed class Narrow(Lane wide, Lane narrow) : NativeForm
    {
        public override bool HasEffect => true;

        public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) =>
            Operation(unit, a, None, None, 0, IrTraits.InVector | IrTraits.UpperZero);

        public override void Write(FormWriter writer, ref IrOp op, int k)
        {
            Xmm a = writer.Registers.UseVector(op.A);
            Xmm d = writer.Registers.DefineVectorApart(k);
            Xmm from = a;
            if (!wide.Signed)
            {
                // The host takes its operand for signed.
                writer.Op(Avx.Pminu[wide.Size], FormWriter.T2, a, wide.Size == Lane.H ? HostConstant.LowBytes : HostConstant.LowHalfwords);
                from = FormWriter.T2;
            }

            VexOp pack = (wide.Size, narrow.Signed) switch
            {
                (Lane.H, true) => Avx.Packsswb,
                (Lane.H, false) => Avx.Packuswb,
                (_, true) => Avx.Packssdw,
                _ => Avx.Packusdw,
            };
            writer.Zero(FormWriter.T1);
            writer.Op(pack, d, from, FormWriter.T1);
            writer.Op((narrow.Signed ? Avx.Pmovsx : Avx.Pmovzx)[narrow.Size], FormWriter.T0, d);
            SetQcUnlessEqual(writer, FormWriter.T0, a);
        }
    }
}
