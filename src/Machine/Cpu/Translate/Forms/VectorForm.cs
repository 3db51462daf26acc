using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>Writes an operation of one vector. The result may be in the register of an operand: it is written last.</summary>
internal delegate void Emit1(FormWriter w, Xmm d, Xmm a, int imm);

/// <summary>Writes an operation of two vectors.</summary>
internal delegate void Emit2(FormWriter w, Xmm d, Xmm a, Xmm b, int imm);

/// <summary>Writes an operation of two vectors and the old destination.</summary>
internal delegate void Emit3(FormWriter w, Xmm d, Xmm a, Xmm b, Xmm old);

/// <summary>An operation of one vector that is exact for all values.</summary>
internal sealed class VectorForm1(Emit1 emit, IrTraits traits = IrTraits.None) : NativeForm
{
    public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) =>
        Operation(unit, unit.Vector(a), None, None, imm, IrTraits.InVector | traits);

    public override void Write(FormWriter writer, ref IrOp op, int k)
    {
        Xmm a = writer.Registers.UseVector(op.A);
        emit(writer, writer.Registers.DefineVector(k), a, (int)(uint)op.Imm);
    }
}

/// <summary>An operation of two vectors that is exact for all values.</summary>
internal sealed class VectorForm2(Emit2 emit) : NativeForm
{
    public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) =>
        Operation(unit, unit.Vector(a), unit.Vector(b), None, imm, IrTraits.InVector);

    public override void Write(FormWriter writer, ref IrOp op, int k)
    {
        Xmm a = writer.Registers.UseVector(op.A);
        Xmm b = writer.Registers.UseVector(op.B);
        emit(writer, writer.Registers.DefineVector(k), a, b, (int)(uint)op.Imm);
    }
}

/// <summary>An operation of two vectors and the old destination that is exact for all values.</summary>
internal sealed class VectorForm3(Emit3 emit) : NativeForm
{
    public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) =>
        Operation(unit, unit.Vector(a), unit.Vector(b), unit.Vector(c), imm, IrTraits.InVector);

    public override void Write(FormWriter writer, ref IrOp op, int k)
    {
        Xmm a = writer.Registers.UseVector(op.A);
        Xmm b = writer.Registers.UseVector(op.B);
        Xmm old = writer.Registers.UseVector(op.C);
        emit(writer, writer.Registers.DefineVector(k), a, b, old);
    }
}

/// <summary>A form that is made of others.</summary>
internal delegate ulong Compose(IrBuilder unit, ulong a, ulong b, ulong c, int imm);

/// <summary>An operation that is a composition of operations.</summary>
internal sealed class ComposedForm(Compose compose) : NativeForm
{
    public override ulong Build(IrBuilder unit, ulong a, ulong b, ulong c, int imm) => compose(unit, a, b, c, imm);
}
