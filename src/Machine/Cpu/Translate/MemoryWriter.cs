using GdbHost.Machine.Cpu.Translate.X64;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>Writes loads, stores, exclusives and the checks before them.</summary>
internal sealed unsafe class MemoryWriter(UnitWriter unit)
{
    private const int PageShift = 12;
    private const int EntryShift = 5;
    private const int PageMask = -(1 << PageShift);
    private const int WriteBit = 0x80;
    private const int InexactBit = 4;
    private const int ScaleBits = 3;
    private const int ReadTag = 0;
    private const int WriteTag = 8;
    private const int Addend = 16;

    private readonly Assembler _asm = unit.Asm;

    private HostRegisters Registers => unit.Registers;

    public void Write(ref IrOp op, int k)
    {
        switch (op.Code)
        {
            case IrCode.CheckFp:
                unit.Flags.Forget();
                _asm.Alu(Alu.Cmp, false, StateLayout.FpDisabled, 0);
                unit.LeavesAt(_asm.Jump(HostCondition.NotEqual));
                break;
            case IrCode.CheckFpControl:
                unit.Flags.Forget();
                _asm.Alu(Alu.Cmp, false, StateLayout.FpControl, 0);
                unit.LeavesAt(_asm.Jump(HostCondition.NotEqual), ExitKind.Last);
                break;
            case IrCode.CheckInexact:
                unit.Flags.Forget();
                _asm.BitTest32(StateLayout.FpStatus, InexactBit);
                unit.LeavesAt(_asm.Jump(HostCondition.AboveOrEqual), ExitKind.Last);
                break;
            case IrCode.CheckSp:
                Gpr sp = Registers.Use(op.A, Gpr.Rax);
                unit.Flags.Forget();
                _asm.Test(true, StateLayout.SpCheck, sp);
                unit.LeavesAt(_asm.Jump(HostCondition.NotEqual));
                break;
            case IrCode.CheckLevel:
                LeavesUnless(StateLayout.Level, op.Aux, HostCondition.Below);
                break;
            case IrCode.CheckSpSel:
                LeavesUnless(StateLayout.SpSel, 1, HostCondition.NotEqual);
                break;
            case IrCode.CheckZeroBlock:
                LeavesUnless(StateLayout.ZeroBlockIsSlow, 0, HostCondition.NotEqual);
                break;
            case IrCode.CheckCacheLine:
                LeavesUnless(StateLayout.CacheLineTraps, 0, HostCondition.NotEqual);
                break;
            case IrCode.CheckAlert:
                LeavesUnless(StateLayout.Alert, 0, HostCondition.NotEqual);
                break;
            case IrCode.GetState:
                GetState(ref op, k);
                break;
            case IrCode.SetState:
                SetState(ref op);
                break;
            case IrCode.Translate:
                Translate(ref op, k);
                break;
            case IrCode.Load:
                if (op.LastUse >= 0)
                {
                    Gpr from = Registers.Use(op.A, Gpr.Rax);
                    _asm.Load(op.Aux, Registers.Define(k), new Mem(from, (int)op.Imm));
                }

                break;
            case IrCode.LoadVector:
                LoadVector(ref op, k);
                break;
            case IrCode.Store:
                Gpr to = Registers.Use(op.A, Gpr.Rax);
                _asm.Store(op.Aux, new Mem(to, (int)op.Imm), Registers.Use(op.B, Gpr.Rdx));
                break;
            case IrCode.StoreVector:
                StoreVector(ref op);
                break;
            case IrCode.MarkExclusive:
                MarkExclusive(ref op);
                break;
            case IrCode.StoreExclusive:
                StoreExclusive(ref op, k);
                break;
            default:
                _asm.StoreImmediate8(StateLayout.ExclusiveValid, 0);
                break;
        }
    }

    private void LeavesUnless(in Mem flag, int value, HostCondition leaves)
    {
        unit.Flags.Forget();
        _asm.CompareByte(flag, value);
        unit.LeavesAt(_asm.Jump(leaves));
    }

    private void GetState(ref IrOp op, int k)
    {
        Gpr d = Registers.Define(k);
        switch ((StatePlace)op.Aux)
        {
            case StatePlace.SpEl0:
                _asm.Load(8, d, StateLayout.SpEl0);
                break;
            case StatePlace.Daif:
                _asm.Load(4, d, StateLayout.Daif);
                break;
            case StatePlace.Level:
                _asm.Load(1, d, StateLayout.Level);
                break;
            default:
                _asm.Load(8, d, StateLayout.SystemRegisters);
                _asm.Load(8, d, new Mem(d, (int)op.Imm * sizeof(ulong)));
                break;
        }
    }

    private void SetState(ref IrOp op)
    {
        Gpr value = Registers.Use(op.A, Gpr.Rdx);
        switch ((StatePlace)op.Aux)
        {
            case StatePlace.SpEl0:
                _asm.Store(8, StateLayout.SpEl0, value);
                break;
            case StatePlace.Daif:
                _asm.Store(4, StateLayout.Daif, value);
                break;
            case StatePlace.Stored:
                _asm.Load(8, Gpr.Rax, StateLayout.SystemRegisters);
                _asm.Store(8, new Mem(Gpr.Rax, (int)op.Imm * sizeof(ulong)), value);
                break;
            default:
                throw new System.InvalidOperationException($"{(StatePlace)op.Aux} cannot be written");
        }
    }

    /// <summary>
    /// Looks the address up in the fast TLB. The comparison fails for another page, for an access that crosses into the
    /// next page, and where alignment is checked for a misaligned one.
    /// </summary>
    private void Translate(ref IrOp op, int k)
    {
        const int IndexMask = (CpuState.FastTlbEntries - 1) << EntryShift;
        unit.Flags.Forget();
        bool write = (op.Aux & WriteBit) != 0;
        int bytes = op.C;
        Gpr address = Address(ref op, k);
        _asm.Mov(false, Gpr.Rcx, address);
        _asm.Shift(ShiftKind.Shr, false, Gpr.Rcx, PageShift - EntryShift);
        _asm.Alu(Alu.And, false, Gpr.Rcx, IndexMask);
        LoadTag(address, bytes, (uint)(op.Imm >> 32));
        _asm.Alu(Alu.Cmp, true, Gpr.Rdx, new Mem(StateLayout.FastTlb, write ? WriteTag : ReadTag, Gpr.Rcx));
        unit.LeavesAt(_asm.Jump(HostCondition.NotEqual));
        _asm.Alu(Alu.Add, true, address, new Mem(StateLayout.FastTlb, Addend, Gpr.Rcx));
    }

    private Gpr Address(ref IrOp op, int k)
    {
        int displacement = (int)(uint)op.Imm;
        Gpr from = Registers.Use(op.A, Gpr.Rax);
        if (op.B >= 0)
        {
            Gpr index = Registers.Use(op.B, Gpr.Rcx);
            Gpr sum = Registers.Define(k);
            _asm.Lea(true, sum, new Mem(from, displacement, index, op.Aux & ScaleBits));
            return sum;
        }

        Gpr address = Registers.Define(k);
        if (displacement != 0)
        {
            _asm.Lea(true, address, new Mem(from, displacement));
        }
        else if (address != from)
        {
            _asm.Mov(true, address, from);
        }

        return address;
    }

    /// <summary>RDX becomes what the tag must be: the page of the last byte, with ones where alignment is violated.</summary>
    private void LoadTag(Gpr address, int bytes, uint alignmentAndOrder)
    {
        int low = (int)(alignmentAndOrder & ~IrBuilder.OrderedAccess) - 1;
        bool checks = low > 0 && (unit.Strict || (alignmentAndOrder & IrBuilder.OrderedAccess) != 0);
        if (bytes == 1 || (checks && bytes == low + 1))
        {
            // An aligned access does not cross pages.
            _asm.Mov(true, Gpr.Rdx, address);
            _asm.Alu(Alu.And, true, Gpr.Rdx, PageMask | (checks ? low : 0));
            return;
        }

        _asm.Lea(true, Gpr.Rdx, new Mem(address, bytes - 1));
        _asm.Alu(Alu.And, true, Gpr.Rdx, PageMask);
        if (checks)
        {
            _asm.Mov(false, Gpr.Rax, address);
            _asm.Alu(Alu.And, false, Gpr.Rax, low);
            _asm.Alu(Alu.Or, true, Gpr.Rdx, Gpr.Rax);
        }
    }

    private void LoadVector(ref IrOp op, int k)
    {
        if (op.LastUse < 0)
        {
            return;
        }

        Gpr from = Registers.Use(op.A, Gpr.Rax);
        VexOp load = op.Aux switch { 4 => HostOps.LoadSingle, 8 => HostOps.LoadDouble, _ => HostOps.LoadWhole };
        _asm.Vex(load, Registers.DefineVector(k), Xmm.None, new Mem(from, (int)op.Imm));
    }

    private void StoreVector(ref IrOp op)
    {
        Gpr to = Registers.Use(op.A, Gpr.Rax);
        VexOp store = op.Aux switch { 4 => HostOps.StoreSingle, 8 => HostOps.StoreDouble, _ => HostOps.StoreWhole };
        _asm.Vex(store, Registers.UseVector(op.B, Xmm.X0), Xmm.None, new Mem(to, (int)op.Imm));
    }

    private void MarkExclusive(ref IrOp op)
    {
        Gpr place = Registers.Use(op.A, Gpr.Rax);
        _asm.StoreImmediate8(StateLayout.ExclusiveValid, 1);
        _asm.StoreImmediate32(StateLayout.ExclusiveBytes, op.Aux);
        _asm.Store(8, StateLayout.ExclusivePlace, place);
    }

    private void StoreExclusive(ref IrOp op, int k)
    {
        int bytes = op.Aux;
        bool pair = op.C >= 0;
        unit.Flags.Forget();
        Gpr place = Registers.Use(op.A, Gpr.Rcx);
        Gpr low = Registers.Use(op.B, Gpr.Rdx);
        Gpr high = pair ? Registers.Use(op.C, Gpr.Rax) : Gpr.None;
        _asm.Alu(Alu.Cmp, true, StateLayout.ExclusivePlace, place);
        byte* otherPlace = _asm.Jump(HostCondition.NotEqual);
        _asm.Alu(Alu.Cmp, false, StateLayout.ExclusiveBytes, pair ? bytes * 2 : bytes);
        byte* otherSize = _asm.Jump(HostCondition.NotEqual);
        _asm.BitTest32(StateLayout.ExclusiveValid, 0);
        byte* invalid = _asm.Jump(HostCondition.AboveOrEqual);
        _asm.Store(bytes, new Mem(place, 0), low);
        if (pair)
        {
            _asm.Store(bytes, new Mem(place, bytes), high);
        }

        _asm.MovImmediate(Gpr.Rcx, 0);
        byte* done = _asm.Jump();
        _asm.Land(otherPlace);
        _asm.Land(otherSize);
        _asm.Land(invalid);
        _asm.MovImmediate(Gpr.Rcx, 1);
        _asm.Land(done);
        _asm.StoreImmediate8(StateLayout.ExclusiveValid, 0);
        _asm.Mov(false, Registers.Define(k), Gpr.Rcx);
    }
}
