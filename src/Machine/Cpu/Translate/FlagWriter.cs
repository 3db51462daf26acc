using GdbHost.Machine.Cpu.Translate.Allocation;
using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>
/// Writes operations that set or read NZCV. The host's flags hold the guest's in the form of a subtraction (carry
/// inverted); they are kept in memory, as <see cref="HostFlags"/>, only where someone may need them later.
/// </summary>
internal sealed unsafe class FlagWriter(UnitWriter unit)
{
    private const int CarryBit = 8;
    private const int AlwaysFrom = 14;

    private static readonly HostCondition[] Conditions =
    [
        HostCondition.Equal, HostCondition.NotEqual, HostCondition.AboveOrEqual, HostCondition.Below,
        HostCondition.Sign, HostCondition.NotSign, HostCondition.Overflow, HostCondition.NotOverflow,
        HostCondition.Above, HostCondition.BelowOrEqual, HostCondition.GreaterOrEqual, HostCondition.Less,
        HostCondition.Greater, HostCondition.LessOrEqual,
    ];

    /// <summary>
    /// EQ to LS: the byte of <see cref="HostFlags"/> that tells, its bits, and whether the condition holds where one of them is set or
    /// where all are clear.
    /// </summary>
    private static readonly (int Byte, int Bits, bool Set)[] Tests =
    [
        (1, 0x40, true), (1, 0x40, false), (1, 1, false), (1, 1, true), (1, 0x80, true), (1, 0x80, false), (0, 1, true), (0, 1, false),
        (1, 0x41, false), (1, 0x41, true),
    ];

    private readonly Assembler _asm = unit.Asm;

    /// <summary>The operation whose flags the host's flags are, or -1.</summary>
    private int _inHost = IrOp.NoValue;

    private HostRegisters Registers => unit.Registers;

    /// <summary>The host's flags are those of an operation.</summary>
    public bool AreInHost => _inHost != IrOp.NoValue;

    /// <summary>The host's flags are about to change.</summary>
    public void Forget() => _inHost = IrOp.NoValue;

    /// <summary>Host flags from memory. Adding 127 to the overflow bit overflows exactly if it is set.</summary>
    public void LoadFlags()
    {
        const int OverflowsFromOne = 0x7f;
        _asm.Load(2, Gpr.Rax, StateLayout.Flags);
        _asm.Byte(0x04);
        _asm.Byte(OverflowsFromOne);
        _asm.AhToFlags();
    }

    public bool AlwaysHolds(short condition)
    {
        ref IrOp op = ref unit.Unit.Ops[condition];
        return op.Code == IrCode.FlagCondition && op.Aux >= AlwaysFrom;
    }

    /// <summary>Makes the host's flags show a condition; may use RAX. Conditions that always hold have no such form.</summary>
    public HostCondition Evaluate(short condition)
    {
        ref IrOp op = ref unit.Unit.Ops[condition];
        if (op.Is(IrTraits.Materialized))
        {
            Gpr truth = Registers.Use(condition, Gpr.Rax);
            _asm.Test(false, truth, truth);
            Forget();
            return HostCondition.NotEqual;
        }

        switch (op.Code)
        {
            case IrCode.ZeroCondition:
                Gpr value = Registers.Use(op.A, Gpr.Rax);
                _asm.Test(op.Wide, value, value);
                Forget();
                return op.Aux != 0 ? HostCondition.NotEqual : HostCondition.Equal;
            case IrCode.BitCondition:
                return EvaluateBit(ref op);
            default:
                return OfFlags(ref op);
        }
    }

    public void Write(ref IrOp op, int k)
    {
        switch (op.Code)
        {
            case IrCode.AddFlags:
                Arithmetic(ref op, k, Alu.Add);
                break;
            case IrCode.SubFlags:
                Arithmetic(ref op, k, Alu.Sub);
                break;
            case IrCode.AndFlags:
                Arithmetic(ref op, k, Alu.And);
                break;
            case IrCode.AddCarry or IrCode.AddCarryFlags:
                AddCarry(ref op, k);
                break;
            case IrCode.SetNzcv:
                SetNzcv(ref op);
                break;
            case IrCode.FpCompare:
                FpCompare(ref op, k);
                break;
            case IrCode.FpCompareIf:
                FpCompareIf(ref op);
                break;
            case IrCode.SetNzcvUnless:
                SetNzcvUnless(ref op);
                break;
            case IrCode.GetNzcv:
                GetNzcv(k);
                break;
            default:
                Materialize(ref op, k);
                break;
        }
    }

    private HostCondition EvaluateBit(ref IrOp op)
    {
        Gpr value = Registers.Use(op.A, Gpr.Rax);
        Forget();
        int bit = (int)op.Imm;
        if (bit < 31)
        {
            _asm.Test(false, value, 1 << bit);
            return op.Aux != 0 ? HostCondition.NotEqual : HostCondition.Equal;
        }

        _asm.BitTest(true, value, bit);
        return op.Aux != 0 ? HostCondition.Below : HostCondition.AboveOrEqual;
    }

    private void Arithmetic(ref IrOp op, int k, Alu alu)
    {
        bool wanted = op.LastUse > k;
        bool small = unit.SmallConstant(op.B, op.Wide, out int immediate);
        if (!wanted && alu == Alu.Sub && !small && TryCompareInMemory(ref op))
        {
            Keep(ref op, k);
            return;
        }

        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        Gpr b = small ? Gpr.None : Registers.Use(op.B, Gpr.Rcx);
        if (!wanted && alu != Alu.Add)
        {
            Compare(alu, op.Wide, a, b, immediate);
        }
        else
        {
            Gpr d = wanted ? Registers.Define(k) : Gpr.Rax;
            Compute(alu, op.Wide, d, a, b, immediate);
        }

        if (alu == Alu.Add)
        {
            _asm.ComplementCarry();
        }
        else if (alu == Alu.And)
        {
            _asm.SetCarry();
        }

        Keep(ref op, k);
    }

    /// <summary>A comparison one of whose operands need not be loaded into a register.</summary>
    private bool TryCompareInMemory(ref IrOp op)
    {
        if (Registers.IsInMemory(op.B, out Mem home))
        {
            _asm.Alu(Alu.Cmp, op.Wide, Registers.Use(op.A, Gpr.Rdx), home);
            return true;
        }

        if (Registers.IsInMemory(op.A, out home))
        {
            _asm.Alu(Alu.Cmp, op.Wide, home, Registers.Use(op.B, Gpr.Rcx));
            return true;
        }

        return false;
    }

    private void Compare(Alu alu, bool wide, Gpr a, Gpr b, int immediate)
    {
        if (alu == Alu.And)
        {
            if (b == Gpr.None)
            {
                _asm.Test(wide, a, immediate);
            }
            else
            {
                _asm.Test(wide, a, b);
            }
        }
        else if (b == Gpr.None)
        {
            _asm.Alu(Alu.Cmp, wide, a, immediate);
        }
        else
        {
            _asm.Alu(Alu.Cmp, wide, a, b);
        }
    }

    private void Compute(Alu alu, bool wide, Gpr d, Gpr a, Gpr b, int immediate)
    {
        if (b == Gpr.None)
        {
            unit.MoveUnlessSame(wide, d, a);
            _asm.Alu(alu, wide, d, immediate);
            return;
        }

        if (d == b && d != a)
        {
            if (alu != Alu.Sub)
            {
                _asm.Alu(alu, wide, d, a);
                return;
            }

            _asm.Mov(wide, Gpr.Rax, a);
            _asm.Alu(alu, wide, Gpr.Rax, b);
            _asm.Mov(wide, d, Gpr.Rax);
            return;
        }

        unit.MoveUnlessSame(wide, d, a);
        _asm.Alu(alu, wide, d, b);
    }

    private void AddCarry(ref IrOp op, int k)
    {
        Forget();
        Gpr a = Registers.Use(op.A, Gpr.Rdx);
        Gpr b = Registers.Use(op.B, Gpr.Rcx);
        _asm.Mov(true, Gpr.Rax, a);
        _asm.BitTest32(StateLayout.Flags, CarryBit);
        _asm.ComplementCarry();
        _asm.Alu(Alu.Adc, op.Wide, Gpr.Rax, b);
        if (op.LastUse > k)
        {
            _asm.Mov(op.Wide, Registers.Define(k), Gpr.Rax);
        }

        if (op.Code == IrCode.AddCarryFlags)
        {
            _asm.ComplementCarry();
            Keep(ref op, k);
        }
    }

    private void SetNzcv(ref IrOp op)
    {
        const int NzcvShift = 28;
        Gpr a = Registers.Use(op.A, Gpr.Rax);
        Forget();
        _asm.Mov(false, Gpr.Rax, a);
        _asm.Shift(ShiftKind.Shr, false, Gpr.Rax, NzcvShift);
        _asm.Load(2, Gpr.Rax, StateLayout.FlagsOfNzcv(Gpr.Rax));
        _asm.Store(2, StateLayout.Flags, Gpr.Rax);
    }

    private void FpCompare(ref IrOp op, int k)
    {
        Xmm a = Registers.UseVector(op.A);
        Xmm b = Registers.UseVector(op.B);
        Forget();
        Compare(op.Wide, a, b);
        Keep(ref op, k);
    }

    /// <summary>The host says unordered, less or equal in PF, CF and ZF; a comparison of bytes brings that into the form of a subtraction.</summary>
    private void Compare(bool wide, Xmm a, Xmm b)
    {
        _asm.Vex(wide ? Avx.Ucomisd : Avx.Ucomiss, a, Xmm.None, b);
        unit.LeavesAt(_asm.Jump(HostCondition.Parity));
        _asm.SetByte(HostCondition.Above, Gpr.Rax);
        _asm.SetByte(HostCondition.Below, Gpr.Rcx);
        _asm.CompareAlCl();
    }

    private void FpCompareIf(ref IrOp op)
    {
        const int DoCompare = 0x10;
        Xmm a = Registers.UseVector(op.A);
        Xmm b = Registers.UseVector(op.B);
        Gpr flags = Registers.Use(op.C, Gpr.Rdx);
        Forget();
        _asm.Alu(Alu.Cmp, false, flags, DoCompare);
        byte* given = _asm.Jump(HostCondition.NotEqual);
        Compare(op.Wide, a, b);
        _asm.FlagsToAh();
        _asm.SetByte(HostCondition.Overflow, Gpr.Rax);
        byte* compared = _asm.Jump();
        _asm.Land(given);
        _asm.Mov(false, Gpr.Rax, flags);
        _asm.Load(2, Gpr.Rax, StateLayout.FlagsOfNzcv(Gpr.Rax));
        _asm.Land(compared);
        _asm.Store(2, StateLayout.Flags, Gpr.Rax);
    }

    private void SetNzcvUnless(ref IrOp op)
    {
        Gpr truth = Registers.Use(op.A, Gpr.Rax);
        Forget();
        _asm.Test(false, truth, truth);
        byte* holds = _asm.Jump(HostCondition.NotEqual);
        _asm.StoreImmediate16(StateLayout.Flags, (int)op.Imm);
        _asm.Land(holds);
    }

    private void GetNzcv(int k)
    {
        const uint NzcvBits = 0xc101;
        const int NzcvShift = 28;
        const int InvertedCarry = 2;
        Forget();
        Gpr d = Registers.Define(k);
        _asm.Load(2, Gpr.Rax, StateLayout.Flags);
        _asm.MovImmediate(Gpr.Rcx, NzcvBits);
        _asm.ExtractBits(d, Gpr.Rax, Gpr.Rcx);
        _asm.Alu(Alu.Xor, false, d, InvertedCarry);
        _asm.Shift(ShiftKind.Shl, false, d, NzcvShift);
    }

    private void Materialize(ref IrOp op, int k)
    {
        if (!op.Is(IrTraits.Materialized))
        {
            return;
        }

        if (op.Aux >= AlwaysFrom)
        {
            _asm.MovImmediate(Registers.Define(k), 1);
            return;
        }

        _asm.SetByte(OfFlags(ref op), Gpr.Rax);
        _asm.ZeroExtend(8, Registers.Define(k), Gpr.Rax);
    }

    /// <summary>Makes the host's flags show a condition of the guest's, which are there already or in memory.</summary>
    private HostCondition OfFlags(ref IrOp condition)
    {
        if (_inHost >= 0 && _inHost == (int)condition.Imm)
        {
            return Conditions[condition.Aux];
        }

        RequireInMemory((int)condition.Imm);
        Forget();
        if (condition.Aux < Tests.Length)
        {
            (int offset, int bits, bool set) = Tests[condition.Aux];
            Mem flags = StateLayout.Flags;
            _asm.TestByte(flags with { Displacement = flags.Displacement + offset }, bits);
            return set ? HostCondition.NotEqual : HostCondition.Equal;
        }

        LoadFlags();
        return Conditions[condition.Aux];
    }

    private void RequireInMemory(int producer)
    {
        if (producer >= 0 && unit.Unit.Ops[producer] is { Code: IrCode.AddFlags or IrCode.SubFlags or IrCode.AndFlags or IrCode.FpCompare } op
            && !op.Is(IrTraits.KeepFlags))
        {
            throw new System.InvalidOperationException($"the flags of operation {producer} are neither in the host's nor in memory");
        }
    }

    /// <summary>The host's flags are those of an operation; stores them where they are needed later.</summary>
    private void Keep(ref IrOp op, int k)
    {
        if (op.Is(IrTraits.KeepFlags))
        {
            _asm.FlagsToAh();
            _asm.SetByte(HostCondition.Overflow, Gpr.Rax);
            _asm.Store(2, StateLayout.Flags, Gpr.Rax);
        }

        _inHost = k;
    }
}
