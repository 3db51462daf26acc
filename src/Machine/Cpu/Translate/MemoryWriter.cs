using GdbHost.Machine.Cpu.Translate.Allocation;
using GdbHost.Machine.Cpu.Translate.X64;
using GdbHost.Machine.Isa;

namespace GdbHost.Machine.Cpu.Translate;

/// <summary>Writes loads, stores, exclusives and the checks before them.</summary>
internal sealed unsafe class MemoryWriter(UnitWriter unit)
{
    private const int InexactBit = 4;
    private const int ScaleBits = 3;

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
            case IrCode.CheckCacheType:
                LeavesUnless(StateLayout.CacheTypeTraps, 0, HostCondition.NotEqual);
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
            case IrCode.GetTime:
                unit.Flags.Forget();
                unit.LoadTime(Registers.Define(k));
                break;
            case IrCode.Translate:
                Translate(ref op, k);
                break;
            case IrCode.Load:
                if (op.LastUse >= 0)
                {
                    Mem from = Place(op);
                    _asm.Load(op.Aux, Registers.Define(k), from);
                }

                break;
            case IrCode.LoadVector:
                LoadVector(ref op, k);
                break;
            case IrCode.Store:
                Mem to = Place(op);
                _asm.Store(op.Aux, to, Registers.Use(op.B, Gpr.Rdx));
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
        unit.Flags.Forget();
        bool stores = (op.Aux & (IrBuilder.ToStore | IrBuilder.AlsoToStore)) != 0;
        PageSearch search = new(
            HintOf(op), Address(ref op, k, out Mem address), address, (int)(uint)op.Imm, stores, op.C, (ushort)(op.Imm >> 32), unit.Strict,
            (op.Aux & IrBuilder.AsUser) != 0);
        ExitKind kind = (op.Aux & IrBuilder.AlsoToStore) != 0 ? ExitKind.Last : ExitKind.Interpret;
        unit.LeavesAt(search.Write(_asm), search, MayMeetDevice(in op) ? k : IrOp.NoValue, kind);
        if ((op.Aux & IrBuilder.AsDistance) != 0)
        {
            _asm.Load(8, search.Result, search.ToHost);
        }
        else
        {
            _asm.Alu(Alu.Add, true, search.Result, search.ToHost);
        }
    }

    /// <summary>
    /// The base register whose hint is followed, or -1. Where calls come and go, a register holds another object each time; frames
    /// stay where they are.
    /// </summary>
    private int HintOf(in IrOp op)
    {
        if ((op.Aux & IrBuilder.AsUser) != 0)
        {
            // Hints lead into the fast TLB of the present level.
            return IrOp.NoValue;
        }

        int register = BaseOf(in op);
        return (unit.Repeats || IsFrame(register)) && unit.FollowsHint(register) ? register : IrOp.NoValue;
    }

    /// <summary>A plain load of one element, not cache maintenance, by a register that is not likely to lead to the stack.</summary>
    private static bool MayMeetDevice(in IrOp op)
    {
        uint alignmentAndOrder = (ushort)(op.Imm >> 32);
        int register = BaseOf(in op);
        bool loads = op.LastUse >= 0 && (op.Aux & (IrBuilder.ToStore | IrBuilder.AlsoToStore | IrBuilder.AsUser)) == 0;
        return loads && op.C == (int)alignmentAndOrder && op.C <= sizeof(ulong) && !IsFrame(register);
    }

    /// <summary>The general register that is the base of an address, or -1.</summary>
    private static int BaseOf(in IrOp op) => (int)(op.Imm >> 48) - 1;

    private static bool IsFrame(int register)
    {
        const int FramePointer = 29;
        return register is FramePointer or Slots.Sp;
    }

    /// <summary>Gives the register of an address check's result, which is the address already where the address itself is asked for.</summary>
    /// <param name="op">The check.</param>
    /// <param name="k">Its number.</param>
    /// <param name="address">The address, to be taken by LEA.</param>
    private Gpr Address(ref IrOp op, int k, out Mem address)
    {
        int displacement = (int)(uint)op.Imm;
        Gpr from = Registers.Use(op.A, Gpr.Rax);
        if ((op.Aux & IrBuilder.AsDistance) != 0 && op.LastUse > k)
        {
            address = new Mem(from, displacement);
            return Registers.Define(k);
        }

        Gpr index = op.B >= 0 ? Registers.Use(op.B, Gpr.Rcx) : Gpr.None;
        Gpr sum = Registers.Define(k);
        if (index != Gpr.None || displacement != 0)
        {
            _asm.Lea(true, sum, new Mem(from, displacement, index, op.Aux & ScaleBits));
        }
        else if (sum != from)
        {
            _asm.Mov(true, sum, from);
        }

        address = new Mem(sum, 0);
        return sum;
    }

    /// <summary>The memory operand of a load or store; may use RAX and RCX.</summary>
    private Mem Place(in IrOp op)
    {
        ref IrOp check = ref unit.Unit.Ops[op.A];
        if ((check.Aux & IrBuilder.AsDistance) == 0)
        {
            return new Mem(Registers.Use(op.A, Gpr.Rax), (int)op.Imm);
        }

        Gpr distance = Registers.Use(op.A, Gpr.Rcx);
        return new Mem(Registers.Use(check.A, Gpr.Rax), (int)(uint)check.Imm + (int)op.Imm, distance);
    }

    private void LoadVector(ref IrOp op, int k)
    {
        if (op.LastUse < 0)
        {
            return;
        }

        Mem from = Place(op);
        VexOp load = op.Aux switch { 4 => HostOps.LoadSingle, 8 => HostOps.LoadDouble, _ => HostOps.LoadWhole };
        _asm.Vex(load, Registers.DefineVector(k), Xmm.None, from);
    }

    private void StoreVector(ref IrOp op)
    {
        Mem to = Place(op);
        VexOp store = op.Aux switch { 4 => HostOps.StoreSingle, 8 => HostOps.StoreDouble, _ => HostOps.StoreWhole };
        _asm.Vex(store, Registers.UseVector(op.B, Xmm.X0), Xmm.None, to);
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
