using GdbHost.Machine.Cpu.Translate.Allocation;
using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>Writes integer operations that leave the guest's flags alone.</summary>
internal sealed unsafe class IntegerWriter(UnitWriter unit)
{
    private readonly Assembler _asm = unit.Asm;

    private HostRegisters Registers => unit.Registers;

    public void Write(ref IrOp op, int k)
    {
        switch (op.Code)
        {
            case IrCode.PagePlus:
                PagePlus(ref op, k);
                break;
            case IrCode.Add:
                Add(ref op, k);
                break;
            case IrCode.Sub:
                TwoOperands(ref op, k, Alu.Sub, commutes: false);
                break;
            case IrCode.And:
                TwoOperands(ref op, k, Alu.And, commutes: true);
                break;
            case IrCode.Or:
                TwoOperands(ref op, k, Alu.Or, commutes: true);
                break;
            case IrCode.Xor:
                TwoOperands(ref op, k, Alu.Xor, commutes: true);
                break;
            case IrCode.Mul:
                Multiply(ref op, k);
                break;
            case IrCode.UMulHigh or IrCode.SMulHigh:
                MultiplyHigh(ref op, k);
                break;
            case IrCode.UDiv or IrCode.SDiv:
                Divide(ref op, k);
                break;
            case IrCode.LslBy or IrCode.LsrBy or IrCode.AsrBy:
                ShiftBy(ref op, k);
                break;
            case IrCode.RorBy:
                RotateBy(ref op, k);
                break;
            case IrCode.Lsl or IrCode.Lsr or IrCode.Asr or IrCode.Ror:
                Shift(ref op, k);
                break;
            case IrCode.Select:
                Select(ref op, k);
                break;
            default:
                Unary(ref op, k);
                break;
        }
    }

    private void PagePlus(ref IrOp op, int k)
    {
        Gpr d = Registers.Define(k);
        _asm.Load(8, d, StateLayout.VirtualPage);
        if ((long)op.Imm == (int)op.Imm)
        {
            _asm.Lea(true, d, new Mem(d, (int)op.Imm));
        }
        else
        {
            _asm.MovImmediate(Gpr.Rax, op.Imm);
            _asm.Lea(true, d, new Mem(d, 0, Gpr.Rax));
        }
    }

    private void Add(ref IrOp op, int k)
    {
        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        if (unit.SmallConstant(op.B, op.Wide, out int immediate))
        {
            Gpr sum = Registers.Define(k);
            _asm.Lea(op.Wide, sum, new Mem(a, immediate));
            return;
        }

        if (!op.Is(IrTraits.SparesFlags) && Registers.IsInMemory(op.B, out Mem home))
        {
            unit.Flags.Forget();
            Gpr sum = Registers.Define(k);
            unit.MoveUnlessSame(op.Wide, sum, a);
            _asm.Alu(Alu.Add, op.Wide, sum, home);
            return;
        }

        Gpr b = Registers.Use(op.B, Gpr.Rcx);
        Gpr d = Registers.Define(k);
        _asm.Lea(op.Wide, d, new Mem(a, 0, b));
    }

    private void TwoOperands(ref IrOp op, int k, Alu alu, bool commutes)
    {
        unit.Flags.Forget();
        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        if (unit.SmallConstant(op.B, op.Wide, out int immediate))
        {
            Gpr r = Registers.Define(k);
            if (alu == Alu.And && immediate is byte.MaxValue or ushort.MaxValue)
            {
                _asm.ZeroExtend(immediate == byte.MaxValue ? 8 : 16, r, a);
                return;
            }

            unit.MoveUnlessSame(op.Wide, r, a);
            _asm.Alu(alu, op.Wide, r, immediate);
            return;
        }

        if (Registers.IsInMemory(op.B, out Mem home))
        {
            Gpr r = Registers.Define(k);
            unit.MoveUnlessSame(op.Wide, r, a);
            _asm.Alu(alu, op.Wide, r, home);
            return;
        }

        Gpr b = Registers.Use(op.B, Gpr.Rcx);
        Gpr d = Registers.Define(k);
        if (d == b && d != a)
        {
            if (commutes)
            {
                _asm.Alu(alu, op.Wide, d, a);
                return;
            }

            _asm.Mov(op.Wide, Gpr.Rax, a);
            _asm.Alu(alu, op.Wide, Gpr.Rax, b);
            _asm.Mov(op.Wide, d, Gpr.Rax);
            return;
        }

        unit.MoveUnlessSame(op.Wide, d, a);
        _asm.Alu(alu, op.Wide, d, b);
    }

    private void Multiply(ref IrOp op, int k)
    {
        unit.Flags.Forget();
        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        if (Registers.IsInMemory(op.B, out Mem home))
        {
            Gpr product = Registers.Define(k);
            unit.MoveUnlessSame(op.Wide, product, a);
            _asm.Multiply(op.Wide, product, home);
            return;
        }

        Gpr b = Registers.Use(op.B, Gpr.Rcx);
        Gpr d = Registers.Define(k);
        if (d == b && d != a)
        {
            (a, b) = (b, a);
        }

        unit.MoveUnlessSame(op.Wide, d, a);
        _asm.Multiply(op.Wide, d, b);
    }

    private void MultiplyHigh(ref IrOp op, int k)
    {
        unit.Flags.Forget();
        Gpr a = Registers.Use(op.A, Gpr.Rax);
        Gpr b = Registers.Use(op.B, Gpr.Rcx);
        unit.MoveUnlessSame(true, Gpr.Rax, a);
        _asm.MultiplyWide(op.Code == IrCode.SMulHigh, b);
        _asm.Mov(true, Registers.Define(k), Gpr.Rdx);
    }

    /// <summary>Where the host would trap, the guest gets 0 (division by zero) or the dividend (overflow).</summary>
    private void Divide(ref IrOp op, int k)
    {
        unit.Flags.Forget();
        bool signed = op.Code == IrCode.SDiv;
        Gpr a = Registers.Use(op.A, Gpr.Rax);
        Gpr b = Registers.Use(op.B, Gpr.Rcx);
        unit.MoveUnlessSame(true, Gpr.Rax, a);
        unit.MoveUnlessSame(true, Gpr.Rcx, b);
        Gpr d = Registers.Define(k);
        _asm.Test(op.Wide, Gpr.Rcx, Gpr.Rcx);
        byte* byZero = _asm.Jump(HostCondition.Equal);
        byte* byMinusOne = null;
        if (signed)
        {
            _asm.Alu(Alu.Cmp, op.Wide, Gpr.Rcx, -1);
            byMinusOne = _asm.Jump(HostCondition.Equal);
            _asm.SignIntoRdx(op.Wide);
        }
        else
        {
            _asm.Alu(Alu.Xor, false, Gpr.Rdx, Gpr.Rdx);
        }

        _asm.Divide(signed, op.Wide, Gpr.Rcx);
        byte* done = _asm.Jump();
        if (signed)
        {
            _asm.Land(byMinusOne);
            _asm.Negate(op.Wide, Gpr.Rax);
            byte* negated = _asm.Jump();
            _asm.Land(byZero);
            _asm.Alu(Alu.Xor, false, Gpr.Rax, Gpr.Rax);
            _asm.Land(negated);
        }
        else
        {
            _asm.Land(byZero);
            _asm.Alu(Alu.Xor, false, Gpr.Rax, Gpr.Rax);
        }

        _asm.Land(done);
        _asm.Mov(op.Wide, d, Gpr.Rax);
    }

    private void ShiftBy(ref IrOp op, int k)
    {
        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        Gpr b = Registers.Use(op.B, Gpr.Rcx);
        ShiftKind kind = op.Code switch { IrCode.LslBy => ShiftKind.Shl, IrCode.LsrBy => ShiftKind.Shr, _ => ShiftKind.Sar };
        _asm.ShiftX(kind, op.Wide, Registers.Define(k), a, b);
    }

    private void RotateBy(ref IrOp op, int k)
    {
        unit.Flags.Forget();
        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        Gpr b = Registers.Use(op.B, Gpr.Rcx);
        unit.MoveUnlessSame(true, Gpr.Rcx, b);
        _asm.Mov(op.Wide, Gpr.Rax, a);
        _asm.ShiftByCl(ShiftKind.Ror, op.Wide, Gpr.Rax);
        _asm.Mov(op.Wide, Registers.Define(k), Gpr.Rax);
    }

    private void Shift(ref IrOp op, int k)
    {
        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        Gpr d = Registers.Define(k);
        int amount = (int)op.Imm;
        if (op.Code == IrCode.Ror)
        {
            _asm.RotateX(op.Wide, d, a, amount);
            return;
        }

        ShiftKind kind = op.Code switch { IrCode.Lsl => ShiftKind.Shl, IrCode.Lsr => ShiftKind.Shr, _ => ShiftKind.Sar };
        if (op.Is(IrTraits.SparesFlags))
        {
            _asm.MovImmediate(Gpr.Rcx, (ulong)amount);
            _asm.ShiftX(kind, op.Wide, d, a, Gpr.Rcx);
            return;
        }

        unit.Flags.Forget();
        unit.MoveUnlessSame(op.Wide, d, a);
        _asm.Shift(kind, op.Wide, d, amount);
    }

    private void Select(ref IrOp op, int k)
    {
        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        Gpr b = Registers.Use(op.B, Gpr.Rcx);
        if (unit.Flags.AlwaysHolds(op.C))
        {
            _asm.Mov(op.Wide, Registers.Define(k), a);
            return;
        }

        HostCondition condition = unit.Flags.Evaluate(op.C);
        Gpr d = Registers.Define(k);
        if (d == a)
        {
            _asm.ConditionalMove(Not(condition), op.Wide, d, b);
            return;
        }

        if (d != b)
        {
            _asm.Mov(op.Wide, d, b);
        }

        _asm.ConditionalMove(condition, op.Wide, d, a);
    }

    private void Unary(ref IrOp op, int k)
    {
        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        Gpr d = Registers.Define(k);
        switch (op.Code)
        {
            case IrCode.Not:
                unit.MoveUnlessSame(op.Wide, d, a);
                _asm.Not(op.Wide, d);
                break;
            case IrCode.ZeroExtend:
                _asm.ZeroExtend(op.Aux, d, a);
                break;
            case IrCode.SignExtend:
                _asm.SignExtend(op.Wide, op.Aux, d, a);
                break;
            case IrCode.ByteSwap:
                _asm.Mov(op.Wide, d, a);
                _asm.ByteSwap(op.Wide, d);
                break;
            case IrCode.LeadingZeros:
                unit.Flags.Forget();
                _asm.LeadingZeros(op.Wide, d, a);
                break;
            default:
                throw new System.InvalidOperationException($"no host code for {op.Code}");
        }
    }

    private static HostCondition Not(HostCondition condition) => (HostCondition)((int)condition ^ 1);
}
