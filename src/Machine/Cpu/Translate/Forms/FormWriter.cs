using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>Writes moves between the two register files, and operations by their form.</summary>
internal sealed unsafe class FormWriter(UnitWriter unit)
{
    public UnitWriter Unit => unit;

    public Assembler Asm { get; } = unit.Asm;

    public HostRegisters Registers => unit.Registers;

    public void Write(ref IrOp op, int k)
    {
        switch (op.Code)
        {
            case IrCode.ToVector:
                ToVector(ref op, k);
                break;
            case IrCode.ToGeneral:
                Xmm from = Registers.UseVector(op.A, Xmm.X0);
                Asm.VexToGeneral(HostOps.ToGeneral, Registers.Define(k), from);
                break;
            case IrCode.LowHalf:
                Xmm whole = Registers.UseVector(op.A, Xmm.X0);
                Asm.Vex(HostOps.MoveLow, Registers.DefineVector(k), Xmm.None, whole);
                break;
            case IrCode.VectorConst:
                VectorConst(ref op, k);
                break;
            default:
                FormTable.At(op).Write(this, ref op, k);
                break;
        }
    }

    private void ToVector(ref IrOp op, int k)
    {
        if (unit.Unit.IsConst((ulong)op.A, out ulong constant) && constant == 0)
        {
            Xmm zero = Registers.DefineVector(k);
            Asm.Vex(HostOps.Xor, zero, zero, zero);
            return;
        }

        Gpr from = Registers.Use(op.A, Gpr.Rax);
        Asm.Vex(HostOps.FromGeneral, Registers.DefineVector(k), Xmm.None, from);
    }

    private void VectorConst(ref IrOp op, int k)
    {
        System.Runtime.Intrinsics.Vector128<ulong> value =
            System.Runtime.Intrinsics.Vector128.AsUInt64(unit.Unit.Vectors[(int)op.Imm]);
        Xmm d = Registers.DefineVector(k);
        if (value == default)
        {
            Asm.Vex(HostOps.Xor, d, d, d);
            return;
        }

        Asm.MovImmediate(Gpr.Rax, value[0]);
        Asm.Vex(HostOps.FromGeneral, d, Xmm.None, Gpr.Rax);
        if (value[1] == value[0])
        {
            Asm.Vex(HostOps.DuplicateLow, d, d, d);
        }
        else if (value[1] != 0)
        {
            Asm.MovImmediate(Gpr.Rax, value[1]);
            Asm.Vex(HostOps.InsertLong, d, d, Gpr.Rax, 1);
        }
    }
}
