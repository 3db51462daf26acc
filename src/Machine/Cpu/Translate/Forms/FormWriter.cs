using GdbHost.Machine.Cpu.Translate.Allocation;
using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate.Forms;

/// <summary>Writes moves between the two register files, and operations by their form.</summary>
internal sealed unsafe class FormWriter(UnitWriter unit)
{
    public UnitWriter Unit => unit;

    public Assembler Asm { get; } = unit.Asm;

    public HostRegisters Registers => unit.Registers;

    // Vector registers that are free in every form.
    public static Xmm T0 => Xmm.X0;

    public static Xmm T1 => Xmm.X1;

    public static Xmm T2 => Xmm.X15;

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
                unit.Unit.FormOf(op).Write(this, ref op, k);
                break;
        }
    }

    public void Op(in VexOp op, Xmm d, Xmm a, Xmm b) => Asm.Vex(op, d, a, b);

    public void Op(in VexOp op, Xmm d, Xmm a, Xmm b, int immediate) => Asm.Vex(op, d, a, b, immediate);

    public void Op(in VexOp op, Xmm d, Xmm a, HostConstant b) => Asm.Vex(op, d, a, StateLayout.Constant(b));

    /// <summary>An instruction of one source.</summary>
    public void Op(in VexOp op, Xmm d, Xmm a) => Asm.Vex(op, d, Xmm.None, a);

    public void OpImmediate(in VexOp op, Xmm d, Xmm a, int immediate) => Asm.Vex(op, d, Xmm.None, a, immediate);

    public void Load(Xmm d, HostConstant constant) => Asm.Vex(HostOps.LoadWhole, d, Xmm.None, StateLayout.Constant(constant));

    public void Move(Xmm d, Xmm a)
    {
        if (d != a)
        {
            Asm.Vex(HostOps.Move, d, Xmm.None, a);
        }
    }

    public void Zero(Xmm d) => Asm.Vex(Avx.Pxor, d, d, d);

    public void Ones(Xmm d) => Asm.Vex(Avx.Pcmpeq[2], d, d, d);

    /// <summary>All but the low 64 bits become zero.</summary>
    public void KeepDouble(Xmm d, Xmm a) => Asm.Vex(HostOps.MoveLow, d, Xmm.None, a);

    /// <summary>All but the low 32 bits become zero.</summary>
    public void KeepSingle(Xmm d, Xmm a) => Asm.Vex(Avx.Insertps, d, a, a, 0b1110);

    /// <summary>Elements shifted left by less than their width.</summary>
    public void ShiftLeft(int size, Xmm d, Xmm a, int amount)
    {
        Asm.VexShift(ShiftCode(size), 6, d, a, amount);
        if (size == 0)
        {
            Op(Avx.Pand, d, d, HostConstant.AfterLeft0 + amount);
        }
    }

    /// <summary>Elements shifted right by up to their width, zeros coming in.</summary>
    public void ShiftRight(int size, Xmm d, Xmm a, int amount)
    {
        Asm.VexShift(ShiftCode(size), 2, d, a, amount);
        if (size == 0)
        {
            Op(Avx.Pand, d, d, HostConstant.AfterRight0 + amount);
        }
    }

    /// <summary>Elements shifted right by up to their width, the sign coming in. Uses <see cref="T1"/>; d may be a.</summary>
    public void ShiftRightSigned(int size, Xmm d, Xmm a, int amount)
    {
        const int Long = 3;
        switch (size)
        {
            case 0 when amount == 8:
                Zero(T1);
                Op(Avx.Pcmpgt[0], d, T1, a);
                break;
            case 0:
                ShiftRight(0, d, a, amount);
                Op(Avx.Pxor, d, d, HostConstant.SignAfterRight0 + amount);
                Op(Avx.Psub[0], d, d, HostConstant.SignAfterRight0 + amount);
                break;
            case Long:
                Zero(T1);
                Op(Avx.Pcmpgtq, T1, T1, a);
                Asm.VexShift(ShiftCode(Long), 6, T1, T1, 64 - amount);
                Asm.VexShift(ShiftCode(Long), 2, d, a, amount);
                Op(Avx.Por, d, d, T1);
                break;
            default:
                Asm.VexShift(ShiftCode(size), 4, d, a, amount);
                break;
        }
    }

    private static byte ShiftCode(int size) => size switch { 0 or 1 => 0x71, 2 => 0x72, _ => 0x73 };

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
