using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa.Groups.FloatingPoint;

namespace GdbHost.Machine.Cpu.Translate.Forms.Fp;

/// <summary>
/// A floating-point operation that is done by the host where FPCR is zero and operands and result are ordinary. The immediate
/// of a packed form is a <see cref="LaneChoice"/>.
/// </summary>
internal abstract class FpForm(bool wide, bool packed) : NativeForm
{
    public override bool Leaves => true;

    /// <summary>Double precision.</summary>
    protected bool Wide => wide;

    protected bool Packed => packed;

    protected Shape ShapeOf(in IrOp op) => new(wide, packed ? new LaneChoice((int)(uint)op.Imm).Count : 1);

    /// <summary>Adds an operation that never is inexact.</summary>
    protected ulong Exact(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
    {
        unit.CheckFpControl();
        Shape shape = new(wide, packed ? new LaneChoice(imm).Count : 1);
        IrTraits upper = shape is { Wide: true, Count: 2 } or { Count: 4 } ? IrTraits.None
            : shape is { Wide: false, Count: 1 } ? IrTraits.UpperZero | IrTraits.Single
            : IrTraits.UpperZero;
        return Operation(unit, a, b, c, imm, IrTraits.InVector | upper);
    }

    /// <summary>Adds an operation that may be inexact.</summary>
    protected ulong Inexact(IrBuilder unit, ulong a, ulong b, ulong c, int imm)
    {
        unit.CheckFpControl();
        unit.CheckInexact();
        return Exact(unit, a, b, c, imm);
    }

    protected void Check(FormWriter writer, in IrOp op, Ordinary ordinary, Xmm result, ZeroFactor? exception)
    {
        if (packed)
        {
            FpChecks.Vector(writer, ShapeOf(op), ordinary, result, exception);
        }
        else
        {
            FpChecks.Scalar(writer, wide, ordinary, result, exception);
        }
    }

    /// <summary>What lies above a scalar of this format is known to be zero in an operand.</summary>
    protected bool IsClear(FormWriter writer, short operand) =>
        !packed && writer.Unit.Unit.Op((ulong)operand).Is(wide ? IrTraits.UpperZero : IrTraits.Single);

    /// <summary>Clears what lies above the elements, unless it is zero anyway.</summary>
    protected void Clear(FormWriter writer, in IrOp op, Xmm d, bool upperIsZero)
    {
        Shape shape = ShapeOf(op);
        if (upperIsZero || shape is { Wide: true, Count: 2 } or { Count: 4 })
        {
            return;
        }

        if (shape is { Wide: false, Count: 1 })
        {
            writer.KeepSingle(d, d);
        }
        else
        {
            writer.KeepDouble(d, d);
        }
    }
}
